"""What bulk mode shows: the documents next in the queue, by the label that the model gives them in one label set.

Only the next WINDOW documents are looked at, so the cost does not grow with the project; answered, they make room.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models.functions import Left, Length

from annotation.annotations.models import Annotation, Status
from annotation.documents.models import Document
from annotation.people.models import User
from annotation.projects.models import Project
from annotation.queue.blind import is_drawn

WINDOW = 2_000
EXCERPT_CHARS = 400
# Documents that the model has not looked at yet, or gives no label.
NO_LABEL = ""

_OPEN = """
    WITH mine AS (
        SELECT lease.document_id AS id FROM annotation_assignment AS lease
        JOIN annotation_document AS document ON document.id = lease.document_id
        WHERE lease.project_id = %(project)s AND lease.user_id = %(user)s AND lease.state = 'open'
            AND document.state NOT IN ('gold', 'auto_accepted') AND NOT document.is_audit
            AND (%(ids)s::bigint[] IS NULL OR document.id = ANY(%(ids)s::bigint[]))
    ), free AS (
        SELECT id FROM annotation_document AS document
        WHERE project_id = %(project)s AND slots > 0 AND NOT is_audit
            AND (%(ids)s::bigint[] IS NULL OR document.id = ANY(%(ids)s::bigint[]))
            AND NOT EXISTS (SELECT 1 FROM annotation_annotation AS done
            WHERE done.document_id = document.id AND done.user_id = %(user)s AND done.status <> 'draft')
        ORDER BY priority DESC, id LIMIT %(window)s
    ), open AS (
        SELECT id FROM mine UNION SELECT id FROM free
    )
    SELECT open.id, seen.answer -> %(label_set)s, seen.confidence -> %(label_set)s,
        (SELECT first.is_blind FROM annotation_assignment AS first WHERE first.document_id = open.id
            ORDER BY first.id LIMIT 1)
    FROM open LEFT JOIN LATERAL (
        SELECT answer, confidence FROM annotation_prediction AS one
        WHERE one.document_id = open.id AND (one.version IS NULL OR one.version <= %(version)s)
        ORDER BY coalesce(one.version = %(version)s, false) DESC, one.id DESC LIMIT 1
    ) AS seen ON true
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document under one of the labels that the model gives it. No confidence: it was imported with the answer."""

    document_id: int
    label: str
    confidence: float | None

    @property
    def certainty(self) -> float:
        return -1.0 if self.confidence is None else self.confidence


@dataclass(frozen=True, slots=True)
class Grid:
    """`looked_at`: how many documents, `counts`: how many of them by label."""

    candidates: list[Candidate] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    looked_at: int = 0

    def page(self, *, label: str, least_first: bool, after: tuple[float, int] | None, limit: int) -> list[Candidate]:
        """The next ones of this label behind `after` (certainty, document)."""
        sign = 1.0 if least_first else -1.0

        def place(certainty: float, document_id: int) -> tuple[float, int]:
            return sign * certainty, document_id

        rows = [row for row in self.candidates if row.label == label]
        if after is not None:
            rows = [row for row in rows if place(row.certainty, row.document_id) > place(*after)]
        return sorted(rows, key=lambda row: place(row.certainty, row.document_id))[:limit]


def grid_of(project: Project, user: User, label_set: str, ids: Sequence[int] | None = None) -> Grid:
    """Two walks over indexes, in one statement; of these documents only, if there are `ids`.

    Documents of the blind arm are left out.
    """
    values: dict[str, Any] = {
        "project": project.pk,
        "user": user.pk,
        "window": WINDOW,
        "label_set": label_set,
        "ids": ids,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, {**values, "version": project.production_version or 0})
        rows = cursor.fetchall()
    candidates: list[Candidate] = []
    shown = 0
    for document_id, answer, confidence, was_blind in rows:
        is_blind = is_drawn(project.salt, document_id, share=project.blind_share) if was_blind is None else was_blind
        if not is_blind:
            shown += 1
            candidates += _candidates(document_id, _json(answer), _json(confidence))
    return Grid(candidates, Counter(row.label for row in candidates), shown)


def _json(raw: str | None) -> Any:  # Any: JSON
    return None if raw is None else json.loads(raw)


def _candidates(document_id: int, answer: Any, confidence: Any) -> Iterable[Candidate]:  # Any: stored JSON
    labels = [answer] if isinstance(answer, str) else answer if isinstance(answer, list) else []
    numbers = confidence if isinstance(confidence, dict) else {}
    return [
        Candidate(document_id, label, numbers.get(label) if isinstance(numbers.get(label), (int, float)) else None)
        for label in labels or [NO_LABEL]
    ]


@dataclass(frozen=True, slots=True)
class Tile:
    """A document as the grid shows it."""

    id: int
    external_id: str | None
    excerpt: str
    length: int
    language: str
    draft: dict[str, Any] | None  # Any: a stored answer

    def as_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "external_id": self.external_id,
            "excerpt": self.excerpt,
            "length": self.length,
            "language": self.language,
            "draft": self.draft,
        }


def tiles(project: Project, user: User, ids: Sequence[int]) -> dict[int, Tile]:
    """Only the beginning of each text is read."""
    rows = Document.objects.filter(project=project, pk__in=ids).annotate(
        excerpt=Left("text", EXCERPT_CHARS), length=Length("text")
    )
    drafts = Annotation.objects.filter(document_id__in=ids, user=user, status=Status.DRAFT)
    answers = dict(drafts.values_list("document_id", "answer"))
    return {
        row["id"]: Tile(
            row["id"],
            row["external_id"],
            row["excerpt"],
            row["length"],
            str(row["meta"].get("language") or row["meta"].get("lang") or project.language or "")[:10],
            answers.get(row["id"]),
        )
        for row in rows.values("id", "external_id", "meta", "excerpt", "length")
    }

"""What a refit reads: gold that changed since, vectors of the cache, and the documents that people get next."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from annotation.predictions.models import Prediction

# Besides what is lent: about what the people of a project get within the next minutes.
HEAD_OF_QUEUE = 128
_VECTOR = """(SELECT vector FROM modelops_embedding AS kept
    WHERE kept.text_sha256 = document.text_sha256 AND kept.encoder = %(encoder)s)"""


@dataclass(frozen=True, slots=True)
class Change:
    """The newest word on a document's gold: `answer` is None where it was withdrawn."""

    document_id: int
    answer: dict[str, Any] | None  # Any: JSON
    is_own: bool
    text_key: str
    vector: bytes | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document that somebody has in hand or gets next. `base`: what would be shown of it without the fast head."""

    document_id: int
    is_lent: bool
    vector: bytes | None


def gold_state(project_id: int) -> tuple[int, int]:
    """The last place in the log of gold, and how many documents have gold: both of one moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce((SELECT max(id) FROM annotation_goldchange WHERE project_id = %(project)s), 0),
                (SELECT count(*) FROM annotation_gold WHERE project_id = %(project)s)
            """,
            {"project": project_id},
        )
        last, count = cursor.fetchone() or (0, 0)
    return last, count


def changes_between(project_id: int, after: int, until: int, encoder: str) -> list[Change]:
    """The newest change of each document between two places of the log, with its vector."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT DISTINCT ON (gold.document_id) gold.document_id,
                CASE WHEN gold.deleted THEN NULL ELSE gold.answer::text END, gold.source = 'auto_accept',
                document.text_key, {_VECTOR}
            FROM annotation_goldchange AS gold JOIN annotation_document AS document ON document.id = gold.document_id
            WHERE gold.project_id = %(project)s AND gold.id > %(after)s AND gold.id <= %(until)s
            ORDER BY gold.document_id, gold.id DESC
            """,
            {"project": project_id, "after": after, "until": until, "encoder": encoder},
        )
        return [_change(*row) for row in cursor.fetchall()]


def vectors_of(document_ids: Collection[int], encoder: str) -> dict[int, bytes]:
    if not document_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT * FROM (SELECT id, {_VECTOR} AS vector FROM annotation_document AS document WHERE id = ANY(%(ids)s))
                AS found WHERE vector IS NOT NULL
            """,
            {"ids": list(document_ids), "encoder": encoder},
        )
        return {pk: bytes(raw) for pk, raw in cursor.fetchall()}


def sample_of_vectors(project_id: int, encoder: str, most: int) -> list[bytes]:
    """Of the project's first documents that have one."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT vector FROM (SELECT {_VECTOR} AS vector FROM annotation_document AS document
                WHERE project_id = %(project)s ORDER BY id LIMIT %(looked_at)s) AS found
            WHERE vector IS NOT NULL LIMIT %(most)s
            """,
            {"project": project_id, "encoder": encoder, "most": most, "looked_at": 4 * most},
        )
        return [bytes(raw) for (raw,) in cursor.fetchall()]


def waiting_documents(project_id: int, encoder: str) -> list[Waiting]:
    """What is lent now and the head of the queue, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH lent AS (
                SELECT DISTINCT document_id AS id FROM annotation_assignment
                WHERE project_id = %(project)s AND state = 'open'
            ), next AS (
                SELECT id FROM annotation_document WHERE project_id = %(project)s AND slots > 0
                ORDER BY priority DESC, id LIMIT %(most)s
            ), wanted AS (
                SELECT id, true AS is_lent FROM lent
                UNION ALL SELECT id, false FROM next WHERE id NOT IN (SELECT id FROM lent)
            )
            SELECT wanted.id, is_lent, {_VECTOR} FROM wanted JOIN annotation_document AS document USING (id)
            """,
            {"project": project_id, "encoder": encoder, "most": HEAD_OF_QUEUE},
        )
        return [Waiting(pk, is_lent, bytes(raw) if raw is not None else None) for pk, is_lent, raw in cursor.fetchall()]


def base_answers(document_ids: Iterable[int], base: int) -> dict[int, Prediction]:
    """What people would see of these documents without the fast head."""
    return Prediction.objects.without_fast_head().current(document_ids, base or None)


def _change(document_id: int, answer: str | None, is_own: bool, text_key: str, raw: object) -> Change:  # noqa: FBT001
    value = json.loads(answer) if answer is not None else None
    return Change(document_id, value, is_own, text_key, bytes(raw) if raw is not None else None)  # type: ignore[call-overload]

"""Make the model's answer gold under a certificate, and take it back. In batches; doing it twice changes nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from annotation.annotations.gold import NewGold, record_gold, withdraw_gold
from annotation.annotations.models import Gold, Source
from annotation.answers.answer import JsonAnswer
from annotation.answers.label_sets import rules_for
from annotation.answers.problems import AnswerError
from annotation.answers.rules import check_answer
from annotation.documents.models import Document, State
from annotation.events.services import lock_order, publish_mixed
from annotation.projects.models import Project
from annotation.queue.blind import place_of
from annotation.queue.services import count_open
from modelops.certificates.models import Audit, Certificate, CertificateState
from modelops.selection.order import chances

BATCH = 500
# People must keep up with the audits: while so many wait for an answer, nothing more is accepted.
MOST_WAITING = 100

# Nobody has it in hand, has said anything about it, or wants it first.
_NEXT = """
    SELECT document.id, prediction.own_answer, prediction.document_confidence
    FROM annotation_document AS document
    JOIN annotation_prediction AS prediction ON prediction.document_id = document.id
        AND prediction.version = %(version)s AND prediction.source = ''
    WHERE document.project_id = %(project)s AND document.id > %(after)s AND document.state = 'new'
        AND document.slots = coalesce(document.overlap, %(overlap)s) AND document.urgency <= 0 AND NOT document.is_audit
        AND prediction.document_confidence >= %(threshold)s AND prediction.own_answer IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM annotation_annotation WHERE document_id = document.id)
        AND NOT EXISTS (SELECT 1 FROM annotation_gold WHERE document_id = document.id)
        AND NOT EXISTS (SELECT 1 FROM annotation_flag WHERE document_id = document.id AND resolved_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM annotation_assignment WHERE document_id = document.id AND state = 'open')
    ORDER BY document.id LIMIT %(count)s
    FOR UPDATE OF document SKIP LOCKED
"""
_REOPEN = """
    UPDATE annotation_document AS document SET
        state = CASE WHEN EXISTS (SELECT 1 FROM annotation_annotation AS said
            WHERE said.document_id = document.id AND said.status = 'submitted') THEN 'annotated' ELSE 'new' END,
        slots = greatest(0, coalesce(overlap, %(overlap)s)
            - (SELECT count(*) FROM annotation_assignment AS lent
                WHERE lent.document_id = document.id AND lent.state = 'open')
            - (SELECT count(*) FROM annotation_annotation AS done
                WHERE done.document_id = document.id AND done.status = 'submitted'))
    WHERE id = ANY(%(ids)s)
    RETURNING id, state
"""


@dataclass(frozen=True, slots=True)
class Sure:
    """A document that the certificate covers."""

    document_id: int
    answer: JsonAnswer
    confidence: float


@dataclass(frozen=True, slots=True)
class Batch:
    """`last`: the last document that was met, where the next batch goes on; None when nothing is left."""

    accepted: int
    audited: int
    last: int | None


@transaction.atomic
def accept_batch(certificate: Certificate, *, after: int) -> Batch:
    """Accept the next documents in the order of their ids; a share of them goes to people instead, as audits."""
    project = Project.objects.get(pk=certificate.project_id)
    # Held to the end: whoever revokes waits for this batch, and the next one sees that it is revoked.
    held = Certificate.objects.select_for_update().filter(pk=certificate.pk, state=CertificateState.VALID)
    if not held.exists() or certificate.audits.filter(is_right=None).count() >= MOST_WAITING:
        return Batch(0, 0, None)
    found = _next(certificate, project, after)
    open_to_all = _without_random_share(project, found)
    valid = _complete(project, open_to_all)
    audits = [row for row in valid if _is_audit(project, certificate, row.document_id)]
    drawn = {row.document_id for row in audits}
    accepted = [row for row in valid if row.document_id not in drawn]
    _hold_back(project, certificate, audits)
    _accept(project, certificate, accepted)
    return Batch(len(accepted), len(audits), found[-1].document_id if len(found) == BATCH else None)


@transaction.atomic
def return_batch(certificate: Certificate) -> int:
    """Put the next documents that were accepted under it back in the queue, unless people changed them; how many."""
    project = Project.objects.get(pk=certificate.project_id)
    ours = Gold.objects.filter(project=project, source=Source.AUTO_ACCEPT, grounds__certificate=certificate.pk)
    ids = list(ours.order_by("document_id").values_list("document_id", flat=True)[:BATCH])
    list(Document.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("id").values_list("pk"))
    # A person may have answered between the two statements: what counts is what stands under the lock.
    ids = list(ours.filter(document_id__in=ids).order_by("document_id").values_list("document_id", flat=True))
    if not ids:
        Certificate.objects.filter(pk=certificate.pk).update(is_returning=False)
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_REOPEN, {"ids": ids, "overlap": project.overlap})
        states = cursor.fetchall()
    lock_order(project.pk)
    withdraw_gold(project.pk, ids)
    Certificate.objects.filter(pk=certificate.pk).update(accepted=ours.count())
    _tell(project, states)
    return len(ids)


def _next(certificate: Certificate, project: Project, after: int) -> list[Sure]:
    values: dict[str, Any] = {  # Any: of several types
        "version": certificate.version.number,
        "project": project.pk,
        "after": after,
        "overlap": project.overlap,
        "threshold": certificate.threshold,
        "count": BATCH,
    }
    rows = Document.objects.raw(_NEXT, values)
    return [Sure(row.pk, json.loads(row.own_answer), row.document_confidence) for row in rows]  # type: ignore[attr-defined]


def _without_random_share(project: Project, found: Sequence[Sure]) -> list[Sure]:
    """The random share stays for people: the next certificate and every honest figure rest on it."""
    if not found:
        return []
    shares, _places = chances(project.salt, [row.document_id for row in found])
    return [row for row, share in zip(found, shares.tolist(), strict=True) if share >= project.random_share]


def _complete(project: Project, found: Sequence[Sure]) -> list[Sure]:
    """Those whose answer is one that a person could submit: labels may have gone since, or a required one is empty."""
    rules = rules_for(project.pk)
    documents = Document.objects.in_bulk([row.document_id for row in found])
    kept = []
    for row in found:
        document = documents[row.document_id]
        try:
            checked = check_answer(
                row.answer, rules=rules, text=document.text, parts=document.parts_typed, complete=True
            )
        except AnswerError:
            continue
        kept.append(Sure(row.document_id, checked.as_json(), row.confidence))
    return kept


def _is_audit(project: Project, certificate: Certificate, document_id: int) -> bool:
    return place_of(project.salt, document_id, purpose=f"audit {certificate.pk}") < project.audit_share


def _hold_back(project: Project, certificate: Certificate, audits: Sequence[Sure]) -> None:
    rows = [
        Audit(certificate=certificate, document_id=row.document_id, answer=row.answer, confidence=row.confidence)
        for row in audits
    ]
    Audit.objects.bulk_create(rows, ignore_conflicts=True)
    with connection.cursor() as cursor:
        # A place by chance: an audit comes up like any other document, and the ranking leaves it there.
        ids = [row.document_id for row in audits]
        places = [place_of(project.salt, pk, purpose="audit place") for pk in ids]
        cursor.execute(
            """
            UPDATE annotation_document AS document SET is_audit = true, priority = new.place
            FROM unnest(%s::bigint[], %s::float8[]) AS new(id, place) WHERE document.id = new.id
            """,
            [ids, places],
        )


def _accept(project: Project, certificate: Certificate, accepted: Sequence[Sure]) -> None:
    if not accepted:
        return
    grounds = {"certificate": certificate.pk, "version": certificate.version.number}
    golds = [
        NewGold(row.document_id, row.answer, grounds={**grounds, "confidence": round(row.confidence, 6)})
        for row in accepted
    ]
    certificate.accepted += len(golds)
    certificate.save(update_fields=["accepted"])
    lock_order(project.pk)
    record_gold(project.pk, golds, Source.AUTO_ACCEPT, is_locked=True)
    _tell(project, [(gold.document_id, State.AUTO_ACCEPTED.value) for gold in golds])


def _tell(project: Project, states: Sequence[tuple[int, str]]) -> None:
    changed = [("document.changed", {"document": pk, "state": state}) for pk, state in states]
    publish_mixed(project.pk, [*changed, ("queue.changed", {"open": count_open(project.pk)})], is_locked=True)


def still_standing(project: Project) -> int:
    """How many auto-accepted answers the project has now."""
    return Gold.objects.filter(project=project, source=Source.AUTO_ACCEPT).count()

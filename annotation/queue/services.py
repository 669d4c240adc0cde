"""Who gets which document. The cost of lending does not grow with the project: partial indexes, SKIP LOCKED."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from annotation.documents.counts import open_documents
from annotation.documents.models import Document, State
from annotation.people.models import User
from annotation.plans.lending import MyTerms, terms_for
from annotation.prepared import prepared
from annotation.projects.models import Project
from annotation.queue.blind import is_drawn
from annotation.queue.models import Assignment, AssignmentKind, AssignmentState
from annotation.queue.near_leases import HAS_LOCK, IS_FREE_OF_OTHERS, wait_for_group, without_others

MAX_LENT_AT_ONCE = 50
WAIT_FOR_ONE = "2s"
# What was sent back waits so long for the person who knows it; then it goes to somebody else.
SENT_BACK_FOR = timedelta(days=7)

_EXPIRE = """
    WITH late AS (
        SELECT id FROM annotation_assignment
        WHERE project_id = %(project)s AND state = 'open' AND expires_at < %(now)s
        FOR UPDATE SKIP LOCKED
    ), expired AS (
        UPDATE annotation_assignment SET state = 'expired' WHERE id IN (SELECT id FROM late) RETURNING document_id
    )
    UPDATE annotation_document AS document SET slots = slots + back.number,
        state = CASE WHEN state = 'assigned' THEN 'new' ELSE state END
    FROM (SELECT document_id, count(*) AS number FROM expired GROUP BY 1) AS back
    WHERE document.id = back.document_id AND document.state NOT IN ('gold', 'auto_accepted')
"""

_IS_FOR_THEM = f"""
    project_id = %(project)s AND slots > 0 AND {IS_FREE_OF_OTHERS}
    AND NOT EXISTS (SELECT 1 FROM annotation_assignment AS mine
        WHERE mine.document_id = document.id AND mine.user_id = %(user)s AND mine.state IN ('open', 'returned')
            AND (mine.state = 'open' OR mine.created_at > %(now)s - interval '1 hour'))
    AND NOT EXISTS (SELECT 1 FROM annotation_annotation AS done
        WHERE done.document_id = document.id AND done.user_id = %(user)s AND done.status <> 'draft')
"""
# Where the project has a plan: the best of every lane that is theirs, found by the index, then the best of these.
_IN_THEIR_LANES = f"""
    lane AS (SELECT * FROM unnest(%(lanes)s::int[], %(ranks)s::int[]) AS mine(number, rank)),
    near AS MATERIALIZED (
        SELECT best.id, lane.number, lane.rank FROM lane CROSS JOIN LATERAL (
            SELECT id FROM annotation_document AS document
            WHERE {_IS_FOR_THEM} AND document.lane IS NOT NULL AND document.lane = lane.number
            ORDER BY priority DESC, id LIMIT {{depth}}
        ) AS best
    )
"""
_PICKED_IN_LANES = f"""
    {_IN_THEIR_LANES}, picked AS (
        SELECT document.id, document.near_group, document.overlap, near.rank
        FROM near JOIN annotation_document AS document ON document.id = near.id
        WHERE document.slots > 0 AND document.lane = near.number
        ORDER BY near.rank, document.priority DESC, document.id LIMIT {{count}}
        FOR UPDATE OF document SKIP LOCKED
    )
"""
_PICKED = f"""
    picked AS (
        SELECT id, near_group, overlap, 0 AS rank FROM annotation_document AS document
        WHERE {_IS_FOR_THEM}
        ORDER BY priority DESC, id LIMIT {{count}}
        FOR UPDATE SKIP LOCKED
    )
"""
_AND_LENT = f"""
    , taken AS (
        UPDATE annotation_document SET slots = slots - 1,
            state = CASE WHEN state = 'new' THEN 'assigned' ELSE state END
        WHERE id IN (SELECT id FROM picked AS document WHERE {HAS_LOCK}) RETURNING *
    ), lent AS (
        INSERT INTO annotation_assignment
            (project_id, document_id, user_id, state, kind, is_blind, created_at, expires_at)
        SELECT %(project)s, id, %(user)s, 'open', CASE WHEN is_audit THEN 'audit' ELSE 'queue' END, false, %(now)s,
            %(expires)s FROM taken ORDER BY priority DESC, id
        RETURNING id, document_id
    )
    SELECT {{taken}}, picked.id AS picked_id, picked.rank AS picked_rank, lent.id AS assignment_id,
        (SELECT earlier.is_blind FROM annotation_assignment AS earlier
            WHERE earlier.document_id = picked.id ORDER BY earlier.id LIMIT 1) AS was_blind,
        (SELECT count(*) FROM annotation_comment
            WHERE document_id = picked.id AND deleted_at IS NULL) AS comment_count,
        EXISTS (SELECT 1 FROM annotation_flag WHERE document_id = picked.id AND resolved_at IS NULL) AS is_flagged,
        EXISTS (SELECT 1 FROM annotation_annotation
            WHERE document_id = picked.id AND user_id = %(user)s) AS has_annotation,
        EXISTS (SELECT 1 FROM annotation_assignment
            WHERE project_id = %(project)s AND state = 'open' AND expires_at < %(now)s) AS has_late
    FROM picked LEFT JOIN taken ON taken.id = picked.id LEFT JOIN lent ON lent.document_id = picked.id
"""
_LEND, _LEND_IN_LANES = f"WITH {_PICKED} {_AND_LENT}", f"WITH {_PICKED_IN_LANES} {_AND_LENT}"
# More than these are seldom locked by others at one moment; where they are, the person waits for one.
_MORE_THAN_ASKED = 16

_AWAIT = f"""
    SELECT id FROM annotation_document AS document WHERE {_IS_FOR_THEM} ORDER BY priority DESC, id LIMIT 1 FOR UPDATE
"""
_AWAIT_IN_LANES = f"""
    WITH {_IN_THEIR_LANES} SELECT document.id FROM near JOIN annotation_document AS document ON document.id = near.id
    ORDER BY near.rank, document.priority DESC, document.id LIMIT 1 FOR UPDATE OF document
"""


def lend(*, project: Project, user: User, count: int) -> list[Assignment]:
    """Lend the best `count` documents to this person; fewer, or none, when the queue runs out.

    Under a plan of assignment rules: the best that this person may take, and no more than their load allows. Late
    leases are returned afterwards, so that this call waits for nobody's; where the queue ran out, it looks again.
    """
    lent, has_late = _lend(project, user, count)
    if has_late:
        with transaction.atomic():
            expire(project.pk)
        if len(lent) < count:
            lent += _lend(project, user, count - len(lent))[0]
    return lent


@transaction.atomic
def _lend(project: Project, user: User, count: int) -> tuple[list[Assignment], bool]:
    """What is lent, and whether there may be late leases."""
    mine = terms_for(project=project, user=user, now=timezone.now())
    if mine is not None:
        count = mine.limited(count)
        if not count or not mine.lanes:
            return [], False
    found = _lend_now(project, user, count, mine)
    if found.passed_over and not found.lent:
        wait_for_group(found.passed_over[0])
        found = _lend_now(project, user, count, mine)
    elif not found.lent and _wait_for_one(project, user, mine):
        found = _lend_now(project, user, count, mine)
    return found.lent, found.has_late


def _wait_for_one(project: Project, user: User, mine: MyTerms | None) -> bool:
    """Whether a document for this person was only held by somebody: lent at this moment, or being ranked anew.

    Waits a moment for it, and keeps it for this transaction.
    """
    values = _values(project, user, mine) | {"now": timezone.now()}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAIT_FOR_ONE])
            cursor.execute(_sql(_AWAIT_IN_LANES if mine else _AWAIT, 1), values)
            is_there = cursor.fetchone() is not None
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
            return is_there
    except OperationalError:
        return False


@dataclass(frozen=True, slots=True)
class _Lent:
    """`passed_over`: documents that were next but have a near-duplicate that somebody is being lent now."""

    lent: list[Assignment]
    passed_over: list[int]
    has_late: bool


def _values(project: Project, user: User, mine: MyTerms | None) -> dict[str, Any]:  # Any: values of SQL
    values: dict[str, Any] = {"project": project.pk, "user": user.pk, "overlap": project.overlap}
    if mine is None:
        return values
    ranks = [rank for _number, rank in mine.lanes]
    return values | {"lanes": mine.numbers, "ranks": ranks}


@cache
def _sql(template: str, count: int) -> str:
    """With the numbers that its plan hangs on, and the columns as they are now: the server keeps it under its text."""
    taken = ", ".join(f"taken.{field.column}" for field in Document._meta.concrete_fields)
    return template.format(count=count, depth=count + _MORE_THAN_ASKED, taken=taken)


def _lend_now(project: Project, user: User, count: int, mine: MyTerms | None) -> _Lent:
    """One statement; one more where something is blind, and one where something has near-duplicates."""
    now = timezone.now()
    times = {"now": now, "expires": now + timedelta(minutes=project.lease_minutes)}
    sql = _sql(_LEND_IN_LANES if mine else _LEND, count)
    with prepared():
        rows = list(Document.objects.raw(sql, _values(project, user, mine) | times))
    taken = sorted((row for row in rows if row.pk), key=lambda row: (_told(row, "picked_rank"), -row.priority, row.pk))
    kept = [_assignment(row, project, user, times) for row in taken]
    _make_blind(kept)
    kept = without_others(kept, project.overlap)
    documents = {row.document_id for row in kept}
    passed_over = [pk for row in rows if (pk := _told(row, "picked_id")) not in documents]
    return _Lent(kept, passed_over, has_late=_told(rows[0], "has_late") if rows else True)


def _told(row: Document, name: str) -> Any:  # Any: a column of _LEND beside those of the document
    return getattr(row, name)


def _assignment(document: Document, project: Project, user: User, times: dict[str, datetime]) -> Assignment:
    """Drawn blind or not at a document's first lending and kept for later ones, whatever the share is by then."""
    was_blind = _told(document, "was_blind")
    is_blind = is_drawn(project.salt, document.pk, share=project.blind_share) if was_blind is None else was_blind
    made = Assignment(
        pk=_told(document, "assignment_id"),
        project=project,
        document=document,
        user=user,
        kind=AssignmentKind.AUDIT if document.is_audit else AssignmentKind.QUEUE,
        # Who checks the model's answer must not have it before their eyes.
        is_blind=is_blind or document.is_audit,
        created_at=times["now"],
        expires_at=times["expires"],
    )
    made.comment_count, made.is_flagged = _told(document, "comment_count"), _told(document, "is_flagged")
    made.may_have_annotation = _told(document, "has_annotation")
    return made


def _make_blind(lent: Iterable[Assignment]) -> None:
    blind = [row.pk for row in lent if row.is_blind]
    if blind:
        Assignment.objects.filter(pk__in=blind).update(is_blind=True)


def open_assignments(*, project: Project, user: User) -> list[Assignment]:
    """What this person has in hand now, oldest lease first."""
    rows = Assignment.objects.filter(project=project, user=user, state="open", expires_at__gt=timezone.now())
    return list(rows.with_document().order_by("created_at", "-document__priority", "document_id")[:100])


def hidden_from(user: User, document: Document) -> bool:
    """Whether the document's prediction is kept from this person: lent blind to them, and not answered yet."""
    rows = Assignment.objects.filter(document=document, user=user).order_by("-pk").values_list("is_blind", "state")
    is_blind, state = rows.first() or (False, "")
    return is_blind and state != AssignmentState.DONE


def lend_again(*, document: Document, user: User) -> None:
    """Lend a document whose slot this person still holds once more: it was sent back to them, with days to mend it."""
    expires = timezone.now() + max(SENT_BACK_FOR, timedelta(minutes=document.project.lease_minutes))
    is_blind = Assignment.objects.filter(document=document, is_blind=True).exists()
    Assignment.objects.create(
        project=document.project, document=document, user=user, is_blind=is_blind, expires_at=expires
    )
    Document.objects.filter(pk=document.pk).update(state=State.ASSIGNED)


@transaction.atomic
def give_back(*, assignment: Assignment) -> None:
    """Return a lease; the same person is not offered the document again for an hour."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH closed AS (
                UPDATE annotation_assignment SET state = 'returned' WHERE id = %s AND state = 'open'
                RETURNING document_id
            )
            UPDATE annotation_document SET slots = slots + 1,
                state = CASE WHEN state = 'assigned' THEN 'new' ELSE state END
            WHERE id IN (SELECT document_id FROM closed) AND state NOT IN ('gold', 'auto_accepted')
            """,
            [assignment.pk],
        )


def expire_all() -> None:
    """Return every late lease of every project; the tick calls it."""
    now = timezone.now()
    late = Assignment.objects.filter(state="open", expires_at__lt=now).values_list("project_id", flat=True).distinct()
    for project_id in list(late):
        with transaction.atomic():
            expire(project_id)


def expire(project_id: int) -> None:
    """Return the late leases of this project. Call inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRE, {"project": project_id, "now": timezone.now()})


def count_open(project_id: int) -> int:
    return open_documents([project_id]).get(project_id, 0)

"""Who gets which document. The cost of lending does not grow with the project: partial indexes, SKIP LOCKED."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from annotation.documents.models import Document, State
from annotation.people.models import User
from annotation.projects.models import Project
from annotation.queue.blind import is_drawn
from annotation.queue.models import Assignment, AssignmentState
from annotation.queue.near_leases import HAS_LOCK, IS_FREE_OF_OTHERS, wait_for_group, without_others

MAX_LENT_AT_ONCE = 50
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

_LEND = f"""
    WITH picked AS (
        SELECT id, near_group FROM annotation_document AS document
        WHERE project_id = %(project)s AND slots > 0 AND {IS_FREE_OF_OTHERS}
            AND NOT EXISTS (SELECT 1 FROM annotation_assignment AS mine
                WHERE mine.document_id = document.id AND mine.user_id = %(user)s AND mine.state IN ('open', 'returned')
                    AND (mine.state = 'open' OR mine.created_at > %(now)s - interval '1 hour'))
            AND NOT EXISTS (SELECT 1 FROM annotation_annotation AS done
                WHERE done.document_id = document.id AND done.user_id = %(user)s AND done.status <> 'draft')
        ORDER BY priority DESC, id LIMIT %(count)s
        FOR UPDATE SKIP LOCKED
    ), taken AS (
        UPDATE annotation_document SET slots = slots - 1,
            state = CASE WHEN state = 'new' THEN 'assigned' ELSE state END
        WHERE id IN (SELECT id FROM picked WHERE {HAS_LOCK}) RETURNING id, priority
    ), lent AS (
        INSERT INTO annotation_assignment (project_id, document_id, user_id, state, is_blind, created_at, expires_at)
        SELECT %(project)s, id, %(user)s, 'open', false, %(now)s, %(expires)s FROM taken ORDER BY priority DESC, id
        RETURNING id, document_id
    )
    SELECT id, document_id, (SELECT earlier.is_blind FROM annotation_assignment AS earlier
        WHERE earlier.document_id = lent.document_id ORDER BY earlier.id LIMIT 1) FROM lent
    UNION ALL SELECT NULL, id, NULL FROM picked WHERE id NOT IN (SELECT id FROM taken)
"""


@transaction.atomic
def lend(*, project: Project, user: User, count: int) -> list[Assignment]:
    """Lend the best `count` documents to this person; fewer, or none, when the queue runs out."""
    expire(project.pk)
    lent, passed_over = _lend_now(project, user, count)
    if passed_over and not lent:
        wait_for_group(passed_over[0])
        lent, _ = _lend_now(project, user, count)
    return lent


def _lend_now(project: Project, user: User, count: int) -> tuple[list[Assignment], list[int]]:
    """What is lent, and the documents that were next but have a near-duplicate that somebody is being lent now."""
    now = timezone.now()
    expires = now + timedelta(minutes=project.lease_minutes)
    values: dict[str, int | datetime] = {"project": project.pk, "user": user.pk, "count": count}
    values |= {"now": now, "expires": expires, "is_shared": project.overlap > 1}
    with connection.cursor() as cursor:
        cursor.execute(_LEND, values)
        rows = cursor.fetchall()
    lent = [row for row in rows if row[0] is not None]
    _make_blind(project, lent)
    kept = _with_documents(row[0] for row in lent)
    if project.overlap == 1:
        kept = without_others(kept)
    documents = {row.document_id for row in kept}
    return kept, [row[1] for row in rows if row[1] not in documents]


def _make_blind(project: Project, lent: Iterable[tuple[int, int, bool | None]]) -> None:
    """Draw at a document's first lending and keep it for later ones, whatever the share is by then.

    `lent`: assignment, document, and what an earlier assignment of the document says.
    """
    share = project.blind_share
    blind = [
        assignment_id
        for assignment_id, document_id, was_blind in lent
        if (is_drawn(project.salt, document_id, share=share) if was_blind is None else was_blind)
    ]
    if blind:
        Assignment.objects.filter(pk__in=blind).update(is_blind=True)


def _with_documents(ids: Iterable[int]) -> list[Assignment]:
    rows = Assignment.objects.filter(pk__in=list(ids)).with_document()
    return sorted(rows, key=lambda row: (-row.document.priority, row.document_id))


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
    return Document.objects.filter(project_id=project_id).open().count()

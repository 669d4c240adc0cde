"""Two people never have near-duplicates of each other in hand, unless the project (or a rule) asks for overlap.

Both could pick from one group at the same moment, each blind to what the other has not committed. So lending takes an
advisory lock on the groups it picks from, passes over groups locked by somebody else, and looks once more at the end:
by then everybody who had the lock before has committed. Documents without near-duplicates pay for none of this.
"""

from collections.abc import Sequence

from django.db import connection

from annotation.queue.models import Assignment

# A condition on `document`: several people answer it.
_IS_SHARED = "coalesce(document.overlap, %(overlap)s) > 1"
# A condition on `document`: nobody else has a near-duplicate of it in hand. The subquery runs once a statement, only
# when the queue meets a document with near-duplicates; it reads the project's open leases.
IS_FREE_OF_OTHERS = f"""
    ({_IS_SHARED} OR coalesce(document.near_group, 0) = 0 OR document.near_group NOT IN (
        SELECT other.near_group FROM annotation_assignment AS lease
        JOIN annotation_document AS other ON other.id = lease.document_id
        WHERE lease.project_id = %(project)s AND lease.state = 'open' AND lease.user_id <> %(user)s
            AND other.near_group > 0))
"""
# First key of the locks; the second is made from the group.
_LOCK_KEYS = "4204, (near_group % 2147483647)::int"
# A condition on a picked row that takes the lock on its group, or is false while somebody else has it.
HAS_LOCK = f"""
    ({_IS_SHARED} OR coalesce(near_group, 0) = 0 OR pg_try_advisory_xact_lock({_LOCK_KEYS.replace("%", "%%")}))
"""

_TAKE_BACK = """
    WITH taken_back AS (
        DELETE FROM annotation_assignment AS mine USING annotation_document AS document
        WHERE mine.id = ANY(%(ids)s) AND document.id = mine.document_id AND document.near_group > 0
            AND EXISTS (SELECT 1 FROM annotation_assignment AS lease
                JOIN annotation_document AS other ON other.id = lease.document_id
                WHERE other.near_group = document.near_group AND lease.state = 'open'
                    AND lease.user_id <> mine.user_id)
        RETURNING mine.id, mine.document_id
    ), returned AS (
        UPDATE annotation_document SET slots = slots + 1, state = CASE WHEN state = 'assigned' THEN 'new' ELSE state END
        WHERE id IN (SELECT document_id FROM taken_back)
    )
    SELECT id FROM taken_back
"""


def wait_for_group(document_id: int) -> None:
    """Until whoever is lending from this document's group has committed. Call with no lock on a group in hand."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pg_advisory_xact_lock({_LOCK_KEYS.replace('%', '%%')}) FROM annotation_document WHERE id = %s",
            [document_id],
        )


def without_others(lent: Sequence[Assignment], overlap: int = 1) -> list[Assignment]:
    """Take back what became a near-duplicate of somebody else's while it was being lent; returns the rest.

    `overlap`: the project's, for documents about which no rule says another.
    """
    ids = [row.pk for row in lent if row.document.near_group and (row.document.overlap or overlap) == 1]
    if not ids:
        return list(lent)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, {"ids": ids})
        taken_back = {row[0] for row in cursor.fetchall()}
    return [row for row in lent if row.pk not in taken_back]

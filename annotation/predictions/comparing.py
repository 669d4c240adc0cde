"""Keep known which gold some prediction contradicts, where both are written at the same moment."""

from collections.abc import Iterable

from django.db import connection


def compare_with_gold(document_ids: Iterable[int]) -> None:
    """Mark the gold of these documents that their predictions contradict. Call where predictions of documents that
    others see already were written, late in the same transaction: the project's order lock is held from here to commit.

    The database marks what it sees whenever one of the two is written, but neither of two open transactions sees what
    the other wrote. Gold is written under that lock; so whoever gets it second sees both.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT annotation_contradict(project_id, array_agg(id)) FROM annotation_document
            WHERE id = ANY(%s) GROUP BY project_id ORDER BY project_id
            """,
            [list(document_ids)],
        )

"""Write gold and its place in the change feed. Nothing else writes these two tables."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils import timezone

from annotation import signals
from annotation.annotations.models import GoldChange, Source
from annotation.answers.answer import JsonAnswer
from annotation.audit.acting import ACTING, names
from annotation.documents.models import State
from annotation.events.services import NOTIFIED, PUBLISHED, Payload, lock_order, publishing
from annotation.prepared import prepared_cursor


@dataclass(frozen=True, slots=True)
class NewGold:
    document_id: int
    answer: JsonAnswer
    by_id: int | None = None
    grounds: Mapping[str, object] = field(default_factory=dict)  # of what was auto-accepted


_RECORD = f"""
    WITH {ACTING}, new AS (
        SELECT * FROM unnest(%(ids)s::bigint[], %(answers)s::jsonb[], %(people)s::bigint[], %(grounds)s::jsonb[])
            WITH ORDINALITY AS new(document_id, answer, by_id, grounds, place)
    ), written AS (
        INSERT INTO annotation_gold (document_id, project_id, answer, source, by_id, grounds, changed_at)
        SELECT document_id, %(project)s, answer, %(source)s, by_id, grounds, %(now)s FROM new, acting
        ON CONFLICT (document_id) DO UPDATE SET answer = excluded.answer, source = excluded.source,
            by_id = excluded.by_id, grounds = excluded.grounds, changed_at = excluded.changed_at
    ), closed AS (
        UPDATE annotation_document SET state = %(state)s, slots = 0
        WHERE id = ANY(%(ids)s) AND (state, slots) IS DISTINCT FROM (%(state)s, 0)
    ), fed AS (
        INSERT INTO annotation_goldchange (project_id, document_id, answer, source, grounds, deleted, changed_at)
        SELECT %(project)s, document_id, answer, %(source)s, grounds, false, %(now)s FROM new ORDER BY place
    ), {PUBLISHED}
    {NOTIFIED}
"""


def record_gold(
    project_id: int,
    golds: Sequence[NewGold],
    source: Source,
    *,
    is_locked: bool = False,
    events: Sequence[tuple[str, Payload]] = (),
) -> None:
    """Make these the gold answers, close the documents to the queue, and append to the change feed.

    Call inside a transaction and late in it: the project's order lock is held from here to commit.
    `is_locked`: the caller took that lock already. `events`: published in the same statement.
    """
    if not golds:
        return
    state = State.AUTO_ACCEPTED if source == Source.AUTO_ACCEPT else State.GOLD
    values = (
        publishing(project_id, events)
        | names()
        | {
            "ids": [gold.document_id for gold in golds],
            "answers": [json.dumps(gold.answer) for gold in golds],
            "people": [gold.by_id for gold in golds],
            "grounds": [json.dumps(gold.grounds) for gold in golds],
            "source": source.value,
            "state": state.value,
        }
    )
    if not is_locked:
        lock_order(project_id)
    with prepared_cursor() as cursor:
        cursor.execute(_RECORD, values)
    transaction.on_commit(lambda: signals.gold_changed.send(sender=GoldChange, project_id=project_id))


def withdraw_gold(project_id: int, document_ids: Sequence[int]) -> None:
    """Take gold back and say so in the change feed. The caller gives the documents their state and slots.

    Call inside a transaction and late in it, with the project's order lock in hand.
    """
    if not document_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH gone AS (
                DELETE FROM annotation_gold WHERE document_id = ANY(%(ids)s) AND project_id = %(project)s
                RETURNING document_id, answer, source
            )
            INSERT INTO annotation_goldchange (project_id, document_id, answer, source, deleted, changed_at)
            SELECT %(project)s, document_id, answer, source, true, %(now)s FROM gone ORDER BY document_id
            """,
            {"ids": list(document_ids), "project": project_id, "now": timezone.now()},
        )
    transaction.on_commit(lambda: signals.gold_changed.send(sender=GoldChange, project_id=project_id))

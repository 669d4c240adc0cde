"""People's answers from outside, many at a time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from annotation.annotations.models import Status
from annotation.answers.answer import JsonAnswer


@dataclass(frozen=True, slots=True)
class NewAnnotation:
    document_id: int
    user_id: int
    answer: JsonAnswer
    seconds: float = 0.0


def record_annotations(new: Sequence[NewAnnotation]) -> None:
    """Store them as submitted; whoever has answered a document keeps that answer. Call inside a transaction.

    Each takes one of its document's slots, as a submitted answer does; gold stands whatever people say.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH written AS (
                INSERT INTO annotation_annotation
                    (document_id, user_id, answer, status, version, seconds, is_blind, recent_keys,
                     created_at, changed_at)
                SELECT document_id, user_id, answer, %(status)s, 1, seconds, false, '{}', %(now)s, %(now)s
                FROM unnest(%(documents)s::bigint[], %(people)s::bigint[], %(answers)s::jsonb[], %(seconds)s::float8[])
                    AS new(document_id, user_id, answer, seconds)
                ON CONFLICT (document_id, user_id) DO NOTHING RETURNING document_id
            ), answered AS (
                SELECT document_id, count(*)::int AS number FROM written GROUP BY 1
            )
            UPDATE annotation_document AS document SET slots = greatest(slots - number, 0),
                state = CASE WHEN state IN ('new', 'assigned') THEN 'annotated' ELSE state END
            FROM answered WHERE document.id = answered.document_id AND state NOT IN ('gold', 'auto_accepted')
            """,
            {
                "documents": [row.document_id for row in new],
                "people": [row.user_id for row in new],
                "answers": [json.dumps(row.answer) for row in new],
                "seconds": [row.seconds for row in new],
                "status": Status.SUBMITTED.value,
                "now": timezone.now(),
            },
        )

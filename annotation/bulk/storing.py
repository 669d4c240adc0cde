"""Write many annotations at a time: a fixed number of statements, however many documents."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from annotation.annotations.gold import NewGold
from annotation.annotations.models import Annotation, Status
from annotation.annotations.settling import Submitted, settle
from annotation.bulk.answering import Given
from annotation.bulk.models import BulkItem, BulkLabeling
from annotation.bulk.opening import OpenDocument
from annotation.people.models import User
from annotation.projects.models import Project
from annotation.queue.models import Assignment, AssignmentState


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """One document's answer to be stored."""

    opened: OpenDocument
    given: Given

    @property
    def document_id(self) -> int:
        return self.opened.document.pk

    @property
    def status(self) -> Status:
        return Status.SUBMITTED if self.given.is_complete else Status.DRAFT


def store_annotations(project: Project, user: User, answers: Sequence[NewAnswer]) -> dict[int, tuple[int, int]]:
    """(annotation, version) by document; a document is missing where another tab saved in between."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO annotation_annotation AS present (document_id, user_id, answer, status, version, seconds,
                prediction_id, recent_keys, guidelines_version, created_at, changed_at)
            SELECT new.document_id, %(user)s, new.answer, new.status, 1, 0, new.prediction_id, '{}',
                CASE WHEN new.status = 'submitted' THEN %(guidelines)s ELSE 0 END, %(now)s, %(now)s
            FROM unnest(%(documents)s::bigint[], %(answers)s::jsonb[], %(statuses)s::text[], %(predictions)s::bigint[])
                AS new(document_id, answer, status, prediction_id)
            ON CONFLICT (document_id, user_id) DO UPDATE SET answer = excluded.answer, status = excluded.status,
                prediction_id = excluded.prediction_id, version = present.version + 1, changed_at = excluded.changed_at,
                guidelines_version = excluded.guidelines_version,
                sent_back = CASE WHEN excluded.status = 'submitted' THEN NULL ELSE present.sent_back END
            WHERE present.version = (SELECT expected.version FROM unnest(%(documents)s::bigint[], %(versions)s::int[])
                AS expected(document_id, version) WHERE expected.document_id = excluded.document_id)
            RETURNING document_id, id, version
            """,
            {
                "user": user.pk,
                "now": timezone.now(),
                "guidelines": project.guidelines_number,
                "documents": [row.document_id for row in answers],
                "answers": [json.dumps(row.given.answer) for row in answers],
                "statuses": [row.status.value for row in answers],
                "predictions": [row.opened.prediction.pk if row.opened.prediction else None for row in answers],
                "versions": [row.opened.annotation.version if row.opened.annotation else 0 for row in answers],
            },
        )
        return {document: (annotation, version) for document, annotation, version in cursor.fetchall()}


def close(answers: Sequence[NewAnswer]) -> None:
    """End the leases of what was submitted; where the person had none, take a slot. Drafts keep what they have."""
    done = [row for row in answers if row.given.is_complete]
    leases = [row.opened.assignment_id for row in done if row.opened.assignment_id is not None]
    Assignment.objects.filter(pk__in=leases).update(state=AssignmentState.DONE)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE annotation_document SET
                slots = CASE WHEN id = ANY(%(taken)s) THEN greatest(slots - 1, 0) ELSE slots END,
                state = CASE WHEN state IN ('new', 'assigned') THEN 'annotated' ELSE state END
            WHERE id = ANY(%(done)s)
            """,
            {
                "done": [row.document_id for row in done],
                "taken": [row.document_id for row in done if row.opened.assignment_id is None],
            },
        )


def settled(
    project: Project, user: User, answers: Sequence[NewAnswer], stored: Mapping[int, tuple[int, int]]
) -> list[NewGold]:
    """Those that are gold now; what a second person must see goes into the queue of reviews."""
    done = {row.document_id: row for row in answers if row.status == Status.SUBMITTED}
    given = [
        Submitted(
            stored[pk][0], pk, user.pk, row.given.answer, row.opened.prediction.pk if row.opened.prediction else None
        )
        for pk, row in done.items()
    ]
    golds = settle(project, given)
    return [NewGold(pk, row.given.answer, user.pk) for pk, row in done.items() if pk in golds]


def keep_items(
    labeling: BulkLabeling, answers: Sequence[NewAnswer], stored: dict[int, tuple[int, int]]
) -> list[BulkItem]:
    """Take down what stood there before, for the undo."""
    return BulkItem.objects.bulk_create(
        BulkItem(
            labeling=labeling,
            document=row.opened.document,
            annotation_id=stored[row.document_id][0],
            annotation_version=stored[row.document_id][1],
            status=row.status,
            annotation_before=_before(row.opened.annotation),
            document_state=row.opened.document.state,
            has_taken_slot=row.given.is_complete and row.opened.assignment_id is None,
            assignment_id=row.opened.assignment_id if row.given.is_complete else None,
        )
        for row in answers
    )


def _before(annotation: Annotation | None) -> dict[str, object] | None:
    if annotation is None:
        return None
    return {
        "answer": annotation.answer,
        "status": annotation.status,
        "seconds": annotation.seconds,
        "prediction": annotation.prediction_id,
    }

"""Put back what a bulk labeling changed, document by document, unless something newer was saved there."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from annotation.annotations.gold import withdraw_gold
from annotation.annotations.models import Annotation, Gold, Source, Status
from annotation.bulk.models import BulkItem, BulkLabeling
from annotation.bulk.opening import Refusal
from annotation.documents.models import Document, State
from annotation.events.services import lock_order, publish_mixed
from annotation.queue.models import Assignment, AssignmentState


@dataclass(frozen=True, slots=True)
class Undone:
    documents: list[int]
    refused: list[Refusal]

    def as_json(self) -> dict[str, object]:
        return {"undone": len(self.documents), "refused": [refusal.as_json() for refusal in self.refused]}


@transaction.atomic
def undo(*, labeling: BulkLabeling) -> Undone:
    """Doing it twice changes nothing more."""
    labeling = BulkLabeling.objects.select_for_update().get(pk=labeling.pk)
    if labeling.undone_at is not None:
        return Undone([], [])
    items = list(labeling.items.order_by("document_id"))
    # In the order in which a save takes its locks: annotations, documents, then the project's order.
    kept = _unchanged(labeling, items)
    ids = [item.document_id for item in kept]
    golds = _own_golds(labeling, ids)
    _restore_annotations(kept)
    _restore_documents(kept)
    leases = [item.assignment_id for item in kept if item.assignment_id is not None]
    Assignment.objects.filter(pk__in=leases, state=AssignmentState.DONE).update(state=AssignmentState.OPEN)
    labeling.undone_at = timezone.now()
    labeling.save(update_fields=["undone_at"])
    lock_order(labeling.project_id)
    withdraw_gold(labeling.project_id, golds)
    submitted = [item for item in kept if item.status == Status.SUBMITTED]
    changed = [{"document": item.document_id, "state": item.document_state} for item in submitted]
    publish_mixed(labeling.project_id, [("document.changed", said) for said in changed], is_locked=True)
    refused = [Refusal(item.document_id, "changed") for item in items if item not in kept]
    return Undone(ids, refused)


def _unchanged(labeling: BulkLabeling, items: Sequence[BulkItem]) -> list[BulkItem]:
    """Items whose annotation, gold and document nobody has touched since; their rows are locked."""
    ids = [item.annotation_id for item in items if item.annotation_id is not None]
    annotations = Annotation.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("id")
    found = {row.pk: (row.version, row.status) for row in annotations}
    reviewed = set(Annotation.objects.filter(pk__in=ids, reviews__isnull=False).values_list("pk", flat=True))
    documents = {
        row.pk: row
        for row in Document.objects.select_for_update(of=("self",))
        .filter(pk__in=[item.document_id for item in items])
        .order_by("id")
        .only("id", "state")
    }
    golds = Gold.objects.filter(document_id__in=documents).exclude(source=Source.ANNOTATION, by_id=labeling.user_id)
    settled_otherwise = set(golds.values_list("document_id", flat=True))
    practiced = set(Document.objects.filter(pk__in=documents, practice_item__isnull=False).values_list("pk", flat=True))
    return [
        item
        for item in items
        if found.get(item.annotation_id or 0) == (item.annotation_version, item.status)
        and item.annotation_id not in reviewed
        and item.document_id not in settled_otherwise | practiced
        and documents[item.document_id].state != State.AUTO_ACCEPTED
    ]


def _own_golds(labeling: BulkLabeling, ids: Sequence[int]) -> list[int]:
    rows = Gold.objects.filter(document_id__in=ids, source=Source.ANNOTATION, by_id=labeling.user_id)
    return list(rows.values_list("document_id", flat=True))


def _restore_annotations(items: Sequence[BulkItem]) -> None:
    """The answer of before under a new version, so that a tab with the undone one is told; new ones are deleted."""
    new = [item.annotation_id or 0 for item in items if item.annotation_before is None]
    Annotation.objects.filter(pk__in=new).delete()
    former = [(item.annotation_id, item.annotation_before) for item in items if item.annotation_before is not None]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE annotation_annotation AS present SET answer = former.before -> 'answer',
                status = former.before ->> 'status', seconds = (former.before ->> 'seconds')::float,
                prediction_id = (SELECT id FROM annotation_prediction
                    WHERE id = (former.before ->> 'prediction')::bigint),
                version = present.version + 1, changed_at = %(now)s
            FROM unnest(%(ids)s::bigint[], %(before)s::jsonb[]) AS former(id, before) WHERE present.id = former.id
            """,
            {
                "now": timezone.now(),
                "ids": [pk for pk, _ in former],
                "before": [json.dumps(before) for _, before in former],
            },
        )


def _restore_documents(items: Sequence[BulkItem]) -> None:
    done = [item for item in items if item.status == Status.SUBMITTED]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE annotation_document AS document SET state = former.state,
                slots = CASE WHEN document.id = ANY(%(taken)s) THEN document.slots + 1 ELSE document.slots END
            FROM unnest(%(ids)s::bigint[], %(states)s::text[]) AS former(id, state) WHERE document.id = former.id
            """,
            {
                "ids": [item.document_id for item in done],
                "states": [item.document_state for item in done],
                "taken": [item.document_id for item in done if item.has_taken_slot],
            },
        )

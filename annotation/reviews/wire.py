"""What waits for a reviewer, and what reviewers decided, as programs and the page read it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from annotation.annotations.models import Annotation, Status
from annotation.annotations.review_items import ReviewItem
from annotation.comments.models import Comment
from annotation.comments.wire import person_json
from annotation.documents.wire import document_json
from annotation.predictions.models import Prediction
from annotation.predictions.wire import prediction_json
from annotation.projects.models import Project
from annotation.reviews.decisions import Decision

Json = dict[str, Any]  # Any: JSON


def items_json(items: Sequence[ReviewItem], project: Project) -> list[Json]:
    """Three statements, however many items. One that begins blind shows nobody's answer before the reviewer's own."""
    ids = [item.document_id for item in items]
    if not ids:
        return []
    answers: defaultdict[int, list[Annotation]] = defaultdict(list)
    rows = Annotation.objects.filter(document_id__in=ids, status=Status.SUBMITTED).select_related("user", "prediction")
    for row in rows.order_by("id"):
        answers[row.document_id].append(row)
    current = Prediction.objects.current(ids, project.production_version)
    spoken = _spoken(ids)
    return [_item_json(item, answers[item.document_id], current, spoken) for item in items]


def _spoken(ids: Sequence[int]) -> defaultdict[int, list[Json]]:
    """The talk about each document, oldest first."""
    found: defaultdict[int, list[Json]] = defaultdict(list)
    for row in Comment.objects.present().filter(document_id__in=ids).select_related("user").order_by("id"):
        by = person_json(row.user)
        at = row.created_at.isoformat()
        found[row.document_id].append({"by": by, "text": row.text, "start": row.start, "end": row.end, "at": at})
    return found


def _item_json(
    item: ReviewItem, given: Sequence[Annotation], current: dict[int, Prediction], spoken: dict[int, list[Json]]
) -> Json:
    shown = [row for row in given if item.annotation_id in (None, row.pk)]
    started_from = shown[0].prediction if item.annotation_id and shown else None
    prediction = started_from or current.get(item.document_id)
    is_hidden = item.is_blind and item.first_answer is None
    return {
        "id": item.pk,
        "kind": "adjudication" if item.annotation_id is None else "review",
        "reason": item.reason,
        "share": item.share,
        "blind": item.is_blind,
        "first_answer": item.first_answer,
        "rounds": item.rounds,
        "document": document_json(item.document),
        "prediction": prediction_json(prediction) if prediction and not is_hidden else None,
        "answers": [] if is_hidden else [_answer_json(row) for row in shown],
        "comments": [] if is_hidden else spoken[item.document_id],
        "expires_at": item.lent_until.isoformat() if item.lent_until else None,
    }


def _answer_json(row: Annotation) -> Json:
    return {
        "annotation": row.pk,
        "user": person_json(row.user),
        "answer": row.answer,
        "version": row.version,
        "seconds": row.seconds,
        "guidelines_version": row.guidelines_version,
        "changed_at": row.changed_at.isoformat(),
    }


def decision_json(row: Decision) -> Json:
    return {
        "id": row.pk,
        "document": row.document_id,
        "review": row.review_id,
        "adjudication": row.adjudication_id,
        "of": row.of,
        "person": row.person_id,
        "reviewer": row.reviewer_id,
        "version": row.version,
        "label_set": row.label_set,
        "kind": row.kind,
        "label": row.label,
        "before": row.before,
        "after": row.after,
        "start_before": row.start_before,
        "end_before": row.end_before,
        "start": row.start,
        "end": row.end,
        "seconds": row.seconds,
        "created_at": row.created_at.isoformat(),
    }

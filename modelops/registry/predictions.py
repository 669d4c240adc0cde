"""Predictions that a version has stored, and those that it lacks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from annotation.documents.models import Document
from annotation.predictions.comparing import compare_with_gold
from annotation.predictions.models import Prediction
from annotation.predictions.wire import prediction_json
from annotation.queue.models import Assignment


@dataclass(frozen=True, slots=True)
class NewPrediction:
    """`whole`: how likely each label set's whole value is right; empty where nothing can be said."""

    document_id: int
    answer: Mapping[str, object]
    confidence: Mapping[str, object]
    whole: Mapping[str, float] = field(default_factory=dict)


def documents_without(project_id: int, number: int) -> QuerySet[Document]:
    """The project's documents that this version has not answered yet."""
    theirs = Prediction.objects.filter(document=OuterRef("pk"), version=number, source="")
    return Document.objects.filter(~Exists(theirs), project_id=project_id)


@transaction.atomic(savepoint=False)
def store(number: int, predictions: Sequence[NewPrediction]) -> None:
    """Keep them, one a document and version; one that is there already stays as it is."""
    rows = [
        Prediction(
            document_id=new.document_id,
            version=number,
            answer=new.answer,
            confidence=new.confidence,
            own_answer=new.answer,
            whole_confidence=new.whole,
            document_confidence=prod(new.whole.values()) if new.whole else None,
        )
        for new in predictions
    ]
    Prediction.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    compare_with_gold(row.document_id for row in rows)


def answers_of(number: int, document_ids: Iterable[int]) -> dict[int, dict[str, Any]]:  # Any: JSON
    rows = Prediction.objects.filter(document_id__in=list(document_ids), version=number, source="")
    return dict(rows.values_list("document_id", "answer"))


def lent_document_ids(project_id: int) -> list[int]:
    """Documents that lie open before somebody now."""
    rows = Assignment.objects.filter(project_id=project_id, state="open")
    return list(rows.values_list("document_id", flat=True).distinct())


def updates_for(number: int, document_ids: Iterable[int]) -> list[tuple[str, dict[str, Any]]]:  # Any: JSON
    """One `prediction.updated` event for each of these documents that the version has answered."""
    rows = Prediction.objects.filter(document_id__in=list(document_ids), version=number, source="").order_by("pk")
    return [("prediction.updated", {"document": row.document_id, "prediction": prediction_json(row)}) for row in rows]

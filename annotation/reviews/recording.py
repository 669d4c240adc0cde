"""Write down, value by value and span by span, what a reviewer made of people's and the model's answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone

from annotation.annotations.models import Annotation
from annotation.answers.answer import Answer, JsonAnswer, from_stored
from annotation.answers.diff import Correction, corrections
from annotation.predictions.models import Prediction
from annotation.projects.models import Kind, LabelSet
from annotation.reviews.decisions import Decision, Judged
from annotation.reviews.models import Adjudication, Review

MAX_LABEL_CHARS = 100


@dataclass(frozen=True, slots=True)
class Settled:
    """What a review came to: the answers it judged, the prediction they started from if any, and the result."""

    judged: Sequence[Annotation]
    prediction: Prediction | None
    result: JsonAnswer


def record(made: Review | Adjudication, project_id: int, document_id: int, settled: Settled) -> None:
    """One row for each value or span of each judged answer, and of the prediction. Two statements."""
    texts = set(LabelSet.objects.filter(project_id=project_id, kind=Kind.TEXT).values_list("name", flat=True))
    result, now = from_stored(settled.result), timezone.now()
    rows = []
    for of, person_id, answer in _answers(settled):
        for found in corrections(answer, result):
            if found.predicted is None and found.given is None:
                continue
            row = Decision(of=of, person_id=person_id, **_what(found, is_text=found.label_set in texts))
            row.project_id, row.document_id, row.created_at = project_id, document_id, now
            row.reviewer_id, row.seconds = made.reviewer_id, made.seconds
            row.review = made if isinstance(made, Review) else None
            row.adjudication = made if isinstance(made, Adjudication) else None
            row.version = _version(found, settled.prediction)
            rows.append(row)
    Decision.objects.bulk_create(rows)


def _answers(settled: Settled) -> Iterator[tuple[Judged, int | None, Answer]]:
    for annotation in settled.judged:
        yield Judged.PERSON, annotation.user_id, from_stored(annotation.answer)
    if settled.prediction is not None:
        yield Judged.MODEL, None, from_stored(settled.prediction.answer)


def _what(found: Correction, *, is_text: bool) -> dict[str, str | int | None]:
    before, after = found.predicted_span, found.given_span
    labels = ("", "") if is_text else ((found.predicted or "")[:MAX_LABEL_CHARS], (found.given or "")[:MAX_LABEL_CHARS])
    return {
        "label_set": found.label_set,
        "kind": found.kind,
        "label": labels[0] or labels[1],
        "before": labels[0],
        "after": labels[1],
        "start_before": before.start if before else None,
        "end_before": before.end if before else None,
        "start": after.start if after else None,
        "end": after.end if after else None,
    }


def _version(found: Correction, prediction: Prediction | None) -> int | None:
    """The version that had suggested the value or span as it stood before; of an added one, as it stands now."""
    if prediction is None:
        return None
    answer = from_stored(prediction.answer)
    span = found.predicted_span or found.given_span
    if span is not None:
        is_suggested = span in answer.spans(found.label_set)
    else:
        suggested = answer.values.get(found.label_set)
        label = found.given if found.predicted is None else found.predicted
        is_suggested = label in suggested if isinstance(suggested, tuple) else label == suggested
    return prediction.version if is_suggested else None

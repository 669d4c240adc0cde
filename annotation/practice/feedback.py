"""What a person is told after an answer: how right it was, what differs from gold, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from annotation.answers.answer import Span, from_stored
from annotation.answers.diff import Correction
from annotation.documents.models import Document
from annotation.practice.models import PracticeAttempt, PracticeItem
from annotation.practice.rounds import Progress
from annotation.practice.scoring import Score, score
from annotation.projects.models import LabelSet

Json = dict[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True)
class Feedback:
    """One scored attempt. `item` comes with its document and its gold; `progress` only from practice."""

    attempt: PracticeAttempt
    item: PracticeItem
    progress: Progress | None = None


def label_sets_of(project_id: int) -> list[LabelSet]:
    return list(LabelSet.objects.filter(project_id=project_id).prefetch_related("labels"))


def score_beside_gold(answer: Mapping[str, Any], document: Document, kinds: Mapping[str, str]) -> Score:  # Any: JSON
    """`document` comes with its gold."""
    return score(from_stored(answer), from_stored(document.gold.answer), kinds)


def feedback_json(feedback: Feedback, label_sets: Sequence[LabelSet]) -> Json:
    attempt, document = feedback.attempt, feedback.item.document
    found = score_beside_gold(attempt.answer, document, {each.name: each.kind for each in label_sets})
    return {
        "is_right": found.is_right,
        "score": found.total,
        "scores": dict(found.by_label_set),
        "answer": attempt.answer,
        "gold": document.gold.answer,
        "differences": [_difference(each, document.text) for each in found.differences],
        "note": feedback.item.note_here,
        "definitions": _definitions(found.differences, label_sets),
        "progress": progress_json(feedback.progress) if feedback.progress else None,
    }


def progress_json(progress: Progress) -> Json:
    return {**asdict(progress), "is_over": progress.is_over}


def _difference(found: Correction, text: str) -> Json:
    """`yours` and `expected`: a label, or a span with the words it marks; null where there is none."""
    return {
        "label_set": found.label_set,
        "kind": found.kind,
        "yours": _span(found.predicted_span, text) or found.predicted,
        "expected": _span(found.given_span, text) or found.given,
    }


def _span(span: Span | None, text: str) -> Json | None:
    return {**span.as_json(), "text": text[span.start : span.end]} if span else None


def _definitions(differences: Sequence[Correction], label_sets: Sequence[LabelSet]) -> dict[str, dict[str, str]]:
    """By label set and label: what the labels mean that were mistaken, missed or meant."""
    asked: dict[str, set[str | None]] = {}
    for each in differences:
        if each.kind not in ("accepted", "moved"):
            asked.setdefault(each.label_set, set()).update({each.predicted, each.given})
    return {
        label_set.name: {label.name: label.definition for label in label_set.labels.all() if label.name in wanted}
        for label_set in label_sets
        if (wanted := asked.get(label_set.name))
    }

"""All figures of one version on its test documents, as JSON that is written once and cheap to read. Pure.

{"label_sets": {name: {kind, documents, figure, low, high, labels, slices, confusion, reliability}}}
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelops.evaluation.facts import Fact
from modelops.evaluation.intervals import label_rows, main_interval
from modelops.evaluation.metrics import counts, is_answered
from modelops.evaluation.reliability import reliability, untempered
from modelops.evaluation.slices import slices_of

Answers = Sequence[Mapping[str, Any]]  # Any: JSON
Report = dict[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True)
class Head:
    """A version's head for one label set: its kind, how many labels, its temperature (1 where none is known)."""

    kind: str
    labels: int
    temperature: float = 1.0


@dataclass(frozen=True, slots=True)
class Answered:
    """The test documents in one order: gold, what the version answered, how sure it was, and their groups by facts."""

    gold: Answers
    predicted: Answers
    confidence: Answers
    groups: Mapping[Fact, Sequence[int]]


def report_of(heads: Mapping[str, Head], answered: Answered) -> Report:
    """A label set that no gold answers is left out."""
    label_sets = {name: _label_set(name, head, answered) for name, head in heads.items()}
    return {"label_sets": {name: found for name, found in label_sets.items() if found is not None}}


def _label_set(name: str, head: Head, answered: Answered) -> Report | None:
    places = [place for place, answer in enumerate(answered.gold) if is_answered(head.kind, answer.get(name))]
    if not places:
        return None
    gold, said, sure = (
        [answers[place].get(name) for place in places]
        for answers in (answered.gold, answered.predicted, answered.confidence)
    )
    rows = counts(head.kind, gold, said)
    figure, low, high = main_interval(head.kind, rows)
    return {
        "kind": head.kind,
        "documents": len(places),
        "figure": figure,
        "low": low,
        "high": high,
        "labels": label_rows(head.kind, gold, said),
        "slices": slices_of(head.kind, rows, _among(places, answered.groups)),
        "confusion": confusion(gold, said) if head.kind == "choice" else None,
        "reliability": _reliability(head, gold, said, sure),
    }


def _among(places: Sequence[int], groups: Mapping[Fact, Sequence[int]]) -> dict[Fact, list[int]]:
    """The groups, counted among these places only."""
    rank = {place: number for number, place in enumerate(places)}
    found = {pair: [rank[place] for place in inside if place in rank] for pair, inside in groups.items()}
    return {pair: inside for pair, inside in found.items() if inside}


def confusion(gold: Sequence[object], said: Sequence[object]) -> list[list[object]]:
    """[gold label, label said, documents] for every pair that occurs, most frequent first."""
    pairs = Counter((str(wanted), "" if got is None else str(got)) for wanted, got in zip(gold, said, strict=True))
    return [[wanted, got, count] for (wanted, got), count in sorted(pairs.items(), key=lambda one: (-one[1], one[0]))]


def _reliability(
    head: Head, gold: Sequence[object], said: Sequence[object], sure: Sequence[object]
) -> dict[str, Any] | None:  # Any: JSON
    found = reliability(head.kind, gold, said, sure)
    if found is None:
        return None
    before = _before(head, gold, said, sure)
    return found | {"temperature": round(head.temperature, 4), "error_before": before}


def _before(head: Head, gold: Sequence[object], said: Sequence[object], sure: Sequence[object]) -> float | None:
    """The error of a choice without its temperature, where the stored probabilities tell."""
    if head.kind != "choice" or head.temperature == 1.0:
        return None
    raw = [untempered(one, head.temperature, head.labels) if isinstance(one, Mapping) and one else None for one in sure]
    if any(one is None for one in raw):
        return None
    found = reliability(head.kind, gold, said, raw)
    return found["error"] if found else None

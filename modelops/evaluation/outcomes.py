"""Which test documents came out how, small enough to be kept with the version. Pure.

{"documents": [id, …], "gold": {choice: [label or null, …]}, "right": {label set: "10-…"}}; "-": gold says nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from modelops.evaluation.metrics import is_answered, items

Outcomes = dict[str, Any]  # Any: JSON
Answers = Sequence[Mapping[str, Any]]  # Any: JSON


def outcomes_of(ids: Sequence[int], kinds: Mapping[str, str], gold: Answers, predicted: Answers) -> Outcomes:
    return {
        "documents": list(ids),
        "gold": {name: [answer.get(name) for answer in gold] for name, kind in kinds.items() if kind == "choice"},
        "right": {name: "".join(_marks(name, kind, gold, predicted)) for name, kind in kinds.items()},
    }


def _marks(name: str, kind: str, gold: Answers, predicted: Answers) -> list[str]:
    return [
        ("1" if items(kind, wanted.get(name)) == items(kind, got.get(name)) else "0")
        if is_answered(kind, wanted.get(name))
        else "-"
        for wanted, got in zip(gold, predicted, strict=True)
    ]


def with_gold(outcomes: Outcomes, label_set: str, label: str) -> list[int]:
    """Ids of the documents whose gold gives this label."""
    labels = outcomes.get("gold", {}).get(label_set, [])
    return [pk for pk, value in zip(outcomes.get("documents", []), labels, strict=False) if value == label]


def wrong(outcomes: Outcomes, label_set: str) -> list[int]:
    """Ids of the documents that were not answered as gold says."""
    marks = outcomes.get("right", {}).get(label_set, "")
    return [pk for pk, mark in zip(outcomes.get("documents", []), marks, strict=False) if mark == "0"]

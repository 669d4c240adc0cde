"""How well answers match gold. Pure; values in the wire form of an answer.

Every kind is scored over items: a choice is one item, choices are one item a label, a span is (start, end, label) and
counts only when all three match (strict, as in CoNLL-2003).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Item = tuple[object, ...]
Figures = dict[str, Any]  # Any: JSON, see `score`


def items(kind: str, value: object) -> frozenset[Item]:
    """The items of one value; the last element of an item is its label."""
    if kind == "choice":
        return frozenset() if value is None else frozenset({(value,)})
    if not isinstance(value, list | tuple):
        return frozenset()
    if kind == "choices":
        return frozenset((label,) for label in value)
    return frozenset((span["start"], span["end"], span["label"]) for span in value)


def counts(kind: str, gold: Sequence[object], predicted: Sequence[object]) -> NDArray[np.int64]:
    """Shape [documents, 3]: items found, items too many, items missed."""
    rows = []
    for wanted, got in zip(gold, predicted, strict=True):
        one, other = items(kind, wanted), items(kind, got)
        rows.append((len(one & other), len(other - one), len(one - other)))
    return np.array(rows, dtype=np.int64).reshape(len(rows), 3)


def score(kind: str, gold: Sequence[object], predicted: Sequence[object]) -> Figures:
    """Figures of one label set over the documents whose gold answers it.

    `accuracy`: share of documents whose whole value matches; `precision`, `recall`, `f1`: over all items (micro);
    `macro_f1`: mean over the labels that gold or the model uses; `labels`: the same figures a label, with `support`.
    """
    found, extra, missed = Counter[str](), Counter[str](), Counter[str]()
    exact = 0
    for wanted, got in zip(gold, predicted, strict=True):
        one, other = items(kind, wanted), items(kind, got)
        exact += one == other
        found.update(str(item[-1]) for item in one & other)
        extra.update(str(item[-1]) for item in other - one)
        missed.update(str(item[-1]) for item in one - other)
    names = sorted(set(found) | set(extra) | set(missed))
    labels = {name: _figures(found[name], extra[name], missed[name]) for name in names}
    total = _figures(found.total(), extra.total(), missed.total())
    macro = sum(row["f1"] for row in labels.values()) / len(labels) if labels else None
    return {
        "kind": kind,
        "documents": len(gold),
        "accuracy": _round(exact / len(gold)) if gold else None,
        "precision": total["precision"],
        "recall": total["recall"],
        "f1": total["f1"] if names else None,
        "macro_f1": _round(macro) if macro is not None else None,
        "labels": labels,
    }


def score_all(
    kinds: Mapping[str, str], gold: Sequence[Mapping[str, object]], predicted: Sequence[Mapping[str, object]]
) -> dict[str, Figures]:
    """Figures by label set name; a label set that no gold answers is left out."""
    found = {}
    for name, kind in kinds.items():
        wanted, got = answered(name, kind, gold, predicted)
        if wanted:
            found[name] = score(kind, wanted, got)
    return found


def answered(
    name: str, kind: str, gold: Sequence[Mapping[str, object]], *predicted: Sequence[Mapping[str, object]]
) -> tuple[list[object], ...]:
    """The values of one label set where gold answers it: those of gold, then those of each list of predictions."""
    rows = [place for place, answer in enumerate(gold) if is_answered(kind, answer.get(name))]
    return tuple([answers[place].get(name) for place in rows] for answers in (gold, *predicted))


def is_answered(kind: str, value: object) -> bool:
    """An empty list says "none here" and counts; no value, or a choice of nothing, does not."""
    return value is not None if kind == "choice" else isinstance(value, list | tuple)


def main_figure(kind: str) -> str:
    """The one figure people read first."""
    return "accuracy" if kind == "choice" else "f1"


def _figures(found: int, extra: int, missed: int) -> dict[str, float]:
    precision = found / (found + extra) if found + extra else 0.0
    recall = found / (found + missed) if found + missed else 0.0
    f1 = 2 * found / (2 * found + extra + missed) if found + extra + missed else 0.0
    return {"precision": _round(precision), "recall": _round(recall), "f1": _round(f1), "support": found + missed}


def _round(value: float) -> float:
    return round(value, 4)

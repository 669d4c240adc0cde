"""A label set's main figure and each label's, with their 95 % intervals. Pure."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotation.quality.agreement import f1_interval, wilson
from modelops.evaluation.metrics import items

# A label that gold has less often shows its number, and its figures say little.
FEWEST_OF_LABEL = 20


def main_interval(kind: str, rows: NDArray[np.int64]) -> tuple[float | None, float, float]:
    """Figure, low, high over `rows` [documents, 3]: the share of right documents for a choice, else strict F1.

    The figure is None where there was nothing to find and nothing was found.
    """
    if kind == "choice":
        right = int((rows[:, 1] + rows[:, 2] == 0).sum())
        low, high = wilson(right, len(rows))
        return (_round(right / len(rows)) if len(rows) else None), _round(low), _round(high)
    found, extra, missed = (int(column) for column in rows.sum(axis=0)) if len(rows) else (0, 0, 0)
    if not found + extra + missed:
        return None, 0.0, 1.0
    marked = [(int(row[0]), int(row[1]), int(row[2])) for row in rows if row.any()]
    low, high = f1_interval(marked)
    return _round(2 * found / (2 * found + extra + missed)), _round(low), _round(high)


def label_rows(kind: str, gold: Sequence[object], predicted: Sequence[object]) -> dict[str, dict[str, Any]]:
    """By label: support, said, f1, is_enough, and precision and recall with their Wilson intervals.

    Items of one document are taken as independent, so the intervals of spans are a little too narrow.
    """
    found, said, support = Counter[str](), Counter[str](), Counter[str]()
    for wanted, got in zip(gold, predicted, strict=True):
        one, other = items(kind, wanted), items(kind, got)
        found.update(str(item[-1]) for item in one & other)
        said.update(str(item[-1]) for item in other)
        support.update(str(item[-1]) for item in one)
    return {label: _label(found[label], said[label], support[label]) for label in sorted({*said, *support})}


def _label(found: int, said: int, support: int) -> dict[str, Any]:  # Any: JSON
    recall, precision = wilson(found, support), wilson(found, said)
    return {
        "support": support,
        "said": said,
        "recall": _round(found / support) if support else 0.0,
        "recall_low": _round(recall[0]),
        "recall_high": _round(recall[1]),
        "precision": _round(found / said) if said else 0.0,
        "precision_low": _round(precision[0]),
        "precision_high": _round(precision[1]),
        "f1": _round(2 * found / (said + support)),
        "is_enough": support >= FEWEST_OF_LABEL,
    }


def _round(value: float) -> float:
    return round(value, 4)

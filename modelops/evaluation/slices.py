"""Figures of one label set on parts of the test documents: harm and bias hide in the average and show here. Pure."""

from collections.abc import Mapping, Sequence
from math import exp, lgamma
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelops.evaluation.facts import Fact
from modelops.evaluation.intervals import main_interval

# Below so many documents a slice shows its number alone.
FEWEST = 20
LEVEL = 0.05
# So many values of one kind are shown, the most frequent ones.
MOST_VALUES = 12

Slice = dict[str, Any]  # Any: JSON, see `slices_of`


def slices_of(kind: str, rows: NDArray[np.int64], found: Mapping[Fact, Sequence[int]]) -> list[Slice]:
    """One entry a slice: by, value, documents; with enough documents also right, figure, low, high, p, is_worse.

    `rows`: counts of the documents, [documents, 3]. `found`: the places of each slice's documents among them.
    `p`: chance of so few whole documents being right were the slice like the rest (Fisher's exact test, one-sided);
    `is_worse` after Holm's correction over the slices (1979), so that a long list of slices raises no false alarm.
    A kind of which no value has enough documents, such as a number of the ticket, is left out.
    """
    shown = [
        _slice(kind, rows, pair, np.array(places, dtype=np.int64)) for pair, places in _worth_showing(found).items()
    ]
    _mark_worse([row for row in shown if "p" in row])
    return shown


def _worth_showing(found: Mapping[Fact, Sequence[int]]) -> dict[Fact, Sequence[int]]:
    by_size = sorted(found.items(), key=lambda pair: (pair[0][0], -len(pair[1]), pair[0][1]))
    kinds = {what for (what, _), places in by_size if len(places) >= FEWEST}
    kept: dict[str, list[tuple[Fact, Sequence[int]]]] = {}
    for fact, places in by_size:
        if fact[0] in kinds:
            kept.setdefault(fact[0], []).append((fact, places))
    return dict(pair for entries in kept.values() for pair in entries[:MOST_VALUES])


def _slice(kind: str, rows: NDArray[np.int64], fact: Fact, places: NDArray[np.int64]) -> Slice:
    shown: Slice = {"by": fact[0], "value": fact[1], "documents": len(places)}
    if len(places) < FEWEST:
        return shown
    is_right = rows[:, 1] + rows[:, 2] == 0
    right = int(is_right[places].sum())
    figure, low, high = main_interval(kind, rows[places])
    p = p_so_few(right, len(places), int(is_right.sum()), len(rows))
    return {**shown, "right": right, "figure": figure, "low": low, "high": high, "p": round(p, 5), "is_worse": False}


def _mark_worse(rows: Sequence[Slice]) -> None:
    for rank, row in enumerate(sorted(rows, key=lambda one: float(one["p"]))):
        if row["p"] > LEVEL / (len(rows) - rank):
            break
        row["is_worse"] = True


def p_so_few(right: int, documents: int, all_right: int, all_documents: int) -> float:
    """Chance of at most `right` among `documents` drawn from `all_documents`, of which `all_right` are right."""
    least = max(0, documents - (all_documents - all_right))
    whole = _log_choose(all_documents, documents)
    terms = (
        _log_choose(all_right, count) + _log_choose(all_documents - all_right, documents - count) - whole
        for count in range(least, right + 1)
    )
    return min(1.0, sum(map(exp, terms)))


def _log_choose(total: int, count: int) -> float:
    return lgamma(total + 1) - lgamma(count + 1) - lgamma(total - count + 1)

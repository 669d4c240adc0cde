"""How sure a figure over documents is: percentile bootstrap over documents (Efron, Tibshirani 1993). Pure."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotation.quality.agreement import RESAMPLES

Floats = NDArray[np.float64]

# So many different rows are drawn as they are; more are drawn in as many groups of documents.
MOST_DRAWN = 1_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval. NaN: not defined, as where everybody gives one and the same label."""

    value: float
    low: float
    high: float

    @property
    def is_known(self) -> bool:
        return bool(np.isfinite(self.value))


UNKNOWN = Interval(float("nan"), float("nan"), float("nan"))


def drawn_sums(rows: Floats) -> Floats:
    """Sums of the rows of resampled documents: [documents, k] -> [RESAMPLES, k]. Always with the same seed.

    Equal rows are drawn together, which changes nothing but the cost. Of more than MOST_DRAWN different rows, document
    i falls into group i modulo MOST_DRAWN and the groups are drawn: with so many, their spread is the documents' own.
    """
    distinct, numbers = np.unique(rows, axis=0, return_counts=True) if len(rows) <= 20 * MOST_DRAWN else _hashed(rows)
    if len(distinct) > MOST_DRAWN:
        groups = np.zeros((MOST_DRAWN, rows.shape[1]))
        np.add.at(groups, np.arange(len(rows)) % MOST_DRAWN, rows)
        distinct, numbers = groups, np.ones(MOST_DRAWN, dtype=np.int64)
    total = int(numbers.sum())
    draws = np.random.default_rng(0).multinomial(total, numbers / total, size=RESAMPLES)
    return draws.astype(np.float64) @ distinct


def interval(rows: Floats, figure: Callable[[Floats], Floats]) -> Interval:
    """`figure` maps sums [n, k] to n figures; it is taken of the documents as they are, and of the resampled ones.

    Resamples without a figure (NaN) are left out: they hold one label only.
    """
    if not len(rows):
        return UNKNOWN
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(figure(rows.sum(axis=0, keepdims=True))[0])
        if not np.isfinite(value):
            return UNKNOWN
        found = figure(drawn_sums(rows))
    found = found[np.isfinite(found)]
    low, high = np.percentile(found, [2.5, 97.5]) if len(found) else (value, value)
    return Interval(value, float(low), float(high))


def _hashed(rows: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """As np.unique, in the order of a random projection: sorting whole rows would take a second."""
    keys = rows @ np.random.default_rng(1).standard_normal(rows.shape[1])
    _, first, numbers = np.unique(keys, return_index=True, return_counts=True)
    return rows[first], numbers

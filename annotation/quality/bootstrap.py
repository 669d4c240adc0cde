"""How sure a figure over documents is: percentile bootstrap over documents (Efron, Tibshirani 1993). Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from annotation.quality.agreement import RESAMPLES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# So many documents are drawn one by one; more are drawn in so many groups.
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


@lru_cache(maxsize=8)
def drawn(count: int) -> Floats:
    """How often each of so many rows is drawn, with replacement: [RESAMPLES, count]. Always with the same seed."""
    places = np.random.default_rng(0).integers(0, count, size=(RESAMPLES, count))
    places += np.arange(RESAMPLES)[:, None] * count
    return np.bincount(places.ravel(), minlength=RESAMPLES * count).reshape(RESAMPLES, count).astype(np.float64)


def in_groups(rows: Floats, places: Ints) -> Floats:
    """Of more than MOST_DRAWN documents, document i falls into group i modulo MOST_DRAWN; the groups' sums.

    With so many groups their spread is that of the documents, and the cost no longer grows with the project.
    """
    if len(places) <= MOST_DRAWN:
        return rows[places]
    sums = np.zeros((MOST_DRAWN, rows.shape[1]))
    for start in range(0, len(places), MOST_DRAWN):
        part = rows[places[start : start + MOST_DRAWN]]
        sums[: len(part)] += part
    return sums


def interval(rows: Floats, figure: Callable[[Floats], Floats], places: Ints | None = None) -> Interval:
    """`places[i]` is the row of document i; without, each document has its own.

    `figure` maps sums [n, k] to n figures: of the documents as they are, and of resampled ones. Resamples without a
    figure (NaN) are left out: they hold one label only.
    """
    places = np.arange(len(rows)) if places is None else places
    if not len(places):
        return UNKNOWN
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.bincount(places, minlength=len(rows)).astype(np.float64) @ rows
        value = float(figure(total[None, :])[0])
        if not np.isfinite(value):
            return UNKNOWN
        groups = in_groups(rows, places)
        found = figure(drawn(len(groups)) @ groups)
    found = found[np.isfinite(found)]
    low, high = np.percentile(found, [2.5, 97.5]) if len(found) else (value, value)
    return Interval(value, float(low), float(high))

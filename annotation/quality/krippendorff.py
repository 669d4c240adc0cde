"""Krippendorff's alpha (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"). Pure.

It takes any number of people and lets some be missing. A document with one label can't be paired and does not count.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from annotation.quality.bootstrap import UNKNOWN, Floats, Interval, interval
from annotation.quality.units import Counts

Level = Literal["nominal", "ordinal", "interval"]
# An ordinal table has labels² columns; a scale has no more steps than this.
MOST_STEPS = 30


def alpha(counts: Counts, level: Level = "nominal", numbers: Floats | None = None) -> Interval:
    """The labels are in order (ordinal), or stand for `numbers` (interval)."""
    shared = counts.at_least(2)
    if not len(shared.places):
        return UNKNOWN
    if level == "nominal":
        return _nominal(shared)
    if level == "interval":
        assert numbers is not None
        return _interval(shared, numbers)
    return _ordinal(shared) if shared.rows.shape[1] <= MOST_STEPS else UNKNOWN


def _nominal(shared: Counts) -> Interval:
    rows = shared.rows
    number = rows.sum(axis=1)
    unlike = (number**2 - (rows**2).sum(axis=1)) / (number - 1)
    table = np.column_stack([unlike, rows])

    def figure(sums: Floats) -> Floats:
        labels = sums[:, 1:]
        total = labels.sum(axis=1)
        return _alpha(sums[:, 0], (total**2 - (labels**2).sum(axis=1)) / (total - 1))

    return interval(table, figure, shared.places)


def _interval(shared: Counts, numbers: Floats) -> Interval:
    """Squared differences: of n numbers, all pairs together give 2 (n · sum of squares - square of the sum)."""
    rows = shared.rows
    number = rows.sum(axis=1)
    linear, square = rows @ numbers, rows @ numbers**2
    unlike = 2 * (number * square - linear**2) / (number - 1)
    table = np.column_stack([unlike, number, linear, square])

    def figure(sums: Floats) -> Floats:
        observed, total, sum_, squares = sums.T
        return _alpha(observed, 2 * (total * squares - sum_**2) / (total - 1))

    return interval(table, figure, shared.places)


def _ordinal(shared: Counts) -> Interval:
    """The distance of two labels is the number of ratings between them, so it changes with each resample."""
    rows = shared.rows
    width = rows.shape[1]
    pairs = rows[:, :, None] * rows[:, None, :] - rows[:, :, None] * np.eye(width, dtype=np.int64)
    together = pairs / (rows.sum(axis=1) - 1)[:, None, None]
    table = np.column_stack([together.reshape(len(rows), -1), rows])

    def figure(sums: Floats) -> Floats:
        found, labels = sums[:, : width * width].reshape(-1, width, width), sums[:, width * width :]
        reach = np.cumsum(labels, axis=1) - labels / 2
        distance = (reach[:, :, None] - reach[:, None, :]) ** 2
        total = labels.sum(axis=1)
        expected = (labels[:, :, None] * labels[:, None, :] * distance).sum(axis=(1, 2)) / (total - 1)
        return _alpha((found * distance).sum(axis=(1, 2)), expected)

    return interval(table, figure, shared.places)


def _alpha(observed: NDArray[np.float64], expected: NDArray[np.float64]) -> Floats:
    return 1 - observed / np.where(expected > 0, expected, np.nan)

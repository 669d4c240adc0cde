"""Krippendorff's alpha (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"). Pure.

It takes any number of people and lets some be missing. A document with one label can't be paired and does not count.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from annotation.quality.bootstrap import UNKNOWN, Floats, Interval, interval
from annotation.quality.units import Ints, pairable

Level = Literal["nominal", "ordinal", "interval"]
# An ordinal table has labels² columns; a scale has no more steps than this.
MOST_STEPS = 30


def alpha(counts: Ints, level: Level = "nominal", numbers: Floats | None = None) -> Interval:
    """`counts`: [documents, labels]. `numbers`: what the labels stand for (interval); they are in order (ordinal)."""
    rows = pairable(counts)
    if not len(rows):
        return UNKNOWN
    if level == "nominal":
        return _nominal(rows)
    if level == "interval":
        assert numbers is not None
        return _interval(rows, numbers)
    return _ordinal(rows) if rows.shape[1] <= MOST_STEPS else UNKNOWN


def _nominal(rows: Ints) -> Interval:
    number = rows.sum(axis=1)
    unlike = (number**2 - (rows**2).sum(axis=1)) / (number - 1)
    table = np.column_stack([unlike, rows]).astype(np.float64)

    def figure(sums: Floats) -> Floats:
        labels = sums[:, 1:]
        total = labels.sum(axis=1)
        return _alpha(sums[:, 0], (total**2 - (labels**2).sum(axis=1)) / (total - 1))

    return interval(table, figure)


def _interval(rows: Ints, numbers: Floats) -> Interval:
    """Squared differences: of n numbers, all pairs together give 2 (n · sum of squares - square of the sum)."""
    number = rows.sum(axis=1)
    linear, square = rows @ numbers, rows @ numbers**2
    unlike = 2 * (number * square - linear**2) / (number - 1)
    table = np.column_stack([unlike, number, linear, square]).astype(np.float64)

    def figure(sums: Floats) -> Floats:
        observed, total, sum_, squares = sums.T
        return _alpha(observed, 2 * (total * squares - sum_**2) / (total - 1))

    return interval(table, figure)


def _ordinal(rows: Ints) -> Interval:
    """The distance of two labels is the number of ratings between them, so it changes with each resample."""
    width = rows.shape[1]
    pairs = rows[:, :, None] * rows[:, None, :] - rows[:, :, None] * np.eye(width, dtype=np.int64)
    together = pairs / (rows.sum(axis=1) - 1)[:, None, None]
    table = np.column_stack([together.reshape(len(rows), -1), rows]).astype(np.float64)

    def figure(sums: Floats) -> Floats:
        found, labels = sums[:, : width * width].reshape(-1, width, width), sums[:, width * width :]
        reach = np.cumsum(labels, axis=1) - labels / 2
        distance = (reach[:, :, None] - reach[:, None, :]) ** 2
        total = labels.sum(axis=1)
        expected = (labels[:, :, None] * labels[:, None, :] * distance).sum(axis=(1, 2)) / (total - 1)
        return _alpha((found * distance).sum(axis=(1, 2)), expected)

    return interval(table, figure)


def _alpha(observed: NDArray[np.float64], expected: NDArray[np.float64]) -> Floats:
    return 1 - observed / np.where(expected > 0, expected, np.nan)

"""Seconds that people took, idle time cut to a cap and counted, and what predictions save of them. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotation.quality.bootstrap import UNKNOWN, Floats, Interval, interval
from annotation.quality.pace import IDLE_CAP_SECONDS, Pace

# Fewer documents in one of the two arms say nothing that is worth reading.
FEWEST_IN_ARM = 20


def pace(seconds: NDArray[np.float32]) -> Pace | None:
    """As `pace_of`, of many at once; all of them are known."""
    if not len(seconds):
        return None
    cut = capped(seconds)
    lower, median, upper = np.percentile(cut, [25, 50, 75])
    return Pace(len(cut), int((seconds > IDLE_CAP_SECONDS).sum()), float(lower), float(median), float(upper))


def capped(seconds: NDArray[np.float32]) -> Floats:
    return np.minimum(seconds, IDLE_CAP_SECONDS).astype(np.float64)


def hours(seconds: NDArray[np.float32]) -> float:
    return float(capped(seconds).sum() / 3600)


@dataclass(frozen=True, slots=True)
class Saved:
    """Mean seconds with and without predictions. `share`: of the time without; `a_document`: seconds."""

    with_prediction: float
    blind: float
    share: Interval
    a_document: Interval


def saved(shown: NDArray[np.float32], blind: NDArray[np.float32]) -> Saved | None:
    """Documents fall into the arms by chance, so the difference of the means is what predictions do.

    None with fewer than FEWEST_IN_ARM answers in an arm.
    """
    if min(len(shown), len(blind)) < FEWEST_IN_ARM:
        return None
    one, other = capped(shown), capped(blind)
    rows = np.zeros((len(one) + len(other), 4))
    rows[: len(one), 0], rows[: len(one), 1] = one, 1
    rows[len(one) :, 2], rows[len(one) :, 3] = other, 1
    # Mixed, so that groups of documents hold both arms; always in the same way.
    rows = rows[np.random.default_rng(0).permutation(len(rows))]
    share = interval(rows, lambda sums: 1 - (sums[:, 0] / sums[:, 1]) / (sums[:, 2] / sums[:, 3]))
    seconds = interval(rows, lambda sums: sums[:, 2] / sums[:, 3] - sums[:, 0] / sums[:, 1])
    return Saved(float(one.mean()), float(other.mean()), share, seconds)


def mean_a_day(counts: NDArray[np.int64]) -> Interval:
    """Answers a day, over the days given."""
    if not len(counts) or not counts.sum():
        return UNKNOWN
    rows = np.column_stack([counts, np.ones(len(counts))]).astype(np.float64)
    return interval(rows, lambda sums: sums[:, 0] / sums[:, 1])

"""Whether what comes in, or is answered, is distributed otherwise than before; quiet about chance. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import erfc, exp, lgamma, log, sqrt

import numpy as np

from annotation.quality.units import Floats, Ints

# One false alarm in so many comparisons, however many categories there are.
FALSE_ALARMS = 0.001
# Smaller shifts are real perhaps, but nothing that anybody would act on: the common bound of the index (PSI).
LEAST_SHIFT = 0.1
FEWEST = 30


@dataclass(frozen=True, slots=True)
class Drift:
    """`shift`: population stability index. `distance`: Jensen-Shannon, 0 to 1 (in bits). `limit`: of `distance`."""

    shift: float
    distance: float
    limit: float

    @property
    def is_drift(self) -> bool:
        """More than chance, and more than nobody would mind."""
        return self.distance > self.limit and self.shift >= LEAST_SHIFT


def drift(before: Ints, now: Ints, *, comparisons: int = 1) -> Drift | None:
    """Counts by category of two samples; None where one has fewer than FEWEST.

    The Jensen-Shannon distance weighted by the samples' sizes, in nats and times twice their sum, is the likelihood
    ratio statistic of "the same distribution": chi squared with one degree of freedom less than categories (Wilks
    1938). `comparisons` made at a time share the false alarms (Bonferroni).
    """
    if min(before.sum(), now.sum()) < FEWEST:
        return None
    used = (before + now) > 0
    one, other = before[used].astype(np.float64), now[used].astype(np.float64)
    total = one.sum() + other.sum()
    weight = one.sum() / total
    p, q = one / one.sum(), other / other.sum()
    mixed = weight * p + (1 - weight) * q
    distance = weight * _relative(p, mixed) + (1 - weight) * _relative(q, mixed)
    freedom = int(used.sum()) - 1
    limit = chance_limit(freedom, FALSE_ALARMS / max(comparisons, 1)) / (2 * total) if freedom else 0.0
    bits = np.log(2)
    return Drift(_shift(one, other), float(max(distance, 0.0) / bits), float(limit / bits))


@lru_cache(maxsize=256)
def chance_limit(freedom: int, share: float) -> float:
    """What a chi squared number passes in this share of cases; found by halving."""
    low, high = 0.0, float(freedom)
    while _passes(high, freedom) > share:
        low, high = high, 2 * high
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _passes(middle, freedom) > share else (low, middle)
    return high


def _passes(limit: float, freedom: int) -> float:
    """The closed sum for whole degrees of freedom; each step adds two (Abramowitz, Stegun 1964, 26.4.4 and 26.4.5)."""
    half, odd = limit / 2, freedom % 2
    steps = ((i + odd / 2) for i in range((freedom - odd) // 2))
    whole = sum(exp(i * log(half) - half - lgamma(i + 1)) for i in steps)
    return whole + (erfc(sqrt(half)) if odd else 0.0)


def _relative(p: Floats, mixed: Floats) -> float:
    held = p > 0
    return float((p[held] * np.log(p[held] / mixed[held])).sum())


def _shift(one: Floats, other: Floats) -> float:
    """Half a document is added everywhere, so that an empty category does not make it infinite."""
    p, q = (one + 0.5) / (one + 0.5).sum(), (other + 0.5) / (other + 0.5).sum()
    return float(((q - p) * np.log(q / p)).sum())


def in_bins(values: Floats, edges: Sequence[float]) -> Ints:
    return np.bincount(np.searchsorted(np.array(edges), values, side="right"), minlength=len(edges) + 1).astype(
        np.int64
    )


def quantile_edges(values: Floats, count: int = 10) -> list[float]:
    """Borders that cut the values into about equal tenths; equal values share one."""
    return np.unique(np.quantile(values, np.arange(1, count) / count)).tolist() if len(values) else []

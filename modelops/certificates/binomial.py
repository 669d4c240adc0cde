"""Exact binomial bounds, without a normal approximation. Pure.

C. Clopper, E. Pearson, The use of confidence or fiducial limits illustrated in the case of the binomial, 1934.
"""

from functools import lru_cache
from math import ceil, log

import numpy as np
from numpy.typing import NDArray

# Of a bound found by halving; far finer than what is shown.
_PRECISION = 1e-7


def chance_of_at_most(errors: int, size: int, rate: float) -> float:
    """P(X <= errors) for X ~ Binomial(size, rate), 0 < rate < 1."""
    if errors >= size:
        return 1.0
    counts = np.arange(errors + 1)
    logs = _log_factorials(size.bit_length())
    terms = logs[size] - logs[counts] - logs[size - counts] + counts * log(rate) + (size - counts) * np.log1p(-rate)
    top = float(terms.max())
    return float(min(1.0, np.exp(top) * np.exp(terms - top).sum()))


def lower_bound(right: int, size: int, delta: float) -> float:
    """Clopper-Pearson: the share is at least this, with confidence 1 - delta. 0 where nothing was right."""
    if right == 0:
        return 0.0
    if right == size:
        return float(delta ** (1 / size))
    low, high = 0.0, right / size
    while high - low > _PRECISION:
        middle = (low + high) / 2
        is_refuted = chance_of_at_most(size - right, size, 1 - middle) <= delta
        low, high = (middle, high) if is_refuted else (low, middle)
    return low


@lru_cache(maxsize=8192)
def smallest_size(errors: int, target: float, delta: float) -> int:
    """The fewest documents among which so many errors still prove the target: lower_bound >= target."""
    low = max(errors + 1, ceil(log(delta) / log(target) - 1e-9))
    high = low
    while chance_of_at_most(errors, high, 1 - target) > delta:
        low, high = high, 2 * high
    while low < high:
        middle = (low + high) // 2
        if chance_of_at_most(errors, middle, 1 - target) <= delta:
            high = middle
        else:
            low = middle + 1
    return high


@lru_cache(maxsize=32)
def _log_factorials(bits: int) -> NDArray[np.float64]:
    """log k! for every k of so many bits."""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, 2**bits)))])

"""Learning curves: how good a model may become with more gold, and how much a goal needs. Pure.

score(n) = ceiling - drop * n^-rate, an inverse power law (Figueroa et al. 2012, doi 10.1186/1472-6947-12-8).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Slower or faster than these no learning curve of a text classifier falls; between them the grid decides.
RATES = np.geomspace(0.05, 2.0, 60)
LOW, HIGH = 5.0, 95.0
# A goal that fewer of the drawn curves than this share ever reach is called out of reach.
REACHING_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Range:
    """A figure with its 90 % interval. `inf`: never."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> "Range":
        return Range(self.value * factor, self.low * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class Curves:
    """The best curve first, then one for each resample: [curves, 3] of ceiling, drop and rate."""

    parameters: Floats

    def at(self, count: float) -> Range:
        """The score with gold on so many training documents."""
        ceiling, drop, rate = self.parameters.T
        return _range(np.clip(ceiling - drop * np.maximum(count, 1.0) ** -rate, 0.0, 1.0))

    def gain(self, now: float, more: float) -> Range:
        """How much the score rises from `now` to `now + more` training documents."""
        _ceiling, drop, rate = self.parameters.T
        return _range(drop * (np.maximum(now, 1.0) ** -rate - np.maximum(now + more, 1.0) ** -rate))

    def needed(self, target: float) -> Range:
        """Training documents until the score is `target`; `inf` for curves that end below it."""
        ceiling, drop, rate = self.parameters.T
        above = ceiling - target
        with np.errstate(divide="ignore", over="ignore"):
            counts = np.where(above > 0, (drop / np.where(above > 0, above, 1.0)) ** (1.0 / rate), np.inf)
        return _range(counts)

    def share_reaching(self, target: float) -> float:
        return float((self.parameters[:, 0] > target).mean())


def fit_curves(sizes: Sequence[float], scores: Floats) -> Curves:
    """One curve for each row of `scores` [curves, sizes]: least squares, the ceiling at most 1, never falling.

    Larger sizes weigh more: the curve is to be right where it goes on, and small sizes scatter most.
    """
    counts = np.asarray(sizes, dtype=np.float64)
    weights = np.sqrt(counts) / np.sqrt(counts).sum()
    found = [_fitted(counts**-rate, scores, weights) for rate in RATES]
    errors = np.stack([error for _, _, error in found])
    best = errors.argmin(axis=0)
    rows = np.arange(len(scores))
    ceilings, drops = (np.stack([one[place] for one in found])[best, rows] for place in (0, 1))
    return Curves(np.stack([ceilings, drops, RATES[best]], axis=1))


def _fitted(shape: Floats, scores: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Ceiling, drop and squared error of every row for one rate; `shape` is n^-rate."""
    mean, means = weights @ shape, scores @ weights
    spread = weights @ (shape - mean) ** 2
    drops = -((scores - means[:, None]) * (shape - mean)) @ weights / spread
    drops = np.maximum(drops, 0.0)
    ceilings = means + drops * mean
    is_over = ceilings > 1.0
    held = (1.0 - scores) @ (weights * shape) / (weights @ shape**2)
    drops, ceilings = np.where(is_over, np.maximum(held, 0.0), drops), np.minimum(ceilings, 1.0)
    rest = scores - (ceilings[:, None] - drops[:, None] * shape)
    return ceilings, drops, rest**2 @ weights


def _range(values: Floats) -> Range:
    """The first value is the estimate, all others its resamples."""
    drawn = values[1:] if len(values) > 1 else values
    low, high = np.percentile(drawn, [LOW, HIGH], method="nearest")
    return Range(float(values[0]), float(low), float(high))

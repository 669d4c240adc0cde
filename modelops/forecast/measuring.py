"""Score a learner on growing parts of the gold, and draw curves through what was measured. Pure: arrays in and out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelops.forecast.curve import Curves, Floats, fit_curves

FEWEST_TRAINED, FEWEST_TESTED = 40, 20
SMALLEST, STEPS = 20, 7
ORDERS = 5
RESAMPLES = 200

Ints = NDArray[np.int64]
# (training rows in order, how many of them) -> counts [tests, 3]: items found, items too many, items missed.
Learner = Callable[[Ints, int], Ints]


@dataclass(frozen=True, slots=True)
class Measured:
    """`sizes`: training documents; `scores`: mean F1 (for a choice: the share that is right) at each size."""

    sizes: tuple[int, ...]
    scores: tuple[float, ...]
    tested: int
    curves: Curves

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        return {
            "sizes": list(self.sizes),
            "scores": [round(score, 4) for score in self.scores],
            "tested": self.tested,
            "curves": [[round(value, 6) for value in row] for row in self.curves.parameters.tolist()],
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Measured":  # Any: JSON
        curves = Curves(np.asarray(stored["curves"], dtype=np.float64))
        return cls(tuple(stored["sizes"]), tuple(stored["scores"]), stored["tested"], curves)


def sizes_for(count: int) -> list[int]:
    """So many training documents are learned from: from 20 to all there are, each about the same factor apart."""
    return sorted({round(size) for size in np.geomspace(min(SMALLEST, count), count, STEPS)})


def measure(trained: int, tested: int, learner_for: Callable[[int], Learner], *, seed: int = 0) -> Measured | None:
    """`learner_for(order)` gives the learner of one random order of the training rows. None with too little gold."""
    if trained < FEWEST_TRAINED or tested < FEWEST_TESTED:
        return None
    rng = np.random.default_rng(seed)
    sizes = sizes_for(trained)
    counts = np.zeros((ORDERS, len(sizes), tested, 3), dtype=np.int64)
    for order in range(ORDERS):
        rows, learn = rng.permutation(trained), learner_for(order)
        for place, size in enumerate(sizes):
            counts[order, place] = learn(rows, size)
    scores = _scores(counts, rng)
    return Measured(tuple(sizes), tuple(scores[0].tolist()), tested, fit_curves(sizes, scores))


def _scores(counts: Ints, rng: np.random.Generator) -> Floats:
    """[1 + RESAMPLES, sizes]: as measured, then with orders and test documents drawn with replacement."""
    orders, _, tested, _ = counts.shape
    documents = np.vstack([np.ones(tested), rng.multinomial(tested, [1 / tested] * tested, RESAMPLES)])
    drawn = np.vstack([np.ones(orders), rng.multinomial(orders, [1 / orders] * orders, RESAMPLES)])
    sums = np.einsum("rd,osdk->rosk", documents, counts.astype(np.float64), optimize=True)
    found, extra, missed = np.moveaxis(np.einsum("ro,rosk->rsk", drawn, sums), 2, 0)
    scores: Floats = 2 * found / np.maximum(2 * found + extra + missed, 1.0)
    return scores


def curves_through(sizes: Sequence[int], scores: Sequence[float], tested: Sequence[int], *, seed: int = 0) -> Curves:
    """Through the scores of versions alone: each is drawn anew with the spread of a share of its test documents."""
    rng = np.random.default_rng(seed)
    mean = np.asarray(scores)
    spread = np.sqrt(np.maximum(mean * (1 - mean), 1e-4) / np.maximum(np.asarray(tested), 1))
    drawn = np.clip(mean + spread * rng.standard_normal((RESAMPLES, len(mean))), 0.0, 1.0)
    return fit_curves(sizes, np.vstack([mean, drawn]))

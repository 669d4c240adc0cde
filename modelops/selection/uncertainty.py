"""How unsure a model is about a document, one number a label set, and the functions that follow it alone. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from modelops.selection.pool import Floats, Picks, Pool

# Of an equal share.
LEAST_SHARE = 1e-6


def margins(probabilities: Floats) -> Floats:
    """1 minus the lead of the likeliest label over the next (Scheffer et al. 2001): [n, labels] -> [n], 1 is least."""
    if probabilities.shape[1] < 2:
        rest: Floats = 1.0 - probabilities.max(axis=1, initial=0.0)
        return rest
    two = np.partition(probabilities, -2, axis=1)[:, -2:]
    doubt: Floats = 1.0 - (two[:, 1] - two[:, 0])
    return doubt


def margin(probabilities: Mapping[str, float]) -> float:
    """The same of one document, from a prediction's confidence."""
    first, second = [*sorted(probabilities.values(), reverse=True), 0.0, 0.0][:2]
    return 1.0 - (first - second)


def nearest_to_even(probabilities: Mapping[str, float]) -> float:
    """Labels decided one by one: 1 where one of them stands at 0.5, 0 where all are sure."""
    return max((1.0 - abs(2 * value - 1.0) for value in probabilities.values()), default=0.0)


def uncertain_begins(begins: Sequence[float] | Floats) -> float:
    """How unsure it is where spans begin, on the average of the tokens: `begins` [tokens], each the variances
    p (1 - p) of a beginning. Spans are what is learned, and people pay by the token. See
    docs/decisions/0009-uncertain-tokens.md.
    """
    found = np.asarray(begins, dtype=np.float32)
    return float(found.mean()) if len(found) else 0.0


def doubtful_spans(confidences: Sequence[float]) -> float:
    """Mean doubt over the spans found: what remains where tokens are unknown. Without spans it says nothing: 0."""
    return float(np.mean([1.0 - value for value in confidences])) if confidences else 0.0


def doubt(kind: str, confidence: object) -> float | None:
    """One label set's doubt from a prediction's confidence, or None where the model says nothing about it."""
    if kind == "choice" and isinstance(confidence, Mapping):
        return margin(confidence)
    if kind == "choices" and isinstance(confidence, Mapping):
        return nearest_to_even(confidence)
    if kind == "span" and isinstance(confidence, Sequence):
        return doubtful_spans([float(value) for value in confidence])
    return None


def ranks(values: Floats) -> Floats:
    """Ranks scaled to 0..1, equal values sharing the mean of theirs. NaN ranks with the lowest: [n] -> [n]."""
    if not len(values):
        return values
    _, inverse, sizes = np.unique(np.nan_to_num(values, nan=-np.inf), return_inverse=True, return_counts=True)
    middles = np.cumsum(sizes) - (sizes + 1) / 2
    scaled: Floats = (middles[inverse] / max(1, len(values) - 1)).astype(np.float32)
    return scaled


def mean_doubt(pool: Pool) -> Floats:
    """Mean rank over the label sets, so that none of them rules by its scale: [size], 0.5 for all without a model."""
    if not pool.doubts:
        return np.full(pool.size, 0.5, dtype=np.float32)
    mean: Floats = np.mean([ranks(values) for values in pool.doubts.values()], axis=0, dtype=np.float32)
    return mean


def doubt_shares(pool: Pool) -> NDArray[np.float64]:
    """How much of all doubt lies in each document, the mean over the label sets: [size], adding up to 1.

    No share is nothing, so that shares can weigh documents; without a model all are equal.
    """
    rows = [np.nan_to_num(values.astype(np.float64)) for values in pool.doubts.values()]
    equal = np.full(pool.size, 1.0 / max(1, pool.size))
    found = [values / total for values in rows if (total := values.sum()) > 0]
    if not found:
        return equal
    mean = np.mean(found, axis=0) + LEAST_SHARE * equal
    shares: NDArray[np.float64] = mean / mean.sum()
    return shares


def most_doubtful(pool: Pool, count: int, seed: int) -> Picks:
    """Largest mean rank of doubt first, equal ones by chance: margin sampling, and uncertain tokens for spans."""
    chance = np.random.default_rng(seed).random(pool.size)
    return Picks.of(np.lexsort((chance, -mean_doubt(pool)))[:count])


def at_random(pool: Pool, count: int, seed: int) -> Picks:
    return Picks.of(np.random.default_rng(seed).permutation(pool.size)[:count])

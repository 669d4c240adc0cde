"""Functions that keep their picks far from each other and from what is labeled. Pure.

BADGE: Ash et al. 2020, arXiv 1906.03671. Core-set: Sener and Savarese 2018, arXiv 1708.00489, greedy k-center.
Both read every document they choose among, so a large pool is represented by its most doubtful, or by chance.
"""

import numpy as np

from modelops.selection.clusters import MOST_CLUSTERED, unit
from modelops.selection.pool import Floats, Picks, Pool, Rows
from modelops.selection.uncertainty import mean_doubt, most_doubtful


def badge(pool: Pool, count: int, seed: int) -> Picks:
    """k-means++ over the gradients that each document's likeliest label would cause in the last layer.

    Without probabilities there are no gradients: most doubtful first.
    """
    best = np.argsort(-mean_doubt(pool), kind="stable")[:MOST_CLUSTERED]
    found = [values for values in pool.probabilities(best).values() if values.shape[1] > 1]
    if not found or len(best) <= count:
        return most_doubtful(pool, count, seed)
    errors = np.concatenate([gradient(values) for values in found], axis=1)
    return Picks.of(best[_spread(errors, pool.vectors(best), count, seed)])


def gradient(probabilities: Floats) -> Floats:
    """Probabilities minus the one-hot likeliest label: the gradient is its outer product with the embedding."""
    errors = probabilities.copy()
    errors[np.arange(len(errors)), errors.argmax(axis=1)] -= 1.0
    return errors


def _spread(errors: Floats, vectors: Floats, count: int, seed: int) -> Rows:
    """k-means++ of outer products; the first is the one with the longest gradient, as in the authors' code."""
    generator = np.random.default_rng(seed)
    chosen = [int(np.argmax((errors**2).sum(axis=1) * (vectors**2).sum(axis=1)))]
    nearest = np.full(len(errors), np.inf)
    while len(chosen) < count:
        nearest = np.minimum(nearest, distances_from(chosen[-1], errors, vectors))
        nearest[chosen] = 0.0
        total = nearest.sum()
        if total <= 0:
            break
        chosen.append(int(generator.choice(len(errors), p=nearest / total)))
    rest = np.setdiff1d(np.arange(len(errors)), chosen)[: count - len(chosen)]
    return np.concatenate([np.array(chosen, dtype=np.int64), rest])


def distances_from(row: int, errors: Floats, vectors: Floats) -> Floats:
    """Squared distances between outer products that are never built: [n, labels], [n, hidden] -> [n].

    |a x h - b x g|^2 = |a|^2|h|^2 + |b|^2|g|^2 - 2(a.b)(h.g).
    """
    lengths = (errors**2).sum(axis=1) * (vectors**2).sum(axis=1)
    shared = (errors @ errors[row]) * (vectors @ vectors[row])
    found: Floats = np.maximum(lengths + lengths[row] - 2 * shared, 0.0)
    return found


def core_set(pool: Pool, count: int, seed: int) -> Picks:
    """Again and again the document farthest from all gold and from the picks so far.

    Known to run after outliers: it stands here for comparison.
    """
    sample = np.sort(np.random.default_rng(seed).permutation(pool.size)[:MOST_CLUSTERED])
    if not len(sample):
        return Picks.of(sample)
    units = unit(pool.vectors(sample))
    if len(pool.labeled):
        nearest = 2.0 - 2.0 * (units @ unit(pool.labeled).T).max(axis=1)
    else:
        nearest = np.full(len(sample), np.inf, dtype=np.float32)
    chosen: list[int] = []
    while len(chosen) < min(count, len(sample)):
        chosen.append(int(np.argmax(nearest)))
        nearest = np.minimum(nearest, 2.0 - 2.0 * units @ units[chosen[-1]])
        nearest[chosen] = -np.inf
    return Picks.of(sample[chosen])

"""Choose the documents that together stand for as many others as can be. Pure.

MaxHerding: Bae, Noh and Sutherland 2024, arXiv 2407.12212: facility location with a Gaussian kernel, solved greedily.
"""

import numpy as np

from modelops.selection.clusters import unit
from modelops.selection.pool import Floats, Picks, Pool, Rows

# A larger pool is represented by so many, by chance: the likeness of all pairs takes 144 MB.
MOST_COVERED = 6000
# exp(SHARPNESS * (cosine - 1)) is a Gaussian kernel whose width is half the distance of two unrelated documents.
SHARPNESS = 2.0
_BLOCK = 512


def covering(pool: Pool, count: int, seed: int) -> Picks:
    """Again and again the document by which all others come nearer to what is labeled or chosen, summed over them.

    Each document counts by its likeness to the nearest one of those. The groups are the documents whose likeness a
    pick raised, each counted for the pick that is nearest.
    """
    sample = np.sort(np.random.default_rng(seed).permutation(pool.size)[:MOST_COVERED])
    if len(sample) <= count:
        return Picks.of(sample)
    units, held = _from_center(unit(pool.vectors(sample)), pool.labeled)
    likeness = like(units, units)
    by_gold = _highest(held, units)
    chosen = _greedy(likeness, by_gold, count)
    nearest = likeness[chosen].argmax(axis=0)
    is_raised = likeness[chosen].max(axis=0) > by_gold
    return Picks(sample[chosen], np.bincount(nearest[is_raised], minlength=len(chosen)).astype(np.int64))


def like(one: Floats, other: Floats) -> Floats:
    """Likeness of each pair of unit vectors, 1 for the same direction: [n, hidden], [m, hidden] -> [n, m]."""
    found: Floats = one @ other.T
    found -= 1.0
    found *= SHARPNESS
    return np.exp(found, out=found)


def _from_center(units: Floats, labeled: Floats) -> tuple[Floats, Floats]:
    """Directions seen from the middle of the pool, where unrelated texts stand at right angles; zeros stay zeros."""
    is_known = units.any(axis=1, keepdims=True)
    center = units.sum(axis=0) / max(1, int(is_known.sum()))
    if not len(labeled):
        return unit((units - center) * is_known), np.zeros((0, units.shape[1]), dtype=np.float32)
    held = unit(labeled)
    return unit((units - center) * is_known), unit((held - center) * held.any(axis=1, keepdims=True))


def _highest(held: Floats, units: Floats) -> Floats:
    """Each document's likeness to the most alike of `held`, 0 without any: [n]."""
    highest = np.zeros(len(units), dtype=np.float32)
    for start in range(0, len(held), _BLOCK):
        highest = np.maximum(highest, like(held[start : start + _BLOCK], units).max(axis=0))
    return highest


def _greedy(likeness: Floats, covered: Floats, count: int) -> Rows:
    """Rows in the order of their gain. Gains only shrink as more is covered (they are submodular), so a row whose gain
    still leads after it was computed anew is the best without looking at the others (Minoux 1978).
    """
    blocks = range(0, len(likeness), _BLOCK)
    gains = np.concatenate(
        [np.maximum(likeness[start : start + _BLOCK] - covered, 0.0).sum(axis=1, dtype=np.float64) for start in blocks]
    )
    chosen: list[int] = []
    while len(chosen) < count:
        best = int(np.argmax(gains))
        gains[best] = np.maximum(likeness[best] - covered, 0.0).sum(dtype=np.float64)
        if gains[best] >= gains.max():
            chosen.append(best)
            covered = np.maximum(covered, likeness[best])
            gains[best] = -1.0
    return np.array(chosen, dtype=np.int64)

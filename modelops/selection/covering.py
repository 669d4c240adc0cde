"""Choose the documents that together stand for as many others as can be. Pure.

MaxHerding: Bae, Noh and Sutherland 2024, arXiv 2407.12212: facility location with a Gaussian kernel, solved greedily.
Where gold bears out the words of the labels, documents of other kinds are less alike, and kinds that lack gold count
for more: docs/decisions/0016-what-comes-first.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelops.selection.clusters import unit
from modelops.selection.kinds import kinds_of
from modelops.selection.pool import Floats, Picks, Pool, Rows

Steps = NDArray[np.uint8]
# A larger pool is represented by so many, by chance: the likeness of all pairs takes 100 MB.
MOST_COVERED = 10_000
# exp(SHARPNESS * (cosine - 1)) is a Gaussian kernel whose width is half the distance of two unrelated documents.
SHARPNESS = 2.0
# Likeness is kept in so many steps, a byte a pair. The sums over all documents lose nothing that would show.
STEPS = 255
_BLOCK = 512
# So many rows of 10,000 stay near the processor while the gains of a pick are worked out.
_FEW_ROWS = 32


@dataclass(frozen=True)
class Points:
    """Documents as the kernel sees them: `units` [n, hidden], and `roots` [n, labels] where their kinds are known."""

    units: Floats
    roots: Floats | None = None

    def __len__(self) -> int:
        return len(self.units)

    def __getitem__(self, rows: Rows | slice) -> "Points":
        return Points(self.units[rows], None if self.roots is None else self.roots[rows])


def covering(pool: Pool, count: int, seed: int) -> Picks:
    """Again and again the document by which all others come nearer to what is labeled or chosen, summed over them.

    Each document counts by its likeness to the nearest one of those. The groups are the documents whose likeness a
    pick raised, each counted for the pick that is nearest.
    """
    sample = np.sort(np.random.default_rng(seed).permutation(pool.size)[:MOST_COVERED])
    if len(sample) <= count:
        return Picks.of(sample)
    units, held = _from_center(unit(pool.vectors(sample)), pool.labeled)
    kinds = kinds_of(units, held, pool.label_words)
    if kinds is None:
        points, gold, weights = Points(units), Points(held), np.ones(len(units), dtype=np.float32)
    else:
        points, gold, weights = Points(units, kinds.roots), Points(held, kinds.held), kinds.needs
    likeness = likeness_of(points)
    by_gold = _highest(gold, points)
    chosen = _greedy(likeness, by_gold, weights, count)
    nearest = likeness[chosen].argmax(axis=0)
    is_raised = likeness[chosen].max(axis=0) > by_gold
    group_sizes = np.bincount(nearest[is_raised], minlength=len(chosen)).astype(np.int64)
    return Picks(sample[chosen], group_sizes, () if kinds is None else kinds.trusted)


def likeness_of(points: Points) -> Steps:
    """Of all pairs, each worked out once: [n, n]."""
    size = len(points)
    likeness: Steps = np.empty((size, size), dtype=np.uint8)
    for start in range(0, size, _BLOCK):
        stop = start + _BLOCK
        found = in_steps(like(points[start:stop], points[start:]))
        likeness[start:stop, start:] = found
        # Turned a square at a time: a whole strip would be read against the grain of the memory.
        for left in range(start, size, _BLOCK):
            likeness[left : left + _BLOCK, start:stop] = found[:, left - start : left - start + _BLOCK].T
    return likeness


def in_steps(likeness: Floats) -> Steps:
    scaled = STEPS * likeness
    scaled += 0.5
    found: Steps = scaled.astype(np.uint8)
    return found


def like(one: Points, other: Points) -> Floats:
    """Likeness of each pair, 1 for the same direction and kind: [n, m]."""
    found: Floats = one.units @ other.units.T
    found -= 1.0
    found *= SHARPNESS
    np.exp(found, out=found)
    if one.roots is not None and other.roots is not None:
        found *= one.roots @ other.roots.T
    return found


def _from_center(units: Floats, labeled: Floats) -> tuple[Floats, Floats]:
    """Directions seen from the middle of the pool, where unrelated texts stand at right angles; zeros stay zeros."""
    is_known = units.any(axis=1, keepdims=True)
    center = units.sum(axis=0) / max(1, int(is_known.sum()))
    if not len(labeled):
        return unit((units - center) * is_known), np.zeros((0, units.shape[1]), dtype=np.float32)
    held = unit(labeled)
    return unit((units - center) * is_known), unit((held - center) * held.any(axis=1, keepdims=True))


def _highest(held: Points, points: Points) -> Steps:
    """Each document's likeness to the most alike of `held`, 0 without any: [n]."""
    highest: Steps = np.zeros(len(points), dtype=np.uint8)
    for start in range(0, len(held), _BLOCK):
        found = like(held[start : start + _BLOCK], points).max(axis=0)
        highest = np.maximum(highest, in_steps(found))
    return highest


def _greedy(likeness: Steps, covered: Steps, weights: Floats, count: int) -> Rows:
    """Rows in the order of their gain: by how much each would raise all, by their weights.

    A pick changes what others would gain at the documents that it raised alone, and these are soon few.
    """
    gains = np.zeros(len(likeness))
    for rows in _in_blocks(np.arange(len(likeness))):
        gains += _between(likeness[rows], covered[rows], np.full(len(rows), STEPS, dtype=np.uint8), weights[rows])
    chosen: list[int] = []
    while len(chosen) < count:
        best = int(np.argmax(gains))
        chosen.append(best)
        raised = np.maximum(covered, likeness[best])
        for rows in _in_blocks(np.flatnonzero(raised > covered)):
            gains -= _between(likeness[rows], covered[rows], raised[rows], weights[rows])
        gains[best] = -np.inf
        covered = raised
    return np.array(chosen, dtype=np.int64)


def _between(likeness: Steps, low: Steps, high: Steps, weights: Floats) -> Floats:
    """How far every document reaches from `low` towards `high` at these rows, by their weights: [rows, n] -> [n]."""
    reached = np.clip(likeness, low[:, None], high[:, None]) - low[:, None]
    found: Floats = weights @ reached.astype(np.float32)
    return found


def _in_blocks(rows: Rows) -> list[Rows]:
    return [rows[start : start + _FEW_ROWS] for start in range(0, len(rows), _FEW_ROWS)]

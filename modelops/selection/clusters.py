"""Functions that spread their picks over clusters of like texts. Pure.

TypiClust: Hacohen et al. 2022, arXiv 2202.02794. Margin with clusters: Citovsky et al. 2021, arXiv 2107.14263, in the
form of k-means centers (Zhdanov 2019, arXiv 1901.05954).
"""

import numpy as np

from modelops.selection.pool import Floats, Picks, Pool, Rows
from modelops.selection.uncertainty import doubt_shares, mean_doubt

MOST_CLUSTERED = 10_000
MOST_DOUBTFUL = 4_000
# Uncertain tokens lie close together where spans are rare, and everywhere where they are many.
DOUBT_HELD = 0.15
FEWEST_A_PICK = 2
# Neighbors within its cluster by which a document is typical, and the smallest cluster that counts; both of the paper.
NEIGHBORS = 20
SMALLEST_CLUSTER = 5
MOST_CLUSTERS = 500


def margin_clusters(pool: Pool, count: int, seed: int) -> Picks:
    """The most doubtful documents in `count` clusters; of each the one nearest to its center, weighted by doubt.

    Clustered are 40 documents a pick, but at most half of the pool and 4,000. Largest clusters first.
    """
    doubts = mean_doubt(pool)
    wanted = min(MOST_DOUBTFUL, 40 * count, max(count, pool.size // 2))
    best = np.argsort(-doubts, kind="stable")[:wanted]
    return _of_each_kind(pool, best, doubts[best], count, seed)


def uncertain_clusters(pool: Pool, count: int, seed: int) -> Picks:
    """The same for doubts that add up, as uncertain tokens do: among the fewest that hold 15 % of all doubt.

    At least 2 documents a pick are clustered, and at most 4,000. Without vectors the most doubtful come first.
    """
    shares = doubt_shares(pool)
    ranked = np.argsort(-shares, kind="stable")
    holding = int(np.searchsorted(np.cumsum(shares[ranked]), DOUBT_HELD)) + 1
    best = ranked[: min(MOST_DOUBTFUL, max(holding, FEWEST_A_PICK * count))]
    return _of_each_kind(pool, best, shares[best].astype(np.float32), count, seed)


def _of_each_kind(pool: Pool, best: Rows, weights: Floats, count: int, seed: int) -> Picks:
    if len(best) <= count:
        return Picks.of(best)
    units = unit(pool.vectors(best))
    if not units.any():
        return Picks.of(best[:count])
    groups, centers = clustered(units, count, seed, weights=weights)
    distances = np.linalg.norm(units - centers[groups], axis=1)
    order = np.lexsort((distances, groups))
    firsts = order[np.unique(groups[order], return_index=True)[1]]
    sizes = np.bincount(groups)[groups[firsts]]
    by_size = np.argsort(-sizes, kind="stable")
    return _filled(Picks(best[firsts[by_size]], sizes[by_size]), best, count)


def typical(pool: Pool, count: int, seed: int) -> Picks:
    """The most typical document of each of the largest clusters that hold no gold yet (TypiClust).

    There are as many clusters as there will be gold; a pool beyond 10,000 is represented by so many of it, by chance.
    """
    generator = np.random.default_rng(seed)
    sample = np.sort(generator.permutation(pool.size)[:MOST_CLUSTERED])
    if len(sample) <= count:
        return Picks.of(sample)
    held = pool.labeled[-MOST_CLUSTERED:]
    units = unit(pool.vectors(sample))
    together = np.concatenate([unit(held), units]) if len(held) else units
    groups, _ = clustered(together, min(len(held) + count, MOST_CLUSTERS), seed)
    with_gold = np.bincount(groups[: len(held)], minlength=groups.max() + 1)
    own = groups[len(held) :]
    picked: list[int] = []
    sizes: list[int] = []
    taken = np.zeros(len(sample), dtype=bool)
    while len(picked) < count and (group := _next_group(own[~taken], with_gold)) is not None:
        members = np.flatnonzero((own == group) & ~taken)
        best = members[int(np.argmax(typicality(units[members])))]
        taken[best] = True
        with_gold[group] += 1
        picked.append(int(best))
        sizes.append(int((own == group).sum()))
    found = Picks(sample[np.array(picked, dtype=np.int64)], np.array(sizes, dtype=np.int64))
    return _filled(found, sample, count)


def _next_group(groups: Rows, with_gold: Rows) -> int | None:
    """The cluster with the least gold, among these the largest; small ones only when nothing else is left."""
    sizes = np.bincount(groups, minlength=len(with_gold))
    if not sizes.any():
        return None
    is_small = sizes < SMALLEST_CLUSTER
    return int(np.lexsort((-sizes, with_gold, is_small, sizes == 0))[0])


def typicality(vectors: Floats) -> Floats:
    """1 over the mean distance to the nearest 20 others of the same cluster: [members, hidden] -> [members]."""
    if len(vectors) == 1:
        return np.ones(1, dtype=np.float32)
    squares = (vectors**2).sum(axis=1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2 * vectors @ vectors.T, 0.0))
    count = min(NEIGHBORS, len(vectors) - 1)
    nearest = np.partition(distances, count, axis=1)[:, : count + 1].sum(axis=1) / count
    found: Floats = 1.0 / (nearest + 1e-5)
    return found


def clustered(vectors: Floats, count: int, seed: int, weights: Floats | None = None) -> tuple[Rows, Floats]:
    """k-means by Lloyd: the cluster of each row, and the centers. Random starts: k-means++ took five times as long here
    for clusters no tighter.
    """
    from sklearn.cluster import KMeans  # noqa: PLC0415  # heavy: web reads this module and never ranks

    count = min(count, len(np.unique(vectors[:, 0])))
    start = {"init": "random", "n_init": 1, "max_iter": 20, "random_state": seed}
    found = KMeans(n_clusters=max(1, count), **start).fit(vectors, None, weights)
    return found.labels_.astype(np.int64), found.cluster_centers_.astype(np.float32)


def unit(vectors: Floats) -> Floats:
    """Rows of length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Floats = (vectors / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
    return scaled


def _filled(picks: Picks, ranked: Rows, count: int) -> Picks:
    """Where there were fewer clusters than wanted, the next in rank."""
    missing = count - len(picks.rows)
    if missing <= 0:
        return Picks(picks.rows[:count], picks.group_sizes[:count])
    others = ranked[~np.isin(ranked, picks.rows)][:missing]
    rows = np.concatenate([picks.rows, others])
    return Picks(rows, np.concatenate([picks.group_sizes, np.zeros(len(others), dtype=np.int64)]))

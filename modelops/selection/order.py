"""A pool in the order of the queue: what a function picked, mixed with a random share as an honest sample. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelops.selection.pool import Acquisition, Pool, Rows
from modelops.selection.uncertainty import mean_doubt

# Documents that people label between two rankings, about: a function chooses so many that go together.
BATCH = 50
# The same at the start, where each label tells what is still to be met. The picks are the first of a larger batch.
START_BATCH = 25


@dataclass(frozen=True)
class Order:
    """`places` [size]: 1 first, 0 last. `is_random` [size]: drawn by chance alone, whatever the function says.
    `trusted`: the choices whose labels' words took part in the order of the others.
    """

    places: NDArray[np.float64]
    is_random: NDArray[np.bool_]
    group_sizes: Rows
    trusted: tuple[str, ...] = ()

    @property
    def rows(self) -> Rows:
        return np.argsort(-self.places, kind="stable")


@dataclass(frozen=True)
class Mix:
    """How chance takes part. `share` 1 is a plain random order."""

    share: float
    salt: str
    seed: int = 0


def in_order(pool: Pool, ids: Sequence[int], function: Acquisition, mix: Mix, count: int = BATCH) -> Order:
    """Place every document of the pool; `ids` are its documents, row by row.

    Whether a document is in the random share, and its place then, hang on its id and the salt alone. So the random
    documents that come first are a sample without regard to texts or models, at any moment and under any function.
    The others follow the function: its picks first, then by mean doubt.
    """
    share, places = chances(mix.salt, ids)
    is_random = share < mix.share
    group_sizes = np.zeros(pool.size, dtype=np.int64)
    trusted: tuple[str, ...] = ()
    chosen = np.flatnonzero(~is_random)
    if len(chosen):
        picks = function(part_of(pool, chosen), min(count, len(chosen)), mix.seed)
        rows, trusted = chosen[picks.rows], picks.trusted
        group_sizes[rows] = picks.group_sizes
        rest = np.setdiff1d(chosen, rows)
        rest = rest[np.lexsort((places[rest], -mean_doubt(pool)[rest]))]
        places[np.concatenate([rows, rest])] = 1.0 - np.arange(len(chosen)) / len(chosen)
    return Order(places, is_random, group_sizes, trusted)


def batch_after(function: str) -> int:
    """So much new gold makes another ranking worth its while."""
    return START_BATCH if function == "covering" else BATCH


def part_of(pool: Pool, rows: Rows) -> Pool:
    """The same pool with these rows only."""
    if len(rows) == pool.size:
        return pool
    doubts = {name: values[rows] for name, values in pool.doubts.items()}
    return Pool(
        len(rows),
        doubts,
        lambda wanted: pool.vectors(rows[wanted]),
        pool.labeled,
        lambda wanted: pool.probabilities(rows[wanted]),
        pool.label_words,
    )


def chances(salt: str, ids: Sequence[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two independent numbers a document, uniform on [0, 1) and the same at every call: [ids], [ids]."""
    digests = b"".join(hashlib.sha256(f"{salt}:draw:{pk}".encode()).digest()[:8] for pk in ids)
    numbers = np.frombuffer(digests, dtype="<u4").reshape(-1, 2) / 2**32
    return numbers[:, 0].copy(), numbers[:, 1].copy()

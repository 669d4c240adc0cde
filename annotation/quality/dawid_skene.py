"""How good each person is at each label, and what the answers most likely mean together (Dawid, Skene 1979). Pure.

EM from the majority's view. `skill[p, t, g]`: how often person p says g where t is right. Counts are smoothed by
SMOOTHING answers a cell, so that a person with few answers is neither perfect nor hopeless.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotation.quality.units import Floats, Ratings

MOST_ROUNDS = 50
SMOOTHING = 0.01
STILL = 1e-4


@dataclass(frozen=True, slots=True)
class Consensus:
    """`belief` [documents, labels]: probability that a label is right; `prior` [labels]; `skill` as above."""

    belief: Floats
    prior: Floats
    skill: Floats
    rounds: int

    @property
    def labels(self) -> NDArray[np.int64]:
        return np.asarray(self.belief.argmax(axis=1))

    @property
    def accuracy(self) -> Floats:
        """How often each person is right over all labels, as frequent as they are: [people]."""
        return np.asarray(np.einsum("t,ptt->p", self.prior, self.skill))


def consensus(ratings: Ratings) -> Consensus:
    """Documents of which the same people said the same are one row with a weight: same belief, a tenth of the work."""
    width, people = ratings.label_count, int(ratings.people.max()) + 1
    said, weights, places = _patterns(ratings, people * width)
    votes = said.times(np.tile(np.eye(width), (people, 1)))
    belief = votes / votes.sum(axis=1, keepdims=True)
    rounds, change = 0, 1.0
    prior, skill = _maximize(said, weights, belief, people)
    while rounds < MOST_ROUNDS and change > STILL:
        before, rounds = belief, rounds + 1
        belief = _expect(said, prior, skill)
        prior, skill = _maximize(said, weights, belief, people)
        change = float(np.abs(belief - before).max())
    return Consensus(belief[places], prior, skill, rounds)


@dataclass(frozen=True, slots=True)
class Said:
    """Who said what: a table [patterns, people x labels] of ones, as the places where they stand, row by row."""

    row: NDArray[np.int64]
    cell: NDArray[np.int64]
    row_count: int
    cell_count: int

    def times(self, table: Floats) -> Floats:
        """This table times another: by pattern, the sum of that one's rows."""
        return _sums(self.row, table[self.cell], self.row_count)

    def turned_times(self, table: Floats) -> Floats:
        """This table, columns for rows, times another: by cell."""
        order = np.argsort(self.cell, kind="stable")
        return _sums(self.cell[order], table[self.row[order]], self.cell_count)


def _sums(places: NDArray[np.int64], parts: Floats, count: int) -> Floats:
    """Sums of the parts by place; places rise."""
    found = np.zeros((count, parts.shape[1]))
    starts = np.flatnonzero(np.diff(places, prepend=-1))
    found[places[starts]] = np.add.reduceat(parts, starts, axis=0)
    return found


def _patterns(ratings: Ratings, cell_count: int) -> tuple[Said, Floats, NDArray[np.int64]]:
    """Who said what, how often, and which row is a document's."""
    cells = ratings.people * ratings.label_count + ratings.labels
    keys = np.random.default_rng(0).integers(0, 2**63, size=cell_count, dtype=np.uint64)
    sums = np.zeros(int(ratings.documents.max()) + 1, dtype=np.uint64)
    np.add.at(sums, ratings.documents, keys[cells])
    _, first, places, numbers = np.unique(sums, return_index=True, return_inverse=True, return_counts=True)
    row = np.full(len(sums), -1)
    row[first] = np.arange(len(first))
    kept = row[ratings.documents] >= 0
    rows = row[ratings.documents[kept]]
    order = np.argsort(rows, kind="stable")
    said = Said(rows[order], cells[kept][order], len(first), cell_count)
    return said, numbers.astype(np.float64), places


def _maximize(said: Said, weights: Floats, belief: Floats, people: int) -> tuple[Floats, Floats]:
    width = belief.shape[1]
    weighted = belief * weights[:, None]
    table = said.turned_times(weighted).reshape(people, width, width).transpose(0, 2, 1) + SMOOTHING
    prior = weighted.sum(axis=0) + SMOOTHING
    return prior / prior.sum(), table / table.sum(axis=2, keepdims=True)


def _expect(said: Said, prior: Floats, skill: Floats) -> Floats:
    told = np.log(skill).transpose(0, 2, 1).reshape(-1, len(prior))
    found = said.times(told) + np.log(prior)
    belief = np.exp(found - found.max(axis=1, keepdims=True))
    return np.asarray(belief / belief.sum(axis=1, keepdims=True))

"""How good each person is at each label, and what the answers most likely mean together (Dawid, Skene 1979). Pure.

EM from the majority's view. `skill[p, t, g]`: how often person p says g where t is right. Counts are smoothed by
SMOOTHING answers a cell, so that a person with few answers is neither perfect nor hopeless.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotation.quality.units import Floats, Ratings

MOST_ROUNDS = 100
SMOOTHING = 0.01
STILL = 1e-6


@dataclass(frozen=True, slots=True)
class Consensus:
    """`belief` [documents, labels]: probability that a label is right; `prior` [labels]; `skill` as above."""

    belief: Floats
    prior: Floats
    skill: Floats
    rounds: int

    @property
    def labels(self) -> NDArray[np.int64]:
        return self.belief.argmax(axis=1)

    @property
    def accuracy(self) -> Floats:
        """How often each person is right over all labels, as frequent as they are: [people]."""
        return np.einsum("t,ptt->p", self.prior, self.skill)


def consensus(ratings: Ratings) -> Consensus:
    width, people = ratings.label_count, int(ratings.people.max()) + 1
    counts = ratings.counts().astype(np.float64)
    belief = counts / counts.sum(axis=1, keepdims=True)
    prior, skill = _maximize(ratings, belief, people, width)
    rounds = 0
    for rounds in range(1, MOST_ROUNDS + 1):  # noqa: B007
        before = belief
        belief = _expect(ratings, prior, skill, len(counts))
        prior, skill = _maximize(ratings, belief, people, width)
        if np.abs(belief - before).max() < STILL:
            break
    return Consensus(belief, prior, skill, rounds)


def _maximize(ratings: Ratings, belief: Floats, people: int, width: int) -> tuple[Floats, Floats]:
    cells = ratings.people * width + ratings.labels
    given = belief[ratings.documents]
    said = np.stack([np.bincount(cells, given[:, truth], minlength=people * width) for truth in range(width)])
    table = said.reshape(width, people, width).transpose(1, 0, 2) + SMOOTHING
    prior = belief.sum(axis=0) + SMOOTHING
    return prior / prior.sum(), table / table.sum(axis=2, keepdims=True)


def _expect(ratings: Ratings, prior: Floats, skill: Floats, documents: int) -> Floats:
    told = np.log(skill).transpose(0, 2, 1)[ratings.people, ratings.labels]
    found = np.stack(
        [np.bincount(ratings.documents, told[:, truth], minlength=documents) for truth in range(len(prior))], axis=1
    )
    found += np.log(prior)
    found -= found.max(axis=1, keepdims=True)
    belief = np.exp(found)
    return np.asarray(belief / belief.sum(axis=1, keepdims=True))

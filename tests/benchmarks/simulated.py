"""Simulated annotators: they answer what the product's own policy and functions put first, batch after batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from modelops.selection.order import Mix, batch_after, in_order
from modelops.selection.policy import FUNCTIONS, Facts, Question, decide
from modelops.selection.pool import Floats, LabelWords, Pool, Rows

RANDOM_SHARE = 0.1
NAME = "Set"


class Learner(Protocol):
    """One label set over a fixed list of documents, learned by the fast head."""

    question: Question
    size: int

    def vectors(self, rows: Rows) -> Floats: ...
    def cost(self, rows: Rows) -> int:
        """What these documents cost to label, in the unit of the curve."""

    def label_words(self, labeled: Rows) -> tuple[LabelWords, ...]: ...
    def fit(self, rows: Rows) -> None: ...
    def doubts(self, rows: Rows) -> Floats: ...
    def score(self) -> float:
        """On the test documents."""


@dataclass(frozen=True)
class Curve:
    """`costs` and `scores` after each batch."""

    costs: list[int]
    scores: list[float]

    def cost_to(self, target: float) -> float:
        """Where the curve first reaches the target, between two batches on a straight line; infinity if never."""
        for place, score in enumerate(self.scores):
            if score >= target:
                if place == 0:
                    return float(self.costs[0])
                low, high = self.scores[place - 1], score
                share = (target - low) / (high - low)
                return self.costs[place - 1] + share * (self.costs[place] - self.costs[place - 1])
        return float("inf")

    def at(self, cost: float) -> float:
        return float(np.interp(cost, self.costs, self.scores))


def simulate(learner: Learner, *, setting: str, seed: int, until: Callable[[Curve], bool]) -> Curve:
    """Label as many as the product does between two rankings, by this setting of `selection`, until it is enough."""
    labeled: Rows = np.zeros(0, dtype=np.int64)
    curve = Curve([], [])
    while len(labeled) < learner.size and not until(curve):
        batch = next_batch(learner, labeled, setting, seed)
        labeled = np.concatenate([labeled, batch])
        learner.fit(labeled)
        curve.costs.append(learner.cost(labeled))
        curve.scores.append(learner.score())
    return curve


def next_batch(learner: Learner, labeled: Rows, setting: str, seed: int) -> Rows:
    """As the product ranks: the policy names the function, the order mixes in the random share."""
    facts = Facts((learner.question,), len(labeled), has_vectors=True, has_doubts=len(labeled) > 0)
    decision = decide(setting, facts)
    rest = np.setdiff1d(np.arange(learner.size), labeled)
    pool = Pool(
        len(rest),
        {NAME: learner.doubts(rest)} if decision.label_sets else {},
        lambda rows: learner.vectors(rest[rows]),
        learner.vectors(labeled),
        label_words=learner.label_words(labeled),
    )
    share = 1.0 if decision.function == "random" else RANDOM_SHARE
    order = in_order(pool, rest.tolist(), FUNCTIONS[decision.function], Mix(share, f"salt {seed}", seed))
    return rest[order.rows[: batch_after(decision.function)]]


def accuracy(found: NDArray[np.int64], wanted: NDArray[np.int64]) -> float:
    return float((found == wanted).mean())


def curve_of(curves: Sequence[Curve]) -> Curve:
    """The mean of curves with the same costs, as far as the shortest goes."""
    length = min(len(curve.costs) for curve in curves)
    scores = np.mean([curve.scores[:length] for curve in curves], axis=0)
    return Curve(curves[0].costs[:length], scores.tolist())

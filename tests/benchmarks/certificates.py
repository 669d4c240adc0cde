"""Do certificates keep their promise? A hundred redraws of the random sample on four sets, beside a naive threshold.

On each set a logistic regression on the frozen encoder's states learns from one part; the rest is the population. A
sample of it is drawn at random, `certify` picks the threshold, and the true precision above it is counted in the whole
population. The promise is broken where it lies below the target: at delta 0.1 that may happen in 10 of 100 by design,
and 16 is the most that chance should show. The naive threshold is the loosest one whose precision on the same sample
reaches the target.
"""

import sys
import time
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from modelops.certificates.certify import Certified, certify
from tests.benchmarks.embedded import ENCODER, embeddings

SETS = {
    "tickets_en_banking77": ("label", 3000),
    "classify_en_bbcnews": ("label", 300),
    "sentiment_en_vader_tweets": ("label", 1200),
    "intent_slots_zh_home": ("label", 400),
}
TARGETS = (0.90, 0.95, 0.99)
DELTA = 0.1
REDRAWS = 100
SAMPLE = 600
MOST_BROKEN = 16
SEED = 20_240_901


@dataclass(frozen=True)
class Population:
    """Documents that the model did not learn from, surest first."""

    sure: NDArray[np.float64]
    right: NDArray[np.bool_]

    def precision_above(self, threshold: float) -> float:
        return float(self.right[self.sure >= threshold].mean())


@dataclass
class Tally:
    chosen: int = 0
    broken: int = 0
    coverage: float = 0.0

    def add(self, population: Population, threshold: float, target: float) -> None:
        self.chosen += 1
        self.broken += population.precision_above(threshold) < target
        self.coverage += float((population.sure >= threshold).mean())

    @property
    def mean_coverage(self) -> float:
        return self.coverage / self.chosen if self.chosen else 0.0


def population(name: str) -> Population:
    key, learned = SETS[name]
    vectors, rows = embeddings(name)
    labels = np.array([str(row[key]) for row in rows])
    order = np.random.default_rng(SEED).permutation(len(rows))
    train, rest = order[:learned], order[learned:]
    scaler = StandardScaler().fit(vectors[train])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        head = LogisticRegression(C=1.0, max_iter=200).fit(scaler.transform(vectors[train]), labels[train])
    probabilities = head.predict_proba(scaler.transform(vectors[rest]))
    best = probabilities.argmax(axis=1)
    sure = probabilities[np.arange(len(rest)), best]
    return Population(sure, np.asarray(head.classes_)[best] == labels[rest])


def naive_threshold(sure: NDArray[np.float64], right: NDArray[np.bool_], target: float) -> float | None:
    order = np.argsort(-sure, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precision >= target)
    return float(sure[order][enough[-1]]) if len(enough) else None


def measure(people: Population, target: float) -> tuple[Tally, Tally]:
    random = np.random.default_rng(SEED)
    certified, naive = Tally(), Tally()
    for _ in range(REDRAWS):
        drawn = random.integers(0, len(people.sure), SAMPLE)
        sure, right = people.sure[drawn], people.right[drawn]
        found = certify(list(sure), list(right), target=target, delta=DELTA)
        if isinstance(found, Certified):
            certified.add(people, found.threshold, target)
        threshold = naive_threshold(sure, right, target)
        if threshold is not None:
            naive.add(people, threshold, target)
    return certified, naive


def main() -> int:
    started = time.monotonic()
    worst = 0
    report(f"certificates: {REDRAWS} redraws of {SAMPLE} random documents, delta {DELTA}, {ENCODER}")
    report(f"  at most {MOST_BROKEN} broken promises of {REDRAWS} are asked for; a redraw without a threshold keeps it")
    report(f"  {'set':28} {'accuracy':>8} {'target':>6} | certified broken coverage | naive: chosen broken coverage")
    for name in SETS:
        try:
            people = population(name)
        except FileNotFoundError:
            report("  skipped: the folder ../shared/data is absent")
            return 0
        for target in TARGETS:
            certified, naive = measure(people, target)
            worst = max(worst, certified.broken)
            report(
                f"  {name:28} {people.right.mean():8.3f} {target:6.2f} |"
                f" {certified.chosen:9} {certified.broken:6} {certified.mean_coverage:8.2f} |"
                f" {naive.chosen:13} {naive.broken:6} {naive.mean_coverage:8.2f}"
            )
    report(f"  worst: broken in {worst} of {REDRAWS}; {time.monotonic() - started:.0f} s")
    return 0 if worst <= MOST_BROKEN else 1


def report(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())

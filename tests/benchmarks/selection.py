"""How many labels the selection saves: simulated annotators on real sets, against a random order in the same run.

The annotators answer what the product's policy `auto` puts first, a tenth of it by chance as in the product. Also: how
long a pool of 100,000 takes. The curves are means over the seeds; the encoder and its vectors are the product's.
"""

import sys
import time
from collections.abc import Callable, Sequence

import numpy as np

from modelops.selection.order import Mix, in_order
from modelops.selection.policy import FUNCTIONS
from modelops.selection.pool import Floats, Pool, Rows
from tests.benchmarks.embedded import DATA, ENCODER, embeddings, token_states, word_vectors
from tests.benchmarks.learners import ChoiceLearner
from tests.benchmarks.simulated import Curve, Learner, simulate
from tests.benchmarks.span_learner import SpanLearner

SEEDS = range(3)
SHARE = 0.9
SENTIMENT = ("sentiment_en_vader_tweets", "sentiment_en_vader_amazonReviewSnippets")
SENTIMENT_LABELS = 800
SPANS = (("ner_en_wnut17", None), ("ner_zh_pd1998_part1", 2000))
RANKED = 100_000


def main() -> int:
    if not DATA.exists():
        report("selection: skipped, ../shared/data is absent")
        return 0
    report(f"selection: {ENCODER}, {len(SEEDS)} seeds, batches of 50, a random share of 0.1")
    tickets()
    for name in SENTIMENT:
        sentiment(name)
    for name, most in SPANS:
        spans(name, most)
    ranking()
    return 0


def tickets() -> None:
    vectors, rows = embeddings("tickets_en_banking77")
    is_test = np.array([row["split"] == "test" for row in rows])
    labels = [row["label"] for row in rows]
    words = word_vectors("tickets_en_banking77", sorted(set(labels)))
    learner = ChoiceLearner(vectors, numbered(labels), is_test, words)
    full, ours, chance = both(learner, most=2500)
    report(f"tickets_en_banking77: {full:.3f} on the full pool of {learner.size}")
    report_costs("labels", [costs(curves, SHARE * full) for curves in (ours, chance)], target=0.5)
    first = [float(np.mean([curve.at(100) for curve in curves])) for curves in (ours, chance)]
    report(f"  at 100 labels: auto {first[0]:.3f}, random {first[1]:.3f}, ratio {first[0] / first[1]:.2f} (>= 1.4)")


def sentiment(name: str) -> None:
    vectors, rows = embeddings(name)
    learner = ChoiceLearner(vectors, numbered([row["label"] for row in rows]), drawn(len(rows)))
    full, ours, chance = both(learner, most=SENTIMENT_LABELS, share=2.0)
    gaps = 100 * (mean_scores(ours) - mean_scores(chance))
    report(f"{name}: {full:.3f} on the full pool of {learner.size}")
    report(f"  auto minus random in points: worst {gaps.min():+.1f} (>= -2), mean {gaps.mean():+.1f}")


def spans(name: str, most: int | None) -> None:
    tokens, rows = token_states(name, most=most)
    learner = SpanLearner(tokens, rows, drawn(len(rows)))
    full, ours, chance = both(learner, most=learner.cost(np.arange(learner.size)))
    report(f"{name}: F1 {full:.3f} on the full pool of {learner.size}")
    report_costs("tokens", [costs(curves, SHARE * full) for curves in (ours, chance)], target=0.75)


def both(learner: Learner, *, most: int, share: float = SHARE) -> tuple[float, list[Curve], list[Curve]]:
    """The full pool's figure, and the curves of `auto` and `random` until one has `share` of it or cost `most`."""
    learner.fit(np.arange(learner.size))
    full = learner.score()

    def is_enough(curve: Curve) -> bool:
        return bool(curve.scores) and (curve.scores[-1] >= share * full or curve.costs[-1] >= most)

    curves = [[simulate(learner, setting=name, seed=seed, until=is_enough) for seed in SEEDS] for name in SETTINGS]
    return full, curves[0], curves[1]


SETTINGS = ("auto", "random")


def costs(curves: Sequence[Curve], target: float) -> list[float]:
    return [curve.cost_to(target) for curve in curves]


def mean_scores(curves: Sequence[Curve]) -> Floats:
    length = min(len(curve.scores) for curve in curves)
    mean: Floats = np.mean([curve.scores[:length] for curve in curves], axis=0)
    return mean


def report_costs(unit: str, found: Sequence[Sequence[float]], target: float) -> None:
    """Means, the cost of each seed, and the ratio of the means."""
    for name, each in zip(SETTINGS, found, strict=True):
        listed = ", ".join(f"{cost:,.0f}" for cost in each)
        report(f"  {unit} to {SHARE:.0%} of it by {name}: {np.mean(each):,.0f} ({listed})")
    report(f"  ratio {np.mean(found[0]) / np.mean(found[1]):.2f} (<= {target})")


def ranking() -> None:
    """The pure part: doubts, clusters, ranks and the random share. The rest is two statements of the database."""
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(RANKED, 384)).astype(np.float16)

    def read(rows: Rows) -> Floats:
        found: Floats = vectors[rows].astype(np.float32)
        return found

    pool = Pool(RANKED, {"Set": generator.random(RANKED).astype(np.float32)}, read)
    for name in ("margin", "uncertain_tokens", "margin_clusters", "typical", "covering"):
        clock, processor = timed(lambda name=name: in_order(pool, range(RANKED), FUNCTIONS[name], Mix(0.1, "salt")))  # type: ignore[misc]
        report(f"  {RANKED:,} ranked by {name}: {clock:.2f} s by the clock, {processor:.2f} CPU s (<= 3 s)")


def timed(work: Callable[[], object]) -> tuple[float, float]:
    before = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - before[0], time.process_time() - before[1]


def numbered(labels: Sequence[str]) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def drawn(count: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """A quarter tests."""
    return np.random.default_rng(9).random(count) < 0.25


def report(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())

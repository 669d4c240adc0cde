"""After 500 and 1,000 labels: LoRA against the fast head and TF-IDF + logistic regression, on the same test texts.

Where LoRA is not better, the gate must keep what is: its verdict on LoRA against the fast head stands beside.
`python -m tests.benchmarks.learning [set [labels …]]` does a part of it.
"""

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from modelops.engine.arguments import TrainingArguments
from modelops.engine.encoders import prepare_encoder
from modelops.engine.examples import Example, HeadSpec
from modelops.engine.serving import Predictor
from modelops.engine.training import fit
from modelops.evaluation.compare import compare
from tests.benchmarks.embedded import DATA, ENCODER, ENCODERS_AT, Row, embeddings
from tests.benchmarks.learners import ChoiceLearner

SETS = ("tickets_en_banking77", "sentiment_en_vader_amazonReviewSnippets", "intent_slots_en_home")
LABELS = (500, 1000)
TESTED = 1000
SEED = 17
WANTED_SETS = 2


@dataclass(frozen=True)
class Task:
    """Texts with their labels; the rows to learn from, in the order in which they were labeled, and those to test."""

    texts: list[str]
    labels: list[str]
    vectors: NDArray[np.float32]
    order: NDArray[np.int64]
    tested: NDArray[np.int64]

    @classmethod
    def read(cls, name: str) -> "Task":
        vectors, rows = embeddings(name)
        known = [place for place, row in enumerate(rows) if row.get("label")]
        drawn = np.random.default_rng(SEED).permutation(known)
        tested = min(TESTED, len(drawn) // 4)
        texts, labels = [row["text"] for row in rows], [_label(row) for row in rows]
        return cls(texts, labels, vectors, drawn[tested:], drawn[:tested])


def _label(row: Row) -> str:
    return str(row.get("label") or "")


def main(given: Sequence[str]) -> int:
    if not DATA.exists():
        print("learning: skipped, ../shared/data is absent")
        return 0
    sizes = tuple(int(size) for size in given[1:]) or LABELS
    won = dict.fromkeys(sizes, 0)
    print(f"learning: {ENCODER}, seed {SEED}; accuracy on up to {TESTED} texts")
    for name in given[:1] or SETS:
        task = Task.read(name)
        for size in sizes:
            won[size] += measure(name, task, min(size, len(task.order)))
    for size, sets in won.items():
        print(
            f"  {size} labels: LoRA is ahead of both on {sets} sets (wanted: at least {WANTED_SETS} of all)", flush=True
        )
    return 0


def measure(name: str, task: Task, size: int) -> bool:
    """Print one line; whether LoRA is ahead of both others."""
    rows = task.order[:size]
    started = time.perf_counter()
    lora = by_lora(task, rows)
    seconds = time.perf_counter() - started
    fast, tfidf = by_fast_head(task, rows), by_tfidf(task, rows)
    shares = [accuracy(task, answers) for answers in (lora, fast, tfidf)]
    verdict = compare({"Set": "choice"}, as_answers(wanted(task)), as_answers(lora), as_answers(fast))["verdict"]
    figures = ", ".join(
        f"{title} {100 * share:.1f} %" for title, share in zip(("LoRA", "fast head", "TF-IDF"), shares, strict=True)
    )
    print(
        f"  {name}, {size} labels, n = {len(task.tested)}: {figures}; {seconds:.0f} s; gate on LoRA: {verdict}",
        flush=True,
    )
    return shares[0] > max(shares[1:])


def wanted(task: Task) -> list[str]:
    return [task.labels[row] for row in task.tested]


def accuracy(task: Task, answers: Sequence[str]) -> float:
    return float(np.mean([one == other for one, other in zip(wanted(task), answers, strict=True)]))


def as_answers(values: Sequence[str]) -> list[dict[str, object]]:
    return [{"Set": value} for value in values]


def by_lora(task: Task, rows: NDArray[np.int64]) -> list[str]:
    """As a run of the site does it, with the arguments that it chooses by itself."""
    examples = [Example(task.texts[row], {"Set": task.labels[row]}) for row in rows]
    head = HeadSpec("Set", "choice", tuple(sorted({task.labels[row] for row in rows})))
    arguments = TrainingArguments(threads=int(os.environ.get("OMP_NUM_THREADS", "1")))
    encoder = prepare_encoder(ENCODER, ENCODERS_AT)
    with tempfile.TemporaryDirectory() as folder:
        fit(examples, [head], arguments, encoder=encoder, folder=Path(folder))
        predictor = Predictor.load(Path(folder), encoder, threads=arguments.threads)
    answers = predictor.predict([task.texts[row] for row in task.tested])
    return [str(answer.answer["Set"]) for answer in answers]


def by_fast_head(task: Task, rows: NDArray[np.int64]) -> list[str]:
    """Logistic regression on the frozen encoder's embeddings."""
    names, labels = np.unique(task.labels, return_inverse=True)
    is_test = np.zeros(len(task.texts), dtype=np.bool_)
    is_test[task.tested] = True
    learner = ChoiceLearner(task.vectors, labels, is_test)
    place = np.cumsum(~is_test) - 1
    learner.fit(place[rows])
    found = np.empty(len(task.texts), dtype=np.int64)
    found[is_test] = learner.answers()
    return [str(names[found[row]]) for row in task.tested]


def by_tfidf(task: Task, rows: NDArray[np.int64]) -> list[str]:
    """Words and their pairs."""
    learner = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10.0, max_iter=1000)
    )
    learner.fit([task.texts[row] for row in rows], [task.labels[row] for row in rows])
    return [str(label) for label in learner.predict([task.texts[row] for row in task.tested])]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

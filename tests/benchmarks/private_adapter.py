"""What differential privacy costs LoRA: epsilon 8 on adapter and heads, on the heads alone, and none.

Three-class sentiment of the same tweets; every figure is one run of the product. The noise is drawn from a secret seed,
so every run prints other figures. `python -m tests.benchmarks.private_adapter [labels [seeds]]` does more or less.
"""

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from modelops.engine.arguments import TrainingArguments
from modelops.engine.encoders import prepare_encoder
from modelops.engine.examples import Example, HeadSpec
from modelops.engine.network import thread_limit
from modelops.engine.serving import Predictor
from modelops.engine.training import fit
from tests.benchmarks.embedded import DATA, ENCODERS_AT, Row, rows_of

# Half as large as the default encoder: the four runs take minutes.
ENCODER = "all-minilm-l6-v2"
SET = "sentiment_en_vader_tweets"
LABELS = 500
TESTED = 500
EPSILON = 8.0
PRIVATE = TrainingArguments(privacy_epsilon=EPSILON)
ADAPTER = TrainingArguments(privacy_epsilon=EPSILON, privacy_adapter=True)
NARROW = TrainingArguments(
    privacy_epsilon=EPSILON, privacy_adapter=True, lora_rank=4, lora_alpha=8, lora_targets=("query", "value")
)
WAYS = {
    f"heads alone, epsilon {EPSILON:g}": PRIVATE,
    f"LoRA of rank 16 everywhere, epsilon {EPSILON:g}": ADAPTER,
    "LoRA without privacy": TrainingArguments(),
    f"LoRA of rank 4 on query and value, epsilon {EPSILON:g}": NARROW,
}


def main(given: Sequence[str]) -> int:
    if not DATA.exists():
        report("private_adapter: skipped, ../shared/data is absent")
        return 0
    labels, seeds = int(given[0]) if given else LABELS, int(given[1]) if len(given) > 1 else 1
    rows = [row for row in rows_of(SET) if row.get("label")]
    report(f"private_adapter: {ENCODER}, {SET}, {labels} labels, accuracy on {TESTED} texts")
    for seed in range(seeds):
        drawn = np.random.default_rng(seed).permutation(len(rows))
        tested, learned = drawn[:TESTED], drawn[TESTED : TESTED + labels]
        report(f" split {seed}, load {os.getloadavg()[0]:.1f}")
        for title, arguments in WAYS.items():
            measure(title, arguments, [rows[row] for row in learned], [rows[row] for row in tested])
    return 0


def measure(title: str, arguments: TrainingArguments, learned: Sequence[Row], tested: Sequence[Row]) -> None:
    """Learn as a run does it, and print one line."""
    started, spent = time.perf_counter(), time.process_time()
    examples = [Example(row["text"], {"Sentiment": str(row["label"])}) for row in learned]
    head = HeadSpec("Sentiment", "choice", tuple(sorted({str(row["label"]) for row in learned})))
    encoder = prepare_encoder(ENCODER, ENCODERS_AT)
    with tempfile.TemporaryDirectory() as folder, thread_limit(1):
        figures = fit(examples, [head], arguments, encoder=encoder, folder=Path(folder)).figures
        seconds, processor = time.perf_counter() - started, time.process_time() - spent
        answers = Predictor.load(Path(folder), encoder, threads=1).predict([row["text"] for row in tested])
    right = np.mean([str(row["label"]) == got.answer["Sentiment"] for row, got in zip(tested, answers, strict=True)])
    bill = f"epsilon spent {figures['privacy_epsilon']:.2f}, " if "privacy_epsilon" in figures else ""
    noise = f"noise {figures['privacy_noise']:.2f}, " if bill else ""
    report(f"  {title}: {100 * right:.1f} %; {bill}{noise}{seconds:.0f} s, {processor:.0f} s of processor time")


def report(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

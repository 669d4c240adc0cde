"""Texts a second of prelabeling, against a loop of three ordinary pipelines on the same weights and texts, against
three models of one label set each, and against what this processor's matrix products allow.

On a graphics card where there is one. One thread, one process, the default encoder, mixed English and Chinese tickets,
three label sets (two choices, one of spans). The checkpoint is trained here for one short epoch, so that it finds
about as many spans as a real one.
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
from modelops.engine.encoders import ENCODERS, EncoderFolder, prepare_encoder
from modelops.engine.examples import Example, HeadSpec
from modelops.engine.int8 import prefers_int8, supports_int8
from modelops.engine.network import device_for, prefers_bfloat16
from modelops.engine.serving import Predictor
from modelops.engine.tokens import TextTokenizer
from modelops.engine.training import fit

ENCODER = "multilingual-e5-small"
SAMPLE = Path(__file__).parents[2] / "annotation" / "projects" / "sample"
LEARNED = 60
MEASURED = 128
ROUNDS = 2
DEVICE = device_for(None)
# A card answers the texts of the sample in less than a blink: it gets them so many times over.
TIMES = 16 if DEVICE.type == "cuda" else 1

# By the clock and of CPU time, for the texts once.
Seconds = tuple[float, float]
_TIMES_NAMED = ("the clock", "CPU time")
# Which of them the products take.
_WORKED = 0 if DEVICE.type == "cuda" else 1


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
    separate = [alone(head, learned, encoder) for head in heads]
    naive = pipelines(encoder, heads)

    many = measured * TIMES
    ours = fastest(lambda: predictor.predict(many), TIMES)
    three = fastest(lambda: [one.predict(many) for one in separate], TIMES)
    loop = fastest(lambda: [[run(text) for run in naive] for text in measured])
    share = work_of(predictor, encoder, measured) / ours[_WORKED] / product_peak()

    characters = sum(map(len, measured)) / len(measured)
    number_type = "bfloat16" if prefers_bfloat16(DEVICE) else "float32"
    report(
        f"prelabel on {DEVICE.type}: {len(measured)} texts of {characters:.0f} characters, {TIMES} times over (loop:"
        f" once), {len(heads)} label sets, {ENCODER}"
    )
    for title, (clock, processor) in (
        (f"one predictor ({number_type})", ours),
        (f"three separate predictors ({number_type})", three),
        ("loop of three pipelines (float32)", loop),
    ):
        report(f"  {title}: {len(measured) / clock:.1f} texts/s, {len(measured) / processor:.1f} a CPU s")
    for title, (clock, processor), wanted in (
        ("times the loop of pipelines", loop, "9 in bfloat16, 12 in int8"),
        ("times three separate models", three, "2.5"),
    ):
        report(
            f"  {title}: {clock / ours[0]:.2f} by the clock, {processor / ours[1]:.2f} by CPU time (wanted: {wanted})"
        )
    report(f"  share of the peak of matrix products, by {_TIMES_NAMED[_WORKED]}: {share:.2f} (wanted: 0.6)")
    if supports_int8(DEVICE):
        seconds = {f"one predictor ({number_type})": ours, "three separate ones": three, "the loop of pipelines": loop}
        report_int8(predictor, measured, seconds)
    return 0


def report_int8(predictor: Predictor, texts: Sequence[str], others: dict[str, Seconds]) -> None:
    """The same checkpoint, answering in int8: how fast, and how many answers change."""
    rounded = predictor.in_int8()
    full, fewer = predictor.predict(texts), rounded.predict(texts)
    own_clock, own_processor = fastest(lambda: rounded.predict(texts))
    choice = "taken" if prefers_int8(DEVICE) else "not taken"
    speeds = f"{len(texts) / own_clock:.1f} texts/s, {len(texts) / own_processor:.1f} a CPU s"
    report(f"  one predictor (int8, by measurement {choice} here): {speeds}")
    for title, (clock, processor) in others.items():
        report(f"    times {title}: {clock / own_clock:.2f} by the clock, {processor / own_processor:.2f} by CPU time")
    for head in predictor.checkpoint.heads:
        changed = sum(one.answer[head.name] != other.answer[head.name] for one, other in zip(fewer, full, strict=True))
        report(f"    {head.name}: answered otherwise in {changed} of {len(texts)} texts")


def alone(head: HeadSpec, learned: Sequence[Example], encoder: Path) -> Predictor:
    """A model of its own for one label set, as well served as ours."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(epochs=1, calibration_share=0.0)
        fit(learned, [head], arguments, encoder=encoder, folder=Path(folder))
        return Predictor.load(Path(folder), encoder, threads=1)


def work_of(predictor: Predictor, encoder: Path, texts: Sequence[str]) -> float:
    """Floating-point operations of one forward over the texts; neither padding nor heads are counted.

    A token takes 8 hidden^2 + 4 hidden * inner a layer, and 4 hidden for every token that it attends to.
    """
    shape = json.loads((encoder / "config.json").read_text(encoding="utf-8"))
    hidden, inner, layers = shape["hidden_size"], shape["intermediate_size"], shape["num_hidden_layers"]
    frame = TextTokenizer(EncoderFolder.read(encoder)).frame
    lengths = [len(tokens.ids) + frame for tokens in predictor.reader.tokenize(texts)]
    return float(sum(layers * n * (8 * hidden**2 + 4 * hidden * inner + 4 * hidden * n) for n in lengths))


def product_peak() -> float:
    """The most operations a second that a large matrix product reaches here, in the type that predictors use."""
    kind = torch.bfloat16 if prefers_bfloat16(DEVICE) else torch.float32
    on_card = DEVICE.type == "cuda"
    shapes = ((8192, 8192, 8192),) if on_card else ((1024, 1024, 1024), (1024, 384, 1536), (2048, 1536, 384))
    clock = time.perf_counter if on_card else time.thread_time
    best = 0.0
    for rows, inner, columns in shapes:
        left, right = (torch.ones(size, inner, dtype=kind, device=DEVICE) for size in (rows, columns))
        with torch.inference_mode():
            for _ in range(12):
                before = clock()
                torch.nn.functional.linear(left, right)
                if on_card:
                    torch.cuda.synchronize()
                best = max(best, 2.0 * rows * inner * columns / (clock() - before))
    return best


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
        run: Any = pipeline(task, model=model, tokenizer=tokenizer, device=DEVICE, **options)  # Any: untyped library
        made.append(lambda text, run=run, prefix=ENCODERS[ENCODER].prefix: run(prefix + text))  # type: ignore[misc]
    return made


def fastest(work: Callable[[], object], times: int = 1) -> Seconds:
    """Least seconds by the clock and of CPU time over a few rounds, for the texts once: `work` has them `times`."""
    clock, processor = [], []
    for _ in range(ROUNDS):
        before = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - before[0])
        processor.append(time.process_time() - before[1])
    return min(clock) / times, min(processor) / times


def report(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())

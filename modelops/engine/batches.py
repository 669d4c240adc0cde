"""Which examples meet in which step: shuffled by seed, alike in length, within the token budget."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from modelops.engine.arguments import TrainingArguments
from modelops.engine.bio import IGNORED
from modelops.engine.examples import HeadSpec
from modelops.engine.targets import PreparedExample
from modelops.engine.tokens import TextTokenizer, Window, windows_of

_BUCKET_BATCHES = 12


@dataclass(frozen=True)
class Batch:
    """One step: ids and mask [rows, tokens], owners [rows] (which text a row belongs to), one target a head.

    Targets: choice [texts], choices [texts, labels] as floats (-1 = unknown), spans [rows, tokens(, labels)].
    """

    ids: torch.Tensor
    mask: torch.Tensor
    owners: torch.Tensor
    count: int
    targets: tuple[torch.Tensor, ...]

    def to(self, device: torch.device) -> "Batch":
        targets = tuple(target.to(device) for target in self.targets)
        return Batch(self.ids.to(device), self.mask.to(device), self.owners.to(device), self.count, targets)


def chosen_windows(token_count: int, arguments: TrainingArguments, frame: int, rng: random.Random) -> list[Window]:
    """All windows of a text, or a random `max_windows` of them in text order."""
    windows = windows_of(0, token_count, arguments.max_length - frame, arguments.window_overlap)
    if len(windows) > arguments.max_windows:
        kept = sorted(rng.sample(range(len(windows)), arguments.max_windows))
        windows = [windows[index] for index in kept]
    return windows


def plan_epoch(
    examples: Sequence[PreparedExample], arguments: TrainingArguments, frame: int, epoch: int
) -> list[list[tuple[int, list[Window]]]]:
    """Steps of one epoch, each a list of (example number, its windows). The same seed gives the same plan."""
    rng = random.Random(arguments.seed * 100_003 + epoch)
    order = list(range(len(examples)))
    rng.shuffle(order)
    entries = [(index, chosen_windows(len(examples[index].tokens.ids), arguments, frame, rng)) for index in order]
    size = arguments.batch_size * _BUCKET_BATCHES
    steps: list[list[tuple[int, list[Window]]]] = []
    for first in range(0, len(entries), size):
        bucket = sorted(entries[first : first + size], key=lambda entry: sum(len(window) for window in entry[1]))
        steps.extend(cut(bucket, arguments, frame))
    rng.shuffle(steps)
    return steps


def cut(
    bucket: Sequence[tuple[int, list[Window]]], arguments: TrainingArguments, frame: int
) -> list[list[tuple[int, list[Window]]]]:
    """Parts of at most `batch_size` examples and `token_budget` tokens, padding included, in the given order."""
    steps: list[list[tuple[int, list[Window]]]] = []
    current: list[tuple[int, list[Window]]] = []
    rows = longest = 0
    for entry in bucket:
        entry_longest = max(longest, *(len(window) + frame for window in entry[1]))
        entry_rows = rows + len(entry[1])
        full = len(current) == arguments.batch_size or entry_rows * entry_longest > arguments.token_budget
        if current and full:
            steps.append(current)
            current, entry_rows = [], len(entry[1])
            entry_longest = max(len(window) + frame for window in entry[1])
        current.append(entry)
        rows, longest = entry_rows, entry_longest
    return [*steps, current] if current else steps


def assemble(
    step: Sequence[tuple[int, list[Window]]],
    examples: Sequence[PreparedExample],
    heads: Sequence[HeadSpec],
    tokenizer: TextTokenizer,
) -> Batch:
    """Turn one planned step into tensors."""
    chosen = [examples[index] for index, _ in step]
    windows = [Window(owner, window.first, window.last) for owner, (_, own) in enumerate(step) for window in own]
    ids, mask = tokenizer.collate([example.tokens for example in chosen], windows)
    owners = torch.tensor([window.owner for window in windows])
    targets = tuple(
        _span_target(chosen, windows, number, head, ids.shape[1], len(tokenizer.opening))
        if head.kind == "span"
        else _text_target(chosen, number, head)
        for number, head in enumerate(heads)
    )
    return Batch(ids, mask, owners, len(chosen), targets)


def _text_target(chosen: Sequence[PreparedExample], number: int, head: HeadSpec) -> torch.Tensor:
    if head.kind == "choice":
        values = [target for example in chosen for target in [example.targets[number]]]
        return torch.tensor([IGNORED if value is None else int(value) for value in values])
    unknown = np.full(len(head.labels), -1)
    rows = [unknown if example.targets[number] is None else example.targets[number] for example in chosen]
    return torch.from_numpy(np.stack(rows).astype(np.float32))  # type: ignore[arg-type]


def _span_target(
    chosen: Sequence[PreparedExample], windows: Sequence[Window], number: int, head: HeadSpec, length: int, offset: int
) -> torch.Tensor:
    shape = (len(windows), length, len(head.labels)) if head.overlap else (len(windows), length)
    tags = np.full(shape, IGNORED, dtype=np.int64)
    for row, window in enumerate(windows):
        target = chosen[window.owner].targets[number]
        if target is not None:
            tags[row, offset : offset + len(window)] = target[window.first : window.last]
    return torch.from_numpy(tags)

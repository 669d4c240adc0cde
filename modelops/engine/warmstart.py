"""Heads start from a linear fit on the frozen encoder, so that the adapter begins near a good answer."""

import random
from collections.abc import Iterator, Sequence

import torch

from modelops.engine.arguments import TrainingArguments
from modelops.engine.batches import Batch, assemble, chosen_windows
from modelops.engine.bio import IGNORED
from modelops.engine.examples import HeadSpec
from modelops.engine.losses import start_head
from modelops.engine.network import LabelNetwork, pooled
from modelops.engine.targets import PreparedExample
from modelops.engine.tokens import TextTokenizer

_MOST_TOKENS = 60_000
_ROWS = 32


def start_heads(
    network: LabelNetwork,
    examples: Sequence[PreparedExample],
    heads: Sequence[HeadSpec],
    weights: Sequence[torch.Tensor],
    tokenizer: TextTokenizer,
    arguments: TrainingArguments,
) -> None:
    """Fit every head of `network` on states of the encoder as it stands. Spans learn from at most 60,000 tokens."""
    texts: list[torch.Tensor] = []
    tokens: list[list[torch.Tensor]] = [[] for _ in heads]
    goals: list[list[torch.Tensor]] = [[] for _ in heads]
    seen = 0
    for batch, states in frozen_states(network, examples, heads, tokenizer, arguments):
        texts.append(pooled(states, batch.mask, batch.owners, batch.count))
        for number, head in enumerate(heads):
            target = batch.targets[number]
            if head.kind != "span":
                goals[number].append(target)
            elif seen < _MOST_TOKENS:
                known = target != IGNORED
                known = known.all(dim=-1) if head.overlap else known
                tokens[number].append(states[known])
                goals[number].append(target[known])
        seen += int(batch.mask.sum())
    for number, head in enumerate(heads):
        features = torch.cat(tokens[number]) if head.kind == "span" else torch.cat(texts)
        with torch.autocast(features.device.type, enabled=False):
            start_head(network.heads[number], features, torch.cat(goals[number]), head, weights[number])  # type: ignore[arg-type]


def frozen_states(
    network: LabelNetwork,
    examples: Sequence[PreparedExample],
    heads: Sequence[HeadSpec],
    tokenizer: TextTokenizer,
    arguments: TrainingArguments,
) -> Iterator[tuple[Batch, torch.Tensor]]:
    """Every example once, like lengths together: a batch and its token states [rows, tokens, hidden], no gradient."""
    network.eval()
    device = network.heads[0].linear.weight.device  # type: ignore[union-attr]
    rng = random.Random(arguments.seed)
    entries = [
        (index, chosen_windows(len(example.tokens.ids), arguments, tokenizer.frame, rng))
        for index, example in enumerate(examples)
    ]
    rng.shuffle(entries)
    size = _ROWS * 8
    for first in range(0, len(entries), size):
        bucket = sorted(entries[first : first + size], key=lambda entry: sum(len(window) for window in entry[1]))
        for start in range(0, len(bucket), _ROWS):
            batch = assemble(bucket[start : start + _ROWS], examples, heads, tokenizer).to(device)  # type: ignore[arg-type]
            with torch.no_grad():
                yield batch, network.states(batch.ids, batch.mask)

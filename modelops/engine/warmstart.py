"""Heads start from a linear fit on the frozen encoder, so that the adapter begins near a good answer."""

import random
from collections.abc import Iterator, Sequence

import torch

from modelops.engine.arguments import TrainingArguments
from modelops.engine.batches import Batch, assemble, chosen_windows
from modelops.engine.bio import IGNORED
from modelops.engine.examples import HeadSpec
from modelops.engine.head_start import Seen, start_head
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
    """Fit every head of `network` on states of the encoder as it stands."""
    seen = seen_by_heads(network, examples, heads, tokenizer, arguments)
    for module, head, own, weight in zip(network.heads, heads, seen, weights, strict=True):
        start_head(module, own, head, weight)  # type: ignore[arg-type]


def seen_by_heads(
    network: LabelNetwork,
    examples: Sequence[PreparedExample],
    heads: Sequence[HeadSpec],
    tokenizer: TextTokenizer,
    arguments: TrainingArguments,
) -> list[Seen]:
    """What the encoder as it stands makes of the examples, for each head. Spans learn from at most 60,000 tokens."""
    found: list[list[Seen]] = [[] for _ in heads]
    tokens = documents = 0
    for batch, states in frozen_states(network, examples, heads, tokenizer, arguments):
        texts = pooled(states, batch.mask, batch.owners, batch.count)
        each = torch.arange(documents, documents + batch.count, device=states.device)
        for one, head, target in zip(found, heads, batch.targets, strict=True):
            if head.kind != "span":
                one.append(Seen(texts, target, each))
            elif tokens < _MOST_TOKENS:
                known = target != IGNORED
                known = known.all(dim=-1) if head.overlap else known
                owners = each[batch.owners][:, None].expand(known.shape)
                one.append(Seen(states[known], target[known], owners[known]))
        tokens += int(batch.mask.sum())
        documents += batch.count
    return [_joined(one) for one in found]


def _joined(parts: Sequence[Seen]) -> Seen:
    columns = zip(*((part.features, part.target, part.owners) for part in parts), strict=True)
    return Seen(*(torch.cat(column) for column in columns))


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

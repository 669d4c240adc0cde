"""Several networks averaged into one of the same cost: a model soup (Wortsman et al. 2022, arXiv 2203.05482).

The mean of the members' low-rank changes is again one, of the sum of their ranks; their heads have one common start,
so their mean is one too. The mean is kept only where it is better on the held-out examples than the best member.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from modelops.engine.arguments import TrainingArguments
from modelops.engine.running import Tensors


@dataclass(frozen=True)
class Member:
    """What one network learned, and its mean loss on the held-out examples (None without any)."""

    tensors: Tensors
    loss: float | None


def averaged(members: Sequence[Member]) -> Tensors:
    """One adapter whose change of every layer is the mean of theirs, and the mean of their heads."""
    count = len(members)
    adapter = {
        name: torch.cat([one.tensors.adapter[name] for one in members], dim=0 if ".lora_A." in name else 1)
        / (1 if ".lora_A." in name else count)
        for name in members[0].tensors.adapter
    }
    heads = {
        name: torch.stack([one.tensors.heads[name] for one in members]).mean(dim=0) for name in members[0].tensors.heads
    }
    return Tensors(adapter, heads)


def widened(arguments: TrainingArguments, count: int) -> TrainingArguments:
    """Those of the averaged adapter: more rank, the same scale."""
    return replace(arguments, lora_rank=arguments.lora_rank * count, lora_alpha=arguments.lora_alpha * count)


def best_of(members: Sequence[Member]) -> int:
    """The member with the least held-out loss; the first one where none is known."""
    losses = [one.loss if one.loss is not None else 0.0 for one in members]
    return losses.index(min(losses))

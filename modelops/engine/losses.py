"""What each head is punished for."""

from collections.abc import Sequence

import torch
from torch.nn import functional

from modelops.engine.batches import Batch
from modelops.engine.bio import IGNORED
from modelops.engine.examples import HeadSpec
from modelops.engine.network import LabelNetwork, pooled


class LossDiverged(ValueError):
    """The loss, or a weight, is no number any more: nothing that follows could be of use. `step` counts from 1."""

    def __init__(self, step: int) -> None:
        super().__init__(f"At step {step} the loss was no number any more.")
        self.step = step


def head_loss(
    logits: torch.Tensor, target: torch.Tensor, head: HeadSpec, weights: torch.Tensor, smoothing: float = 0.0
) -> torch.Tensor:
    """Mean weighted cross-entropy over what is known; exactly 0 where nothing is.

    logits [..., width]; target as in Batch; weights as given by `loss_weights`.
    """
    if head.kind == "choices":
        known = (target >= 0).float()
        each = functional.binary_cross_entropy_with_logits(logits, target.clamp(min=0), reduction="none")
        each = each * torch.where(target > 0, weights, torch.ones_like(weights)) * known
        return each.sum() / known.sum().clamp(min=1)
    flat = logits.reshape(-1, 3 if head.kind == "span" and head.overlap else head.width)
    goal = target.reshape(-1)
    total = functional.cross_entropy(
        flat, goal, weight=weights, ignore_index=IGNORED, reduction="sum", label_smoothing=smoothing
    )
    known_goals = goal[goal != IGNORED]
    return total / weights[known_goals].sum().clamp(min=1e-6)


def network_loss(
    network: LabelNetwork, batch: Batch, heads: Sequence[HeadSpec], weights: Sequence[torch.Tensor], smoothing: float
) -> torch.Tensor:
    """Sum of the heads' losses on one batch, from one forward of the encoder."""
    states = network.states(batch.ids, batch.mask)
    texts = pooled(states, batch.mask, batch.owners, batch.count)
    total = states.new_zeros(())
    for module, head, target, weight in zip(network.heads, heads, batch.targets, weights, strict=True):
        if head.kind == "span":
            total = total + head_loss(module(states), target, head, weight)
        else:
            total = total + head_loss(module(texts), target, head, weight, smoothing if head.kind == "choice" else 0.0)
    return total

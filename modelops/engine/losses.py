"""What each head is punished for, and its quick start on the frozen encoder."""

from collections.abc import Sequence

import torch
from torch.nn import functional

from modelops.engine.batches import Batch
from modelops.engine.bio import IGNORED
from modelops.engine.examples import HeadSpec
from modelops.engine.network import Head, LabelNetwork, pooled

# As in logistic regression on standardized features: 0.05 to 3 are equally good on 77 classes, 0.003 costs 7 points.
_C = 0.1


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


def start_head(
    module: Head, features: torch.Tensor, target: torch.Tensor, head: HeadSpec, weights: torch.Tensor
) -> None:
    """Standardize the head's input and fit it on frozen `features` [rows, hidden] (ridge-penalized, L-BFGS).

    Without a known row the head is left at zero.
    """
    known = _known_rows(target, head)
    if not bool(known.any()):
        return
    features, target = features[known], target[known]
    module.mean.copy_(features.mean(dim=0))
    variance = features.var(dim=0, correction=0)
    module.scale.copy_((variance + 0.1 * variance.mean() + 1e-3).sqrt())
    parameters = list(module.linear.parameters())
    optimizer = torch.optim.LBFGS(parameters, max_iter=60, history_size=8, line_search_fn="strong_wolfe")
    penalty = 0.5 / _C / len(features)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = head_loss(module(features), target, head, weights)
        loss = loss + penalty * module.linear.weight.pow(2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]


def _known_rows(target: torch.Tensor, head: HeadSpec) -> torch.Tensor:
    if head.kind == "choices":
        return (target >= 0).all(dim=1)
    known = target != IGNORED
    return known if known.dim() == 1 else known.all(dim=1)

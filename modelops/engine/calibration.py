"""Temperatures: one number a head that makes its probabilities honest (Guo et al. 2017, arXiv 1706.04599)."""

import random
from collections.abc import Sequence

import torch

from modelops.engine.arguments import TrainingArguments
from modelops.engine.bio import IGNORED
from modelops.engine.examples import HeadSpec
from modelops.engine.losses import head_loss
from modelops.engine.targets import PreparedExample

_FEWEST_EXAMPLES = 200
_MOST_HELD_OUT = 200
_FEWEST_KNOWN = 15


def calibration_split(
    prepared: Sequence[PreparedExample], arguments: TrainingArguments
) -> tuple[list[PreparedExample], list[PreparedExample]]:
    """(learned, held out), drawn by seed; nothing is held out below 200 examples."""
    if len(prepared) < _FEWEST_EXAMPLES or not arguments.calibration_share:
        return list(prepared), []
    count = min(_MOST_HELD_OUT, round(len(prepared) * arguments.calibration_share))
    chosen = set(random.Random(arguments.seed).sample(range(len(prepared)), count))
    learned = [example for index, example in enumerate(prepared) if index not in chosen]
    return learned, [prepared[index] for index in sorted(chosen)]


def temperature(logits: torch.Tensor, goals: torch.Tensor, head: HeadSpec) -> float:
    """With the least log loss on [rows, width] of unseen examples, between 1/4 and 4; 1.0 for fewer than 15 of them."""
    unknown = -1 if head.kind == "choices" else IGNORED
    known = goals != unknown
    if int((known if known.dim() == 1 else known.all(dim=1)).sum()) < _FEWEST_KNOWN:
        return 1.0
    classes = {"choices": len(head.labels), "choice": len(head.labels), "span": 3 if head.overlap else head.width}
    even = torch.ones(classes[head.kind], device=logits.device)
    candidates = [2.0 ** (step / 16) for step in range(-32, 33)]
    with torch.autocast(logits.device.type, enabled=False):
        losses = [float(head_loss(logits / tried, goals, head, even)) for tried in candidates]
    best: float = candidates[losses.index(min(losses))]
    return best

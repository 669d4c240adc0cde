"""How a run ends: the heads are fitted anew on what the encoder has become, and for whole texts it goes a part of the
way back.

Heads that went along with the adapter know their few hundred texts by heart. On whole texts an encoder between the
frozen and the adapted one (WiSE-FT, arXiv 2109.01903) reads better than both; on tokens the adapted one does. The
measurements: docs/decisions/0020-how-a-run-ends.md.
"""

from collections.abc import Sequence

import torch
from torch import nn

from modelops.engine.arguments import TrainingArguments
from modelops.engine.calibration import temperature
from modelops.engine.examples import HeadSpec
from modelops.engine.head_start import refit_head, start_head
from modelops.engine.network import LabelNetwork
from modelops.engine.targets import PreparedExample
from modelops.engine.tokens import TextTokenizer
from modelops.engine.warmstart import seen_by_heads

_OF_TEXTS, _OF_TOKENS = 0.6, 1.0


def close(  # noqa: PLR0913 - a network, what it learned from, and how
    network: LabelNetwork,
    learned: Sequence[PreparedExample],
    held_out: Sequence[PreparedExample],
    heads: Sequence[HeadSpec],
    weights: Sequence[torch.Tensor],
    tokenizer: TextTokenizer,
    arguments: TrainingArguments,
) -> tuple[float, ...]:
    """Keep a share of what the adapter changed, fit the heads, and return their temperatures.

    The temperatures are those of heads that learned nothing from `held_out`; after that these examples teach, too.
    """
    weaken(network.encoder, arguments.adapter_share or share_for(heads))
    seen = seen_by_heads(network, learned, heads, tokenizer, arguments)
    unseen = seen_by_heads(network, held_out, heads, tokenizer, arguments) if held_out else [None] * len(heads)
    found = []
    for module, head, own, new, weight in zip(network.heads, heads, seen, unseen, weights, strict=True):
        c = start_head(module, own, head, weight, new)  # type: ignore[arg-type]
        if new is None or c is None:
            found.append(1.0)
            continue
        with torch.no_grad():
            found.append(temperature(module(new.features).float(), new.target, head))
        refit_head(module, own + new, head, weight, c)  # type: ignore[arg-type]
    return tuple(found)


def share_for(heads: Sequence[HeadSpec]) -> float:
    """How much of the adapter's change is kept when nobody says it."""
    return _OF_TOKENS if any(head.kind == "span" for head in heads) else _OF_TEXTS


def weaken(adapted: nn.Module, share: float) -> None:
    """Multiply what the adapter adds to every layer, B A x (arXiv 2106.09685), by `share`."""
    with torch.no_grad():
        for name, value in adapted.named_parameters():
            if "lora_B" in name:
                value.mul_(share)

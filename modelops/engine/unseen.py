"""What an answer loses in the encoder's last layers when its other words no longer see a word.

Attention gives token s the mean o_s = sum over tokens t of a_st v_t. Without the tokens of a word it would be

    o_s' = (o_s - sum over t in word of a_st v_t) / (1 - sum over t in word of a_st)

in one head of one layer, and exactly so. What o_s' - o_s changes in the answer is taken to first order: times the
gradient of the answer by o_s. One short backward through the last layers so serves all words of a text, where leaving
out every word in turn takes a forward a word.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from transformers import BertModel
from transformers.models.bert.modeling_bert import BertLayer

# Every further layer costs about 1/12 of a forward of the default encoder.
LAST_LAYERS = 2
# A token that attends to one word alone would be left with nothing: so much of its attention can go at most.
_MOST_SHARE = 0.99


@dataclass(frozen=True)
class Attention:
    """One layer's shares a_st [rows, heads, tokens, tokens], values v_t and means o_s [rows, heads, tokens, size]."""

    shares: torch.Tensor
    values: torch.Tensor
    means: torch.Tensor


class LastLayers:
    """The last layers of an encoder, computed step by step, so that gradients by their attention can be had."""

    def __init__(self, encoder: BertModel) -> None:
        layers = encoder.encoder.layer[-LAST_LAYERS:]
        self._layers = [layer for layer in layers if isinstance(layer, BertLayer)]
        self._type = encoder.dtype

    def read(self, states: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, list[Attention]]:
        """Final states [rows, tokens, hidden] from those below the last layers. Gradients reach no lower."""
        states, seen = states.to(self._type), []
        hidden = (mask == 0)[:, None, None, :] if not bool(mask.all()) else None
        for layer in self._layers:
            attention = _attention(layer, states, hidden)
            seen.append(attention)
            states = layer.attention.output(attention.means.transpose(1, 2).flatten(2), states)
            states = layer.output(layer.intermediate(states), states)
        return states.float(), seen


def lost_unseen(answer: torch.Tensor, seen: Sequence[Attention], words: torch.Tensor) -> torch.Tensor:
    """By how much `answer`, a sum of one number a row, falls when a word is unseen by the others: [rows, words].

    `words` [rows, words, tokens] is 1 where a token belongs to a word, else 0.
    """
    gradients = torch.autograd.grad(answer, [one.means for one in seen], retain_graph=True)
    with torch.no_grad():
        lost = [_lost(one, gradient, words) for one, gradient in zip(seen, gradients, strict=True)]
        return torch.stack(lost).sum(dim=0)


def _attention(layer: BertLayer, states: torch.Tensor, hidden: torch.Tensor | None) -> Attention:
    own = layer.attention.self
    queries, keys, values = (
        project(states).unflatten(2, (own.num_attention_heads, -1)).transpose(1, 2)
        for project in (own.query, own.key, own.value)
    )
    fits = (queries / own.attention_head_size**0.5) @ keys.transpose(2, 3)
    if hidden is not None:
        fits = fits.masked_fill_(hidden, -torch.inf)
    shares = fits.softmax(dim=-1)
    means = shares @ values
    return Attention(shares, values, means if means.requires_grad else means.requires_grad_())


def _lost(attention: Attention, gradient: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
    # Row by row, what is needed on the way stays in the processor's cache.
    rows = zip(attention.shares.float(), attention.values.float(), gradient.float(), words, strict=True)
    return torch.stack([_lost_of_row(*row) for row in rows])


def _lost_of_row(
    shares: torch.Tensor, values: torch.Tensor, gradient: torch.Tensor, words: torch.Tensor
) -> torch.Tensor:
    told = shares * (gradient @ values.transpose(1, 2))
    members = words.T
    share = (shares @ members).clamp_(max=_MOST_SHARE)
    change = (share * told.sum(dim=2, keepdim=True)).sub_(told @ members)
    by_token = change.div_(share.neg_().add_(1.0)).sum(dim=0)
    return -(by_token * (1 - members)).sum(dim=0)

"""What an answer loses in the encoder's last layers when its other words no longer see a word.

Attention gives token s the mean o_s = sum over tokens t of a_st v_t. Without the tokens of a word it would be

    o_s' = (o_s - sum over t in word of a_st v_t) / (1 - sum over t in word of a_st)

in one head of one layer, and exactly so. What o_s' - o_s changes in the answer is taken to first order: times the
gradient of the answer by o_s. One such gradient serves all words of a text, where leaving out every word in turn takes
a forward a word.

The gradient is no exact one either, which makes it a third as dear. Attention is taken as a mean with given shares, as
if they did not depend on the states. And the feed-forward part W_2 gelu(W_1 y) is passed once for the whole text: the
mean of its tokens' gradients times the slopes gelu'(W_1 y) at the mean of its tokens' y, the outcome given to each
token. Both normalizations are exact, token by token. A layer so costs 2 products of hidden^2 a token, not 12.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from transformers import BertModel
from transformers.models.bert.modeling_bert import BertLayer

LAST_LAYERS = 3
# A token that attends to one word alone would be left with nothing: so much of its attention can go at most.
_MOST_SHARE = 0.99


@dataclass(frozen=True)
class Asked:
    """Some answers of one row: directions [answers, hidden], each times the sum of the row's final states.

    `words` [words, tokens] is 1 where a token belongs to a word, and as long as the row is without padding.
    """

    pulls: torch.Tensor
    words: torch.Tensor


@dataclass(frozen=True)
class Normalized:
    """A normalization as it was done: what was given [rows, tokens, hidden], and its mean and 1 / deviation."""

    given: torch.Tensor
    mean: torch.Tensor
    scale: torch.Tensor

    def back(self, gradients: torch.Tensor, items: "Items", norm: torch.nn.LayerNorm) -> torch.Tensor:
        """Gradients by what was given, from those by the outcome; both [items, hidden]."""
        given, mean, scale = (part[items.rows, items.tokens] for part in (self.given, self.mean, self.scale))
        wanted = [True, False, False]
        back: torch.Tensor = torch.ops.aten.native_layer_norm_backward(
            gradients, given, list(norm.normalized_shape), mean, scale, norm.weight, norm.bias, wanted
        )[0]
        return back


@dataclass(frozen=True)
class Passed:
    """What one layer did: shares a_st [rows, heads, tokens, tokens], values v_t [rows, heads, tokens, size].

    And what a row's feed-forward part has before its GELU, on the mean [rows, inner], and both normalizations.
    """

    shares: torch.Tensor
    values: torch.Tensor
    inner: torch.Tensor
    attended: Normalized
    fed: Normalized

    def of_row(self, row: int, count: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Shares and values without padding."""
        return self.shares[row, :, :count, :count], self.values[row, :, :count]


class Items:
    """Each token of each answer of a batch, row by row, answer by answer: they go through a layer side by side."""

    def __init__(self, asked: Sequence[Asked], device: torch.device) -> None:
        self.shapes = [(len(one.pulls), one.words.shape[1]) for one in asked]
        shapes = list(enumerate(self.shapes))
        answer_rows = [row for row, (answers, _) in shapes for _ in range(answers)]
        lengths = torch.tensor([tokens for _, (answers, tokens) in shapes for _ in range(answers)], dtype=torch.long)
        self.answer_rows = torch.tensor(answer_rows, dtype=torch.long, device=device)
        self.lengths = lengths.to(device)
        self.answers = torch.arange(len(lengths)).repeat_interleave(lengths).to(device)
        self.rows = self.answer_rows[self.answers]
        self.tokens = torch.cat([torch.arange(length) for length in lengths.tolist()]).to(device)

    def by_row(self, states: torch.Tensor, heads: int) -> list[torch.Tensor]:
        """[items, hidden] to one [answers, heads, tokens, size] a row."""
        parts = torch.split(states, [answers * tokens for answers, tokens in self.shapes])
        return [
            part.view(*shape, heads, states.shape[1] // heads).transpose(1, 2)
            for part, shape in zip(parts, self.shapes, strict=True)
        ]


class LastLayers:
    """The last layers of an encoder, forward and backward step by step. Raises ValueError if their GELU is no GELU."""

    def __init__(self, encoder: BertModel) -> None:
        if encoder.config.hidden_act != "gelu":
            raise ValueError(f"An encoder with {encoder.config.hidden_act!r} can't be explained, only one with 'gelu'.")
        layers = encoder.encoder.layer[-LAST_LAYERS:]
        self._layers = [layer for layer in layers if isinstance(layer, BertLayer)]
        self._type = encoder.dtype

    def read(self, states: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, list[Passed]]:
        """Final states [rows, tokens, hidden] from those below the last layers, and what each layer did."""
        states, passed = states.to(self._type), []
        for layer in self._layers:
            states, done = _pass(layer, states, mask)
            passed.append(done)
        return states.float(), passed

    def lost(self, passed: Sequence[Passed], asked: Sequence[Asked]) -> list[torch.Tensor]:
        """By how much each answer falls when a word is unseen by the others: [answers, words] for each row."""
        lost = [torch.zeros(len(one.pulls), len(one.words), device=one.words.device) for one in asked]
        if not any(len(one.pulls) for one in asked):
            return lost
        for done, gradients in self.gradients(passed, asked):
            for row, (one, own) in enumerate(zip(asked, gradients, strict=True)):
                shares, values = done.of_row(row, one.words.shape[1])
                lost[row] += lost_unseen(shares.float(), values.float(), own.float(), one.words)
        return lost

    def gradients(
        self, passed: Sequence[Passed], asked: Sequence[Asked]
    ) -> Iterator[tuple[Passed, list[torch.Tensor]]]:
        """Gradients by the means o_s, [answers, heads, tokens, size] for each row, the last layer first."""
        items = Items(asked, passed[0].shares.device)
        pulls = torch.cat([one.pulls for one in asked]).to(self._type)[items.answers]
        for place in range(len(self._layers) - 1, -1, -1):
            layer, done = self._layers[place], passed[place]
            pulls = done.fed.back(pulls, items, layer.output.LayerNorm)
            pulls = pulls + _fed_back(layer, pulls, done.inner, items)[items.answers]
            pulls = done.attended.back(pulls, items, layer.attention.output.LayerNorm)
            heads = layer.attention.self.num_attention_heads
            by_means = items.by_row(pulls @ layer.attention.output.dense.weight, heads)
            yield done, by_means
            if place:
                pulls = pulls + _seen_back(done, by_means) @ layer.attention.self.value.weight


def lost_unseen(
    shares: torch.Tensor, values: torch.Tensor, gradients: torch.Tensor, words: torch.Tensor
) -> torch.Tensor:
    """What answers lose in one layer of one text, [answers, words].

    `shares` [heads, tokens, tokens], `values` [heads, tokens, size], `gradients` [answers, heads, tokens, size],
    `words` [words, tokens].
    """
    members = words.T
    share = (shares @ members).clamp_(max=_MOST_SHARE)
    # The tokens of a word lose nothing by it: they are gone. [heads, tokens, words]
    grown = (1 - members) / (1 - share)
    told = (gradients @ values.transpose(1, 2)).mul_(shares)
    kept = told.sum(dim=3).flatten(1) @ share.mul_(grown).flatten(0, 1)
    return (told @ members).mul_(grown).sum(dim=(1, 2)) - kept


def _pass(layer: BertLayer, states: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, Passed]:
    own = layer.attention.self
    queries, keys, values = (
        project(states).unflatten(2, (own.num_attention_heads, -1)).transpose(1, 2)
        for project in (own.query, own.key, own.value)
    )
    fits = (queries / own.attention_head_size**0.5) @ keys.transpose(2, 3)
    if not bool(mask.all()):
        fits = fits.masked_fill_((mask == 0)[:, None, None, :], -torch.inf)
    shares = fits.softmax(dim=-1)
    means = (shares @ values).transpose(1, 2).flatten(2)
    states, attended = _normalized(layer.attention.output.LayerNorm, layer.attention.output.dense(means) + states)
    inner = layer.intermediate.dense(states)
    token_shares = (mask / mask.sum(dim=1, keepdim=True)).to(inner.dtype)
    mean_inner = (token_shares[:, None] @ inner)[:, 0]
    states, fed = _normalized(layer.output.LayerNorm, layer.output.dense(torch.nn.functional.gelu(inner)) + states)
    return states, Passed(shares, values, mean_inner, attended, fed)


def _normalized(norm: torch.nn.LayerNorm, given: torch.Tensor) -> tuple[torch.Tensor, Normalized]:
    states, mean, scale = torch.native_layer_norm(given, norm.normalized_shape, norm.weight, norm.bias, norm.eps)
    return states, Normalized(given, mean, scale)


def _fed_back(layer: BertLayer, pulls: torch.Tensor, inner: torch.Tensor, items: Items) -> torch.Tensor:
    """The answers' mean gradients [answers, hidden] taken back through the feed-forward part alone."""
    means = pulls.new_zeros(len(items.lengths), pulls.shape[1]).index_add_(0, items.answers, pulls)
    means /= items.lengths[:, None]
    # The slope of GELU is what comes back of a gradient of 1.
    slopes = torch.ops.aten.gelu_backward(torch.ones_like(inner), inner)[items.answer_rows]
    back: torch.Tensor = ((means @ layer.output.dense.weight) * slopes) @ layer.intermediate.dense.weight
    return back


def _seen_back(done: Passed, by_means: Sequence[torch.Tensor]) -> torch.Tensor:
    """Gradients by the values, [items, hidden]."""
    by_values = [done.of_row(row, own.shape[2])[0].transpose(1, 2) @ own for row, own in enumerate(by_means)]
    return torch.cat([own.transpose(1, 2).flatten(2).flatten(0, 1) for own in by_values])

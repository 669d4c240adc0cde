"""A BERT-like encoder (arXiv 1810.04805) that multiplies in int8; attention, norms and embeddings are in float32."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from transformers import BertModel
from transformers.activations import GELUActivation

from modelops.engine.int8 import Int8Linear

_STEP = 16
# x times the normal distribution's share below x is nowhere less (arXiv 1606.08415).
_LEAST_GELU = -0.17


class Int8Encoder:
    """Calculates what `encoder` does, with its linear layers rounded; embeddings are shared, the rest is copied.

    Rows of all texts go through a layer as one matrix, query, key and value by one product: the same states are
    rounded once for the three.
    """

    def __init__(self, encoder: BertModel) -> None:
        self.embeddings = encoder.embeddings
        self._heads: int = encoder.config.num_attention_heads
        self._layers = [_Layer.rounded(layer) for layer in encoder.encoder.layer]

    def __call__(self, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """Token states [texts, tokens, hidden], float32, of `ids` and `mask` [texts, tokens]; None masks nothing."""
        texts, tokens = ids.shape
        states: torch.Tensor = self.embeddings(input_ids=ids).float().flatten(0, 1)
        attend = _Attention(texts, tokens, states.shape[1], self._heads, mask)
        for layer in self._layers:
            layer.query_key_value(states, into=attend.projected)
            states = layer.attention_norm(layer.attention_output(attend(), may_overwrite=True).add_(states))
            states = layer.output_norm(layer.feed_forward(states).add_(states))
        return states.view(texts, tokens, -1)


class _Attention:
    """Of one batch, layer after layer: put query, key and value into `projected` [texts, tokens, 3 hidden], then call.

    Keys and values have masked room up to a multiple of `_STEP`: PyTorch's kernel takes exponentials in vectors of 16
    and what is left one by one, which costs up to twice the time (measured with 2.13).
    """

    def __init__(self, texts: int, tokens: int, hidden: int, heads: int, mask: torch.Tensor | None) -> None:
        room = -(-tokens // _STEP) * _STEP
        self._all = torch.zeros(texts, room, 3 * hidden)
        self._split = self._all.view(texts, room, 3, heads, -1).permute(2, 0, 3, 1, 4)
        self.projected = self._all[:, :tokens]
        self._added: torch.Tensor | None = None
        if mask is not None or room > tokens:
            added = torch.full((texts, room), -torch.inf)
            added[:, :tokens] = 0.0 if mask is None else torch.where(mask == 0, -torch.inf, 0.0)
            self._added = added[:, None, None, :].expand(-1, 1, tokens, -1)

    def __call__(self) -> torch.Tensor:
        """What each token sees: [texts * tokens, hidden]."""
        queries, keys, values = self._split
        queries = queries[:, :, : self.projected.shape[1]]
        seen = nn.functional.scaled_dot_product_attention(queries, keys, values, attn_mask=self._added)
        return seen.transpose(1, 2).flatten(2).flatten(0, 1)


@dataclass(frozen=True)
class _Layer:
    """Named as in transformers; query, key and value are one matrix."""

    query_key_value: Int8Linear
    attention_output: Int8Linear
    attention_norm: nn.LayerNorm
    intermediate: Int8Linear
    activation: nn.Module
    output: Int8Linear
    output_norm: nn.LayerNorm

    def feed_forward(self, states: torch.Tensor) -> torch.Tensor:
        """[rows, hidden] -> [rows, hidden]. The states in between are the widest: they are changed where they lie."""
        wide: torch.Tensor = self.intermediate(states)
        lowest = None
        if isinstance(self.activation, GELUActivation):
            torch.ops.aten.gelu_(wide)
            lowest = _LEAST_GELU
        else:
            wide = self.activation(wide)
        narrow: torch.Tensor = self.output(wide, may_overwrite=True, lowest=lowest)
        return narrow

    @classmethod
    def rounded(cls, layer: Any) -> "_Layer":  # Any: transformers types its layers as plain modules
        attention = layer.attention.self
        return cls(
            Int8Linear(_side_by_side(attention.query, attention.key, attention.value)),
            Int8Linear(layer.attention.output.dense),
            _in_float32(layer.attention.output.LayerNorm),
            Int8Linear(layer.intermediate.dense),
            layer.intermediate.intermediate_act_fn,
            Int8Linear(layer.output.dense),
            _in_float32(layer.output.LayerNorm),
        )


def _side_by_side(*layers: nn.Linear) -> nn.Linear:
    joined = nn.Linear(layers[0].in_features, sum(layer.out_features for layer in layers))
    joined.weight = nn.Parameter(torch.cat([layer.weight.detach() for layer in layers]))
    joined.bias = nn.Parameter(torch.cat([layer.bias.detach() for layer in layers]))
    return joined


def _in_float32(norm: nn.LayerNorm) -> nn.LayerNorm:
    copied = nn.LayerNorm(norm.normalized_shape, eps=norm.eps)
    copied.load_state_dict({name: tensor.float() for name, tensor in norm.state_dict().items()})
    return copied.requires_grad_(requires_grad=False)

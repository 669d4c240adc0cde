"""Linear layers in 8-bit whole numbers: weights by output channel, activations by token.

    y_tn = s_t * c_n * sum over k of q_tk p_nk + b_n,   q_tk = round(x_tk / s_t),  s_t = max over k of |x_tk| / 127

and p_nk, c_n likewise from the rows of the weight. By token, because one token's outlier then costs no other token its
digits, and a text's answer does not depend on the texts beside it.
"""

from functools import cache

import torch
from torch import nn

from modelops.engine.network import least_seconds, prefers_bfloat16, thread_limit

_MOST = 127
# Activations are unsigned and their zero stands here: bytes with a sign would go the slow way without AMX. Adding it
# to the bits of a number with a sign wraps around to the right byte.
_ZERO = 128
# Keeps a row of zeros from dividing by zero.
_LEAST = 1e-12
# Of the operator's output: scale, zero and type; nothing is to be done after it.
_AS_FLOATS = (1.0, 0, torch.float32, "none", (), "")
# (rows, hidden, inner) of a batch and the layers of the default encoder.
_PROBE = (512, 384, 1536)


class Int8Linear(nn.Module):
    """A linear layer with its weight rounded: [rows, inputs] -> [rows, outputs], float32."""

    def __init__(self, plain: nn.Linear) -> None:
        super().__init__()
        weight = plain.weight.detach().float()
        scales = _scales(weight)
        packed = torch.ops.onednn.qlinear_prepack((weight / scales).round_().to(torch.int8), None)
        self._weight = (packed, scales.flatten(), torch.zeros(len(weight), dtype=torch.int64))
        self._bias = torch.zeros(len(weight)) if plain.bias is None else plain.bias.detach().float()

    def forward(
        self,
        states: torch.Tensor,
        *,
        may_overwrite: bool = False,
        into: torch.Tensor | None = None,
        lowest: float | None = None,
    ) -> torch.Tensor:
        """`may_overwrite`: `states` are of no use afterwards, which saves a round through memory.

        `into`: where the result is written, [..., outputs] with as many rows. `lowest`: no state lies below it, so
        that the smallest of a row need not be looked for.
        """
        scales = _scales(states) if lowest is None else _scales_above(states, lowest)
        divided = torch.mul(states, scales.reciprocal(), out=states if may_overwrite else None)
        whole = divided.round_().to(torch.int8).view(torch.uint8).add_(_ZERO)
        product: torch.Tensor = torch.ops.onednn.qlinear_pointwise(whole, 1.0, _ZERO, *self._weight, None, *_AS_FLOATS)
        out = product if into is None else into
        return torch.addcmul(self._bias, product.view(out.shape), scales.view(*out.shape[:-1], 1), out=out)


def supports_int8(device: torch.device) -> bool:
    """Whether the processor adds up products of bytes without overflow (VNNI) and PyTorch makes use of it."""
    has_operator = hasattr(torch.ops.onednn, "qlinear_pointwise")
    return device.type == "cpu" and has_operator and bool(torch.cpu._is_vnni_supported())


def prefers_int8(device: torch.device) -> bool:
    """Whether it is worth it there: at least 1.2 times as fast as what is served otherwise, measured once (0.1 s)."""
    return supports_int8(device) and _processor_prefers_int8()


@cache
def _processor_prefers_int8() -> bool:
    rows, hidden, inner = _PROBE
    kind = torch.bfloat16 if prefers_bfloat16(torch.device("cpu")) else torch.float32
    with torch.random.fork_rng(), thread_limit(1), torch.inference_mode():
        plain = [nn.Linear(*shape, dtype=kind) for shape in ((hidden, hidden), (hidden, inner), (inner, hidden))]
        fewer = [Int8Linear(layer) for layer in plain]
        states = torch.randn(rows, hidden, dtype=kind)
        return 1.2 * _seconds(nn.Sequential(*fewer), states) <= _seconds(nn.Sequential(*plain), states)


def _seconds(layers: nn.Module, states: torch.Tensor) -> float:
    return least_seconds(lambda: layers(states))


def _scales(rows: torch.Tensor) -> torch.Tensor:
    """What one step of a row's whole numbers is worth, [rows, 1]."""
    # Two passes over the row, and still faster than one over absolute values, which have to be written somewhere.
    highest, lowest = rows.amax(dim=1, keepdim=True), rows.amin(dim=1, keepdim=True)
    return torch.maximum(highest, lowest.neg_()).clamp_(min=_LEAST).div_(_MOST)


def _scales_above(rows: torch.Tensor, lowest: float) -> torch.Tensor:
    return rows.amax(dim=1, keepdim=True).clamp_(min=max(-lowest, _LEAST)).div_(_MOST)

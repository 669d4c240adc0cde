"""Linear layers in 8-bit whole numbers: weights by output channel, activations by token.

    y_tn = s_t * c_n * sum over k of q_tk p_nk + b_n,   q_tk = round(x_tk / s_t),  s_t = max over k of |x_tk| / 127

and p_nk, c_n likewise from the rows of the weight. By token, because one token's outlier then costs no other token its
digits, and a text's answer does not depend on the texts beside it.
"""

import time
from copy import deepcopy
from functools import cache

import torch
from torch import nn
from transformers import BertModel

from modelops.engine.network import prefers_bfloat16, thread_limit

_MOST = 127
# Activations are unsigned and their zero stands here: bytes with a sign would go the slow way without AMX.
_ZERO = 128
# Keeps a row of zeros from dividing by zero.
_LEAST = 1e-12
# Of the operator's output: scale, zero and type; nothing is to be done after it.
_AS_FLOATS = (1.0, 0, torch.float32, "none", (), "")
# (rows, hidden, inner) of a batch and the layers of the default encoder.
_PROBE = (512, 384, 1536)


class Int8Linear(nn.Module):
    """A linear layer with its weight rounded; takes and gives the type of numbers that `plain` would."""

    def __init__(self, plain: nn.Linear) -> None:
        super().__init__()
        whole, scales = _rounded(plain.weight.detach().float())
        packed = torch.ops.onednn.qlinear_prepack(whole.to(torch.int8), None)
        self._weight = (packed, scales.flatten(), torch.zeros(len(whole), dtype=torch.int64))
        self._bias = torch.zeros(len(whole)) if plain.bias is None else plain.bias.detach().float()

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        whole, scales = _rounded(states.float().flatten(0, -2))
        shifted = whole.add_(_ZERO).to(torch.uint8)
        product: torch.Tensor = torch.ops.onednn.qlinear_pointwise(
            shifted, 1.0, _ZERO, *self._weight, None, *_AS_FLOATS
        )
        torch.addcmul(self._bias, product, scales, out=product)
        return product.view(*states.shape[:-1], -1).to(states.dtype)


def in_int8(encoder: BertModel) -> BertModel:
    """A copy that multiplies in int8; embeddings are shared, attention and norms stay as they are."""
    linear = {id(module): Int8Linear(module) for module in encoder.modules() if isinstance(module, nn.Linear)}
    return deepcopy(encoder, {id(encoder.embeddings): encoder.embeddings, **linear})


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
    seconds: list[float] = []
    for _ in range(12):
        before = time.thread_time()
        layers(states)
        seconds.append(time.thread_time() - before)
    return min(seconds)


def _rounded(rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Whole numbers (still as floats) and the scale of each row: [rows, columns] and [rows, 1]."""
    scales = rows.abs().amax(dim=1, keepdim=True).clamp_(min=_LEAST).div_(_MOST)
    return (rows / scales).round_(), scales

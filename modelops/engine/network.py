"""One encoder, one adapter and one linear head per label set, all read from a single forward."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import nn
from transformers import BertModel
from transformers.utils import logging as transformers_logging

from modelops.engine.arguments import TrainingArguments
from modelops.engine.encoders import EncoderFolder
from modelops.engine.examples import HeadSpec


class Head(nn.Module):
    """A linear layer on standardized features: [..., hidden] -> [..., width]."""

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, hidden: int, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(hidden))
        self.register_buffer("scale", torch.ones(hidden))
        self.linear = nn.Linear(hidden, width)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.linear((features - self.mean) / self.scale)
        return logits

    def folded(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Weight [width, hidden] and bias [width] for features that are not standardized."""
        weight = (self.linear.weight / self.scale).detach()
        return weight, self.linear.bias.detach() - weight @ self.mean


class LabelNetwork(nn.Module):
    """The adapted encoder with its heads, in the order of the head specs."""

    def __init__(self, encoder: nn.Module, hidden: int, heads: Sequence[HeadSpec]) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = nn.ModuleList(Head(hidden, head.width) for head in heads)

    def start_learning(self) -> None:
        """Only the adapter drops out; the frozen layers always run as they will when serving."""
        self.eval()
        for name, module in self.encoder.named_modules():
            if "lora_dropout" in name:
                module.train()

    def states(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Token states [rows, tokens, hidden], float32."""
        states: torch.Tensor = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        return states.float()


def load_encoder(folder: EncoderFolder) -> BertModel:
    """The frozen encoder in float32, without a pooler (a missing pooler would be filled with random numbers)."""
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    model = BertModel.from_pretrained(
        folder.path, add_pooling_layer=False, use_safetensors=True, local_files_only=True, dtype=torch.float32
    )
    model.requires_grad_(False)
    frozen: BertModel = model.train(False)
    return frozen


def with_adapter(encoder: BertModel, arguments: TrainingArguments) -> PeftModel:
    """Wrap `encoder` with fresh LoRA layers (Hu et al. 2021, arXiv 2106.09685)."""
    config = LoraConfig(
        r=arguments.lora_rank,
        lora_alpha=arguments.lora_alpha,
        lora_dropout=arguments.lora_dropout,
        target_modules=list(arguments.lora_targets),
        bias="none",
    )
    adapted = get_peft_model(encoder, config)
    if not isinstance(adapted, PeftModel):
        raise TypeError("The encoder could not take an adapter.")
    return adapted


def pooled(states: torch.Tensor, mask: torch.Tensor, owners: torch.Tensor, count: int) -> torch.Tensor:
    """Mean over a text's tokens, all its rows together: [rows, tokens, hidden] -> [count, hidden]."""
    weights = mask.to(states.dtype)
    sums = torch.zeros(count, states.shape[-1], dtype=states.dtype, device=states.device)
    sums = sums.index_add(0, owners, (states * weights.unsqueeze(-1)).sum(dim=1))
    lengths = torch.zeros(count, dtype=states.dtype, device=states.device).index_add(0, owners, weights.sum(dim=1))
    return sums / lengths.clamp(min=1).unsqueeze(-1)


def prefers_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 is worth it there: supported in hardware and, on a processor, at least 1.2 times as fast.

    Some processors have AVX512-BF16 and still multiply float32 matrices faster, so it is measured once (0.1 s).
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return _processor_prefers_bfloat16()


@cache
def _processor_prefers_bfloat16() -> bool:
    probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    if not any(getattr(torch.cpu, probe, lambda: False)() for probe in probes):
        return False
    with thread_limit(1), torch.inference_mode():
        return 1.2 * _product_seconds(torch.bfloat16) <= _product_seconds(torch.float32)


def _product_seconds(dtype: torch.dtype) -> float:
    left, right = torch.ones(256, 384, dtype=dtype), torch.ones(1536, 384, dtype=dtype)
    return least_seconds(lambda: nn.functional.linear(left, right))


def least_seconds(work: Callable[[], object]) -> float:
    """Of this thread's processor time, over a dozen calls: what else the machine does can only add to it."""
    seconds: list[float] = []
    for _ in range(12):
        before = time.thread_time()
        work()
        seconds.append(time.thread_time() - before)
    return min(seconds)


def device_for(name: str | None) -> torch.device:
    """The named device, or CUDA when present, else the processor."""
    return torch.device(name or ("cuda" if torch.cuda.is_available() else "cpu"))


@contextmanager
def thread_limit(count: int) -> Iterator[None]:
    """Use `count` threads inside and restore the process's setting afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)

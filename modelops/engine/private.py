"""Heads with differential privacy: what they learned says almost nothing about any one document.

DP-SGD (Abadi et al. 2016, arXiv 1607.00133) with Poisson sampling and Rényi accounting, by Opacus, on states of the
frozen encoder. The adapter stays as it is (`private_adapter.py` teaches it, too). The number of documents and the label
sets count as public. The noise is drawn from a secret seed, so no two such runs are alike.
"""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import torch
from opacus import GradSampleModule
from opacus.accountants import RDPAccountant
from opacus.optimizers import DPOptimizer
from torch.nn import functional

from modelops.engine.arguments import TrainingArguments
from modelops.engine.bio import IGNORED
from modelops.engine.encoders import EncoderFolder
from modelops.engine.examples import Example, HeadSpec
from modelops.engine.losses import LossDiverged
from modelops.engine.memory import is_out_of_memory, release, split
from modelops.engine.network import pooled
from modelops.engine.running import Entries, TrainingRun
from modelops.engine.targets import PreparedExample
from modelops.engine.tokens import TokenizedText
from modelops.engine.warmstart import frozen_states

logger = logging.getLogger(__name__)

_EPOCHS = 20
# Each document joins a step with this chance; a public number of steps follows.
_RATE = 0.15
LEARNING_RATE = 0.05
_CLIP = 1.0
# Noise of the released mean of all embeddings, in their largest length: it costs next to no privacy.
_MEAN_NOISE = 10.0
# Length of a document's features; the gradients are clipped, so only the order of magnitude counts.
_LENGTH = 3.0
_AT_ONCE = 64


@dataclass(frozen=True)
class Remembered:
    """One document as the frozen encoder sees it: mean state [hidden], states [tokens, hidden], one target a head."""

    text: torch.Tensor
    tokens: torch.Tensor
    targets: tuple[torch.Tensor, ...]


@cache
def noise_for(epsilon: float, delta: float, steps: int) -> float:
    """The least noise multiplier that keeps `steps` of Poisson sampling and the released mean within the budget."""
    low, high = 0.2, 500.0
    for _ in range(24):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if epsilon_of(middle, delta, steps) > epsilon else (low, middle)
    return high


def epsilon_of(noise: float, delta: float, steps: int) -> float:
    accountant = RDPAccountant()
    accountant.history = [(_MEAN_NOISE, 1.0, 1), (noise, _RATE, steps)]
    return float(accountant.get_epsilon(delta))


class PrivateRun(TrainingRun):
    """Learns the heads alone. All that would look at gold without noise is off: see `_without_leaks`."""

    # Of the steps, the last ones, whose mean is kept.
    kept_share = 0.5

    def __init__(
        self,
        examples: Sequence[Example],
        heads: Sequence[HeadSpec],
        arguments: TrainingArguments,
        encoder: EncoderFolder,
        device: torch.device,
    ) -> None:
        super().__init__(examples, heads, _without_leaks(arguments), encoder, device)
        self.secret = torch.Generator().manual_seed(secrets.randbits(63))
        self.delta = arguments.privacy_delta or len(self.learned) ** -1.1
        steps = round(self.epochs / _RATE)
        self.plan = [(int(step * _RATE), []) for step in range(steps)]
        self.noise = noise_for(arguments.privacy_epsilon or 0.0, self.delta, steps)
        self.averaged_from = round(len(self.plan) * (1 - self.kept_share))
        self.trainable = {name: value for name, value in self.trainable.items() if name.startswith("heads.")}
        self.documents = self._remember()
        self._place_heads()
        self.sampler = GradSampleModule(self.network.heads, loss_reduction="sum")
        self.private = self._noisy([{"params": list(self.trainable.values()), "peak": LEARNING_RATE}])
        self.sums = {name: torch.zeros_like(value) for name, value in self.trainable.items()}

    def _noisy(self, groups: list[dict[str, Any]]) -> DPOptimizer:  # Any: as PyTorch's optimizers take them
        """Clips the gradient of every document over all `groups` together."""
        return DPOptimizer(
            torch.optim.Adam(groups),
            noise_multiplier=self.noise,
            max_grad_norm=_CLIP,
            expected_batch_size=max(1, round(_RATE * len(self.learned))),
            generator=torch.Generator(self.device).manual_seed(secrets.randbits(63)),
        )

    def close(self) -> tuple[float, ...]:
        """Heads fitted without noise would give away what they learned from."""
        return (1.0,) * len(self.heads)

    def continue_from(self, folder: Path) -> None:
        """It begins anew: a saved state would have to keep the secret noise."""

    def save(self, folder: Path) -> None:
        """Nothing is saved: see `continue_from`."""

    def figures(self) -> dict[str, float]:
        """Without the loss: it was read from gold, and no noise was put to it."""
        spent = epsilon_of(self.noise, self.delta, len(self.plan))
        public = {name: value for name, value in super().figures().items() if name != "loss"}
        return public | {
            "privacy_epsilon": round(spent, 4),
            "privacy_delta": self.delta,
            "privacy_noise": round(self.noise, 4),
        }

    def _remember(self) -> list[Remembered]:
        with_tokens = any(head.kind == "span" for head in self.heads)
        found: list[Remembered] = []
        for batch, states in frozen_states(self.network, self.learned, self.heads, self.tokenizer, self.arguments):
            texts = pooled(states, batch.mask, batch.owners, batch.count)
            for number in range(batch.count):
                rows = batch.owners == number
                tokens = states[rows].flatten(0, 1) if with_tokens else states[:0, 0]
                targets = tuple(
                    target[rows].flatten(0, 1) if head.kind == "span" else target[number]
                    for head, target in zip(self.heads, batch.targets, strict=True)
                )
                found.append(Remembered(texts[number], tokens, targets))
        return found

    def _place_heads(self) -> None:
        """Center and scale the features: by a noisy mean of this gold, and by texts that are public."""
        length = self._public_length()
        texts = torch.stack([one.text for one in self.documents])
        cut = texts * (length / texts.norm(dim=1, keepdim=True).clamp(min=1e-6)).clamp(max=1.0)
        noise = _MEAN_NOISE * length * torch.randn(texts.shape[1], generator=self.secret).to(self.device)
        mean = (cut.sum(dim=0) + noise) / len(texts)
        for module in self.network.heads:
            module.mean.copy_(mean)  # type: ignore[operator]
            module.scale.fill_(length / _LENGTH)  # type: ignore[operator]

    def _public_length(self) -> float:
        """The middle length of the embeddings of the labels' names: a measure that no document has a part in."""
        names = [label for head in self.heads for label in head.labels]
        examples = [
            PreparedExample(TokenizedText(one.ids, one.places), tuple(None for _ in self.heads))
            for one in map(self.tokenizer.tokenize, names)
        ]
        found = frozen_states(self.network, examples, self.heads, self.tokenizer, self.arguments)
        texts = torch.cat([pooled(states, batch.mask, batch.owners, batch.count) for batch, states in found])
        return float(texts.norm(dim=1).median())

    def _learn(self, entries: Entries) -> float:
        """One step on a random part of the documents, drawn anew; the plan holds none."""
        # Gradients by document are noted for layers that learn only.
        self.network.heads.train()
        for group in self.private.param_groups:
            group["lr"] = group["peak"] * max(0.02, (len(self.plan) - self.step) / len(self.plan))
        drawn = (torch.rand(len(self.learned), generator=self.secret) < _RATE).nonzero().flatten().tolist()
        waiting = self._parts(drawn) or [[]]
        total = 0.0
        while waiting:
            part = waiting.pop(0)
            loss = self._try(part)
            if loss is None:
                release()
                waiting[:0] = [list(half) for half in split(part, 2)]
                continue
            total += loss
            self.private.signal_skip_step(bool(waiting))
            self.private.step()
            self.private.zero_grad()
        self._keep_average()
        return total / max(1, len(drawn))

    def _try(self, part: list[int]) -> float | None:
        """None when the memory did not suffice: half of the part may fit."""
        try:
            return self._sum_gradients(part) if part else self._no_gradients()
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error) or len(part) < 2:
                raise
            self.pieces *= 2
            logger.warning("step %s did not fit into memory: it is taken in smaller parts", self.step)
            self._forget_gradients()
            return None

    def _forget_gradients(self) -> None:
        """What a part that broke off has left behind must not count with the next one."""
        for module in self.sampler.modules():
            for name in ("activations", "max_batch_len"):
                module.__dict__.pop(name, None)
        for parameter in self.trainable.values():
            parameter.__dict__.pop("_current_grad_sample", None)
            parameter.grad_sample, parameter._forward_counter = None, 0  # type: ignore[attr-defined]

    def _parts(self, drawn: list[int]) -> list[list[int]]:
        """What is taken at once: clipped sums add up, so it changes nothing but memory."""
        return [drawn[first : first + _AT_ONCE] for first in range(0, len(drawn), _AT_ONCE)]

    def _no_gradients(self) -> float:
        for parameter in self.trainable.values():
            parameter.grad_sample = torch.zeros((0, *parameter.shape), device=self.device)  # type: ignore[attr-defined]
        return 0.0

    def _sum_gradients(self, part: Sequence[int]) -> float:
        """Note the gradient of every document in `part`; the sum of their losses."""
        documents = [self.documents[number] for number in part]
        texts = torch.stack([one.text for one in documents])
        tokens = torch.nn.utils.rnn.pad_sequence([one.tokens for one in documents], batch_first=True)
        loss = torch.zeros((), device=self.device)
        for number, (module, head) in enumerate(zip(self.network.heads, self.heads, strict=True)):
            goals = [one.targets[number] for one in documents]
            if head.kind == "span":
                padded = torch.nn.utils.rnn.pad_sequence(goals, batch_first=True, padding_value=IGNORED)
                loss = loss + loss_by_document(module(tokens), padded, head).sum()
            else:
                loss = loss + loss_by_document(module(texts), torch.stack(goals), head).sum()
        return self._backward(loss)

    def _backward(self, loss: torch.Tensor) -> float:
        if not bool(torch.isfinite(loss)):
            raise LossDiverged(self.step + 1)
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    def _keep_average(self) -> None:
        """The mean of the later steps: it forgets noise, and costs no privacy."""
        if self.step < self.averaged_from:
            return
        for name, value in self.trainable.items():
            self.sums[name] += value.detach()
        if self.step == len(self.plan) - 1:
            with torch.no_grad():
                for name, value in self.trainable.items():
                    value.copy_(self.sums[name] / (len(self.plan) - self.averaged_from))
            self.sampler.remove_hooks()


def loss_by_document(
    logits: torch.Tensor, target: torch.Tensor, head: HeadSpec, owners: torch.Tensor | None = None, count: int = 0
) -> torch.Tensor:
    """[documents]: the mean over what is known of each; 0 where nothing is. `owners`: of rows that are windows."""
    if head.kind == "choices":
        each = functional.binary_cross_entropy_with_logits(logits, target.clamp(min=0), reduction="none")
        return (each * (target >= 0)).mean(dim=1)
    width = 3 if head.kind == "span" and head.overlap else head.width
    goal = target.reshape(len(target), -1)
    each = functional.cross_entropy(logits.reshape(-1, width), goal.reshape(-1), ignore_index=IGNORED, reduction="none")
    known = (goal != IGNORED).float()
    sums, counts = (each.view(goal.shape) * known).sum(dim=1), known.sum(dim=1)
    if owners is not None:
        sums, counts = by_document(sums, owners, count), by_document(counts, owners, count)
    return sums / counts.clamp(min=1)


def by_document(rows: torch.Tensor, owners: torch.Tensor, count: int) -> torch.Tensor:
    """Add up the rows that are windows of one document: [rows, ...] -> [count, ...]."""
    return rows.new_zeros((count, *rows.shape[1:])).index_add(0, owners, rows)


def _without_leaks(arguments: TrainingArguments) -> TrainingArguments:
    """Temperatures, label counts and the linear start come from gold; the states must not change between steps."""
    return replace(
        arguments,
        epochs=arguments.epochs or _EPOCHS,
        calibration_share=0.0,
        class_weights="none",
        warm_start=False,
        label_smoothing=0.0,
        blanked_share=0.0,
        lora_dropout=0.0,
        adapter_share=1.0,
        bf16=False,
    )

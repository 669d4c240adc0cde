"""Heads with differential privacy: what they learned says almost nothing about any one document.

DP-SGD (Abadi et al. 2016, arXiv 1607.00133) with Poisson sampling and Rényi accounting, by Opacus, on states of the
frozen encoder. The adapter stays as it is. The number of documents and the label sets count as public. The noise is
drawn from a secret seed, so no two such runs are alike.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

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
from modelops.engine.network import pooled
from modelops.engine.running import Entries, TrainingRun
from modelops.engine.targets import PreparedExample
from modelops.engine.tokens import TokenizedText
from modelops.engine.warmstart import frozen_states

_EPOCHS = 20
# Each document joins a step with this chance; a public number of steps follows.
_RATE = 0.15
_LEARNING_RATE = 0.05
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


def noise_for(epsilon: float, delta: float, steps: int) -> float:
    """The least noise multiplier that keeps `steps` of Poisson sampling and the released mean within the budget."""
    low, high = 0.2, 500.0
    for _ in range(40):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if epsilon_of(middle, delta, steps) > epsilon else (low, middle)
    return high


def epsilon_of(noise: float, delta: float, steps: int) -> float:
    accountant = RDPAccountant()
    accountant.history = [(_MEAN_NOISE, 1.0, 1), (noise, _RATE, steps)]
    return float(accountant.get_epsilon(delta))


class PrivateRun(TrainingRun):
    """Learns the heads alone. All that would look at gold without noise is off: see `_without_leaks`."""

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
        self.trainable = {name: value for name, value in self.trainable.items() if name.startswith("heads.")}
        self.documents = self._remember()
        self._place_heads()
        self.sampler = GradSampleModule(self.network.heads, loss_reduction="sum")
        self.private = DPOptimizer(
            torch.optim.Adam(self.trainable.values(), lr=_LEARNING_RATE),
            noise_multiplier=self.noise,
            max_grad_norm=_CLIP,
            expected_batch_size=max(1, round(_RATE * len(self.learned))),
            generator=self.secret,
        )
        self.sums = {name: torch.zeros_like(value) for name, value in self.trainable.items()}

    def continue_from(self, folder: Path) -> None:
        """It begins anew: a saved state would have to keep the secret noise."""

    def save(self, folder: Path) -> None:
        """Nothing is saved: see `continue_from`."""

    def figures(self) -> dict[str, float]:
        spent = epsilon_of(self.noise, self.delta, len(self.plan))
        return super().figures() | {
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
            group["lr"] = _LEARNING_RATE * max(0.02, (len(self.plan) - self.step) / len(self.plan))
        drawn = (torch.rand(len(self.documents), generator=self.secret) < _RATE).nonzero().flatten().tolist()
        parts = [drawn[first : first + _AT_ONCE] for first in range(0, len(drawn), _AT_ONCE)] or [[]]
        total = 0.0
        for part in parts:
            total += self._sum_gradients([self.documents[number] for number in part])
            self.private.signal_skip_step(part is not parts[-1])
            self.private.step()
            self.private.zero_grad()
        self._keep_average()
        return total / max(1, len(drawn))

    def _sum_gradients(self, documents: Sequence[Remembered]) -> float:
        if not documents:
            for parameter in self.trainable.values():
                parameter.grad_sample = torch.zeros((0, *parameter.shape), device=self.device)  # type: ignore[attr-defined]
            return 0.0
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
        if not bool(torch.isfinite(loss)):
            raise LossDiverged(self.step + 1)
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    def _keep_average(self) -> None:
        """The mean of the later half of the steps: it forgets noise, and costs no privacy."""
        first = len(self.plan) // 2
        if self.step < first:
            return
        for name, value in self.trainable.items():
            self.sums[name] += value.detach()
        if self.step == len(self.plan) - 1:
            with torch.no_grad():
                for name, value in self.trainable.items():
                    value.copy_(self.sums[name] / (len(self.plan) - first))
            self.sampler.remove_hooks()


def loss_by_document(logits: torch.Tensor, target: torch.Tensor, head: HeadSpec) -> torch.Tensor:
    """[documents]: the mean over what is known of each; 0 where nothing is."""
    if head.kind == "choices":
        each = functional.binary_cross_entropy_with_logits(logits, target.clamp(min=0), reduction="none")
        return (each * (target >= 0)).mean(dim=1)
    width = 3 if head.kind == "span" and head.overlap else head.width
    goal = target.reshape(len(target), -1)
    each = functional.cross_entropy(logits.reshape(-1, width), goal.reshape(-1), ignore_index=IGNORED, reduction="none")
    known = (goal != IGNORED).float()
    return (each.view(goal.shape) * known).sum(dim=1) / known.sum(dim=1).clamp(min=1)


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
        bf16=False,
    )

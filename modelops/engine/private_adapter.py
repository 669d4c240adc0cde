"""The adapter with differential privacy: DP-SGD on LoRA (Yu et al. 2022, arXiv 2110.06500) after that on the heads.

In the first half of the steps the heads learn on states of the frozen encoder, as in `private.py`; in the second half
the adapter learns with them. All steps draw documents alike and bear the same noise, so one budget covers them.
"""

import random
from collections.abc import Sequence

import torch
from opacus import GradSampleModule

from modelops.engine.batches import assemble, chosen_windows, cut
from modelops.engine.memory import split
from modelops.engine.network import pooled
from modelops.engine.private import LEARNING_RATE, PrivateRun, by_document, loss_by_document
from modelops.engine.running import Entries
from modelops.engine.tokens import Window

_ADAPTER_LEARNING_RATE = 5e-4


class PrivateAdapterRun(PrivateRun):
    """What one document adds to a step is clipped over adapter and heads together, however many windows it has."""

    kept_share = 0.25
    windows: list[list[Window]]

    @property
    def turn(self) -> int:
        """The step in which the adapter begins to learn."""
        return len(self.plan) // 2

    def figures(self) -> dict[str, float]:
        return super().figures() | {"privacy_adapter": 1.0}

    def _learn(self, entries: Entries) -> float:
        if self.step == self.turn:
            self._open_adapter()
        return super()._learn(entries)

    def _open_adapter(self) -> None:
        """From here on everything that has a gradient learns, and is clipped, together."""
        rng = random.Random(self.arguments.seed)
        self.windows = [
            chosen_windows(len(one.tokens.ids), self.arguments, self.tokenizer.frame, rng) for one in self.learned
        ]
        self.sampler.remove_hooks()
        for module in self.network.modules():
            if any(parameter.requires_grad for parameter in module.parameters(recurse=False)):
                module.train()
        self.trainable = {name: value for name, value in self.network.named_parameters() if value.requires_grad}
        self.sampler = GradSampleModule(self.network, loss_reduction="sum")
        heads = [value for name, value in self.trainable.items() if name.startswith("heads.")]
        adapter = [value for name, value in self.trainable.items() if not name.startswith("heads.")]
        rate = self.arguments.learning_rate or _ADAPTER_LEARNING_RATE
        self.private = self._noisy([{"params": adapter, "peak": rate}, {"params": heads, "peak": LEARNING_RATE}])
        self.sums = {name: torch.zeros_like(value) for name, value in self.trainable.items()}

    def _parts(self, drawn: list[int]) -> list[list[int]]:
        """Small enough for the memory that gradients of single documents take."""
        if self.step < self.turn:
            return super()._parts(drawn)
        entries = [(number, self.windows[number]) for number in drawn]
        entries.sort(key=lambda entry: sum(len(window) for window in entry[1]))
        parts = cut(entries, self.arguments, self.tokenizer.frame)
        return [[number for number, _ in piece] for part in parts for piece in split(part, self.pieces)]

    def _sum_gradients(self, part: Sequence[int]) -> float:
        if self.step < self.turn:
            return super()._sum_gradients(part)
        entries = [(number, self.windows[number]) for number in part]
        batch = assemble(entries, self.learned, self.heads, self.tokenizer).to(self.device)
        states = self.network.states(batch.ids, batch.mask)
        texts = pooled(states, batch.mask, batch.owners, batch.count)
        loss = torch.zeros((), device=self.device)
        for module, head, target in zip(self.network.heads, self.heads, batch.targets, strict=True):
            if head.kind == "span":
                loss = loss + loss_by_document(module(states), target, head, batch.owners, batch.count).sum()
            else:
                loss = loss + loss_by_document(module(texts), target, head).sum()
        told = self._backward(loss)
        for name, parameter in self.trainable.items():
            if not name.startswith(self._of_texts()):
                parameter.grad_sample = by_document(parameter.grad_sample, batch.owners, batch.count)  # type: ignore[attr-defined]
        return told

    def _of_texts(self) -> tuple[str, ...]:
        """Heads that see a document in one piece; the others and the adapter see its windows."""
        return tuple(f"heads.{number}." for number, head in enumerate(self.heads) if head.kind != "span")

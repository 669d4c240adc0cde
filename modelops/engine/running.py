"""The state of one training run: what it learns from, where it stands, how it takes one step."""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType

import torch
from peft import get_peft_model_state_dict, set_peft_model_state_dict
from torch import nn

from modelops.engine.arguments import TrainingArguments, epochs_for
from modelops.engine.augmentation import blanked
from modelops.engine.batches import assemble, plan_epoch
from modelops.engine.calibration import calibration_split
from modelops.engine.checkpoints import Checkpoint, ResumeState, load_resume, save_resume, write_checkpoint
from modelops.engine.closing import close
from modelops.engine.encoders import EncoderFolder
from modelops.engine.examples import Example, HeadSpec
from modelops.engine.losses import LossDiverged, network_loss
from modelops.engine.memory import is_out_of_memory, release, split
from modelops.engine.network import LabelNetwork, load_encoder, prefers_bfloat16, with_adapter
from modelops.engine.peers import Peers
from modelops.engine.targets import loss_weights, prepare
from modelops.engine.tokens import TextTokenizer, Window
from modelops.engine.warmstart import frozen_states, start_heads

logger = logging.getLogger(__name__)

Entries = Sequence[tuple[int, list[Window]]]


@dataclass(frozen=True)
class Progress:
    """Where a run stands: step of steps, the last step's loss, the epoch from 0, seconds over all attempts."""

    step: int
    steps: int
    loss: float
    epoch: int
    seconds: float


@dataclass(frozen=True)
class Tensors:
    adapter: dict[str, torch.Tensor]
    heads: dict[str, torch.Tensor]


class TrainingRun:
    """One network on its way. `member` counts those of an ensemble: they share everything but their random draws."""

    def __init__(
        self,
        examples: Sequence[Example],
        heads: Sequence[HeadSpec],
        arguments: TrainingArguments,
        encoder: EncoderFolder,
        device: torch.device,
        member: int = 0,
    ) -> None:
        self.heads, self.encoder, self.device = tuple(heads), encoder, device
        self.peers = Peers.here()
        self.tokenizer = TextTokenizer(encoder)
        prepared = [prepare(example, self.tokenizer.tokenize(example.text), heads) for example in examples]
        self.learned, self.held_out = calibration_split(prepared, arguments)
        self.arguments = arguments = replace(arguments, seed=arguments.seed + member)
        torch.manual_seed(arguments.seed)
        self.fingerprint = _fingerprint(examples, heads, arguments, encoder)
        self.half = prefers_bfloat16(device) if arguments.bf16 is None else arguments.bf16
        frozen = load_encoder(encoder)
        hidden = frozen.config.hidden_size
        self.network = LabelNetwork(with_adapter(frozen, arguments), hidden, heads).to(device)
        if self.half:
            _halve_frozen(self.network.encoder)
        self.weights = [
            torch.tensor(loss_weights(self.learned, number, head, arguments.class_weights), device=device)
            for number, head in enumerate(heads)
        ]
        self.epochs = arguments.epochs or epochs_for(len(self.learned))
        self.plan = [
            (epoch, step)
            for epoch in range(self.epochs)
            for step in plan_epoch(self.learned, arguments, self.tokenizer.frame, epoch)
        ]
        self.trainable: dict[str, nn.Parameter] = {
            name: value for name, value in self.network.named_parameters() if value.requires_grad
        }
        self.optimizer = _optimizer(self.trainable, self.heads, arguments)
        self.step, self.seconds, self.loss = 0, 0.0, 0.0
        # How many pieces a step is taken in; it doubles whenever the memory does not suffice.
        self.pieces = 1

    def autocast(self) -> AbstractContextManager[object]:
        if not self.half:
            return nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def continue_from(self, folder: Path) -> None:
        """Take up a saved state, or start the heads on the frozen encoder."""
        saved = load_resume(folder, self.fingerprint)
        if saved is None:
            if self.arguments.warm_start:
                with self.autocast():
                    start_heads(self.network, self.learned, self.heads, self.weights, self.tokenizer, self.arguments)
            return
        self.network.load_state_dict(
            {name[6:]: value for name, value in saved.tensors.items() if name.startswith("model.")}, strict=False
        )
        for name, parameter in self.trainable.items():
            if f"first.{name}" in saved.tensors:
                self.optimizer.state[parameter] = {
                    "step": torch.tensor(float(saved.step)),
                    "exp_avg": saved.tensors[f"first.{name}"].to(self.device),
                    "exp_avg_sq": saved.tensors[f"second.{name}"].to(self.device),
                }
        self.step, self.seconds = saved.step, saved.seconds

    def save(self, folder: Path) -> None:
        tensors: dict[str, torch.Tensor] = {f"model.{name}": value for name, value in self.trainable.items()}
        tensors |= {f"model.{name}": value for name, value in self.network.named_buffers() if name.startswith("heads.")}
        for name, parameter in self.trainable.items():
            moments = self.optimizer.state.get(parameter)
            if moments:
                tensors[f"first.{name}"] = moments["exp_avg"]
                tensors[f"second.{name}"] = moments["exp_avg_sq"]
        save_resume(folder, ResumeState(tensors, self.step, self.seconds), self.fingerprint)

    def train(self, folder: Path, on_progress: Callable[[Progress], None]) -> None:
        last = saved_at = time.monotonic()
        self.network.start_learning()
        while self.step < len(self.plan):
            epoch, entries = self.plan[self.step]
            self.loss = self._learn(entries)
            self.step += 1
            now = time.monotonic()
            self.seconds += now - last
            last = now
            if self.peers.is_first and now - saved_at >= self.arguments.resume_seconds:
                self.save(folder)
                saved_at = now
            on_progress(Progress(self.step, len(self.plan), self.loss, epoch, self.seconds))
        self.network.eval()

    def _learn(self, entries: Entries) -> float:
        # Seeding every step makes a continued run draw the same dropout as an unbroken one.
        torch.manual_seed(self.arguments.seed * 1_000_003 + self.step)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * _pace(self.step, len(self.plan), self.arguments.warmup_share)
        own = self.peers.own(entries)
        while True:
            try:
                self.optimizer.zero_grad()
                loss = self._gather(own, len(entries))
                break
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error) or self.pieces >= len(own):
                    raise
                self.pieces *= 2
                logger.warning("step %s did not fit into memory: it is taken in %s pieces", self.step, self.pieces)
            release()
        nn.utils.clip_grad_norm_(list(self.trainable.values()), self.arguments.clip_norm)
        self.optimizer.step()
        return loss

    def _gather(self, own: Entries, count: int) -> float:
        """Gradients of this step, piece by piece; each piece weighs as many of the step's examples as it holds."""
        total = torch.zeros((), device=self.device)
        for piece in split(own, self.pieces):
            loss = self._loss(piece) * (len(piece) / count)
            if not bool(torch.isfinite(loss)):
                raise LossDiverged(self.step + 1)
            loss.backward()  # type: ignore[no-untyped-call]
            total += loss.detach()
        return self.peers.add_up(self.trainable.values(), total)

    def _loss(self, entries: Entries) -> torch.Tensor:
        batch = assemble(entries, self.learned, self.heads, self.tokenizer).to(self.device)
        seed = self.arguments.seed * 1_000_003 + self.step
        batch = blanked(batch, self.arguments.blanked_share, self.tokenizer, seed)
        with self.autocast():
            return network_loss(self.network, batch, self.heads, self.weights, self.arguments.label_smoothing)

    def held_out_loss(self) -> float | None:
        """Mean loss of the examples kept out of training; None where there are none."""
        if not self.held_out:
            return None
        total = 0.0
        for batch, _ in frozen_states(self.network, self.held_out, self.heads, self.tokenizer, self.arguments):
            with torch.no_grad(), self.autocast():
                total += float(network_loss(self.network, batch, self.heads, self.weights, 0.0)) * batch.count
        return total / len(self.held_out)

    def take(self, tensors: Tensors) -> None:
        """Put an adapter and heads in place of its own."""
        set_peft_model_state_dict(self.network.encoder, tensors.adapter)
        for number, module in enumerate(self.network.heads):
            module.load_state_dict(  # the tensors are folded: they fit features that are not standardized
                {
                    "linear.weight": tensors.heads[f"{number}.weight"],
                    "linear.bias": tensors.heads[f"{number}.bias"],
                    "mean": torch.zeros_like(module.mean),  # type: ignore[arg-type]
                    "scale": torch.ones_like(module.scale),  # type: ignore[arg-type]
                }
            )

    def figures(self) -> dict[str, float]:
        return {
            "loss": self.loss,
            "seconds": round(self.seconds, 3),
            "steps": float(len(self.plan)),
            "epochs": float(self.epochs),
            "examples": float(len(self.learned)),
            "calibration_examples": float(len(self.held_out)),
            "pieces": float(self.pieces),
        }

    def check(self) -> None:
        """Raises LossDiverged."""
        if not all(bool(torch.isfinite(value).all()) for value in self.trainable.values()):
            raise LossDiverged(self.step)

    def tensors(self) -> Tensors:
        """What was learned: adapter and heads, as a checkpoint holds them. Raises LossDiverged."""
        self.check()
        heads: dict[str, torch.Tensor] = {}
        for number, module in enumerate(self.network.heads):
            heads[f"{number}.weight"], heads[f"{number}.bias"] = module.folded()  # type: ignore[operator]
        return Tensors(dict(get_peft_model_state_dict(self.network.encoder)), heads)

    def close(self) -> tuple[float, ...]:
        """Bring the network to where it will answer from; its heads' temperatures. Raises LossDiverged."""
        self.check()
        with self.autocast():
            return close(
                self.network, self.learned, self.held_out, self.heads, self.weights, self.tokenizer, self.arguments
            )

    def finish(self, folder: Path, more: Mapping[str, float] = MappingProxyType({})) -> Checkpoint:
        """Write the checkpoint; `more`: figures beside its own."""
        temperatures = self.close()
        found = self.tensors()
        figures = self.figures() | dict(more)
        checkpoint = Checkpoint(
            folder, self.encoder.name, self.encoder.version, self.heads, self.arguments, temperatures, figures
        )
        if self.peers.is_first:
            write_checkpoint(checkpoint, found.adapter, found.heads)
        return checkpoint


def _optimizer(
    trainable: dict[str, nn.Parameter], heads: Sequence[HeadSpec], arguments: TrainingArguments
) -> torch.optim.AdamW:
    has_spans = any(head.kind == "span" for head in heads)
    rate = arguments.learning_rate or (5e-4 if has_spans else 1e-3)
    adapter = [value for name, value in trainable.items() if not name.startswith("heads.")]
    outputs = [value for name, value in trainable.items() if name.startswith("heads.")]
    groups = [
        {"params": adapter, "lr": rate, "peak": rate},
        {"params": outputs, "lr": arguments.head_learning_rate, "peak": arguments.head_learning_rate},
    ]
    return torch.optim.AdamW(groups, weight_decay=arguments.weight_decay)


def _pace(step: int, steps: int, warmup_share: float) -> float:
    """Share of the peak learning rate: a linear rise, then a linear fall to almost nothing."""
    warmup = max(1, round(steps * warmup_share))
    if step < warmup:
        return (step + 1) / warmup
    return max(0.02, (steps - step) / max(1, steps - warmup))


def _halve_frozen(encoder: nn.Module) -> None:
    # Autocast would convert these weights again in every step.
    for module in encoder.modules():
        if isinstance(module, nn.Linear) and not module.weight.requires_grad:
            module.weight.data = module.weight.data.bfloat16()


def _fingerprint(
    examples: Sequence[Example], heads: Sequence[HeadSpec], arguments: TrainingArguments, encoder: EncoderFolder
) -> str:
    digest = hashlib.sha256()
    facts = [[asdict(head) for head in heads], arguments.as_dict(), encoder.name, encoder.version]
    digest.update(json.dumps(facts, sort_keys=True).encode())
    for example in examples:
        row = [example.text, dict(example.values), example.parts, example.roles]
        digest.update(json.dumps(row, sort_keys=True).encode())
    return digest.hexdigest()

"""One training run: examples in, checkpoint folder out; it can be stopped at any step and continued."""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from peft import get_peft_model_state_dict
from torch import nn

from modelops.engine.arguments import TrainingArguments, epochs_for
from modelops.engine.batches import assemble, plan_epoch
from modelops.engine.calibration import calibration_split, fit_temperatures
from modelops.engine.checkpoints import (
    Checkpoint,
    ResumeState,
    drop_resume,
    load_resume,
    save_resume,
    write_checkpoint,
)
from modelops.engine.encoders import EncoderFolder
from modelops.engine.examples import Example, HeadSpec
from modelops.engine.losses import LossDiverged, network_loss
from modelops.engine.network import (
    LabelNetwork,
    device_for,
    load_encoder,
    prefers_bfloat16,
    thread_limit,
    with_adapter,
)
from modelops.engine.targets import loss_weights, prepare
from modelops.engine.tokens import TextTokenizer, Window
from modelops.engine.warmstart import start_heads


@dataclass(frozen=True)
class Progress:
    """Where a run stands: step of steps, the last step's loss, the epoch from 0, seconds over all attempts."""

    step: int
    steps: int
    loss: float
    epoch: int
    seconds: float


def fit(  # noqa: PLR0913 - what to learn, how, on what, where to; all of it named by the caller
    examples: Sequence[Example],
    heads: Sequence[HeadSpec],
    arguments: TrainingArguments,
    *,
    encoder: Path,
    folder: Path,
    device: str | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Checkpoint:
    """Train one adapter and all `heads` on `examples` and write a checkpoint into `folder`.

    `encoder` is a folder of `prepare_encoder`. `on_progress` is called after every step; what it raises ends the run
    at once. Called again with the same examples, heads and arguments, a run continues from `folder/resume/`.
    Raises ValueError for examples that teach nothing or do not fit the heads, LossDiverged as soon as a loss is no
    number.
    Sources: LoRA (arXiv 2106.09685), AdamW (arXiv 1711.05101), mean pooling (arXiv 1908.10084).
    """
    _check(examples, heads)
    with thread_limit(arguments.threads), torch.random.fork_rng():
        torch.manual_seed(arguments.seed)
        run = _Run(examples, heads, arguments, EncoderFolder.read(encoder), device_for(device))
        run.continue_from(folder)
        run.train(folder, on_progress)
        checkpoint = run.finish(folder)
    drop_resume(folder)
    return checkpoint


def _check(examples: Sequence[Example], heads: Sequence[HeadSpec]) -> None:
    if not heads:
        raise ValueError("There is no label set to learn.")
    if len({head.name for head in heads}) != len(heads):
        raise ValueError("Two label sets have the same name.")
    if not any(example.values.get(head.name) is not None for example in examples for head in heads):
        raise ValueError("There is no gold to learn from.")


class _Run:
    """The state of one `fit`."""

    def __init__(
        self,
        examples: Sequence[Example],
        heads: Sequence[HeadSpec],
        arguments: TrainingArguments,
        encoder: EncoderFolder,
        device: torch.device,
    ) -> None:
        self.heads, self.arguments, self.encoder, self.device = tuple(heads), arguments, encoder, device
        self.fingerprint = _fingerprint(examples, heads, arguments, encoder)
        self.tokenizer = TextTokenizer(encoder)
        prepared = [prepare(example, self.tokenizer.tokenize(example.text), heads) for example in examples]
        self.learned, self.held_out = calibration_split(prepared, arguments)
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
            if now - saved_at >= self.arguments.resume_seconds:
                self.save(folder)
                saved_at = now
            on_progress(Progress(self.step, len(self.plan), self.loss, epoch, self.seconds))
        self.network.eval()

    def _learn(self, entries: Sequence[tuple[int, list[Window]]]) -> float:
        # Seeding every step makes a continued run draw the same dropout as an unbroken one.
        torch.manual_seed(self.arguments.seed * 1_000_003 + self.step)
        batch = assemble(entries, self.learned, self.heads, self.tokenizer).to(self.device)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * _pace(self.step, len(self.plan), self.arguments.warmup_share)
        with self.autocast():
            loss = network_loss(self.network, batch, self.heads, self.weights, self.arguments.label_smoothing)
        if not bool(torch.isfinite(loss)):
            raise LossDiverged(self.step + 1)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(list(self.trainable.values()), self.arguments.clip_norm)
        self.optimizer.step()
        return float(loss.detach())

    def finish(self, folder: Path) -> Checkpoint:
        if not all(bool(torch.isfinite(value).all()) for value in self.trainable.values()):
            raise LossDiverged(self.step)
        with self.autocast():
            temperatures = fit_temperatures(self.network, self.held_out, self.heads, self.tokenizer, self.arguments)
        figures = {
            "loss": self.loss,
            "seconds": round(self.seconds, 3),
            "steps": float(len(self.plan)),
            "epochs": float(self.epochs),
            "examples": float(len(self.learned)),
            "calibration_examples": float(len(self.held_out)),
        }
        checkpoint = Checkpoint(
            folder, self.encoder.name, self.encoder.version, self.heads, self.arguments, temperatures, figures
        )
        head_tensors: dict[str, torch.Tensor] = {}
        for number, module in enumerate(self.network.heads):
            head_tensors[f"{number}.weight"], head_tensors[f"{number}.bias"] = module.folded()  # type: ignore[operator]
        write_checkpoint(checkpoint, get_peft_model_state_dict(self.network.encoder), head_tensors)
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

"""One training run: examples in, checkpoint folder out; it can be stopped at any step and continued."""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from modelops.engine.arguments import TrainingArguments
from modelops.engine.checkpoints import RESUME, Checkpoint, drop_resume
from modelops.engine.encoders import EncoderFolder
from modelops.engine.ensemble import Member, averaged, best_of, widened
from modelops.engine.examples import Example, HeadSpec
from modelops.engine.network import device_for, thread_limit
from modelops.engine.private import PrivateRun
from modelops.engine.private_adapter import PrivateAdapterRun
from modelops.engine.running import Progress, TrainingRun

__all__ = ["Progress", "fit"]

Report = Callable[[Progress], None]


def fit(  # noqa: PLR0913 - what to learn, how, on what, where to; all of it named by the caller
    examples: Sequence[Example],
    heads: Sequence[HeadSpec],
    arguments: TrainingArguments,
    *,
    encoder: Path,
    folder: Path,
    device: str | None = None,
    on_progress: Report = lambda _: None,
) -> Checkpoint:
    """Train one adapter and all `heads` on `examples` and write a checkpoint into `folder`.

    `encoder` is a folder of `prepare_encoder`. `on_progress` is called after every step; what it raises ends the run
    at once. Called again with the same examples, heads and arguments, a run continues from `folder/resume/`.
    Raises ValueError for examples that teach nothing or do not fit the heads, LossDiverged as soon as a loss is no
    number.
    Sources: LoRA (arXiv 2106.09685), AdamW (arXiv 1711.05101), mean pooling (arXiv 1908.10084).
    """
    _check(examples, heads)
    opened, place = EncoderFolder.read(encoder), device_for(device)
    with thread_limit(arguments.threads), torch.random.fork_rng():
        if arguments.ensemble > 1:

            def start(one: TrainingArguments, member: int) -> TrainingRun:
                return TrainingRun(examples, heads, one, opened, place, member)

            return _fit_ensemble(start, arguments, folder, on_progress)
        run = _kind(arguments)(examples, heads, arguments, opened, place)
        run.continue_from(folder)
        run.train(folder, on_progress)
        checkpoint = run.finish(folder)
    drop_resume(folder)
    return checkpoint


def _kind(arguments: TrainingArguments) -> type[TrainingRun]:
    if arguments.privacy_epsilon is None:
        return TrainingRun
    return PrivateAdapterRun if arguments.privacy_adapter else PrivateRun


def _fit_ensemble(
    start: Callable[[TrainingArguments, int], TrainingRun], arguments: TrainingArguments, folder: Path, report: Report
) -> Checkpoint:
    """Each member leaves its end state behind, so that a run that is taken up again need not train it anew."""
    count = arguments.ensemble
    members: list[Member] = []
    best: TrainingRun | None = None
    for number in range(count):
        run, own = start(arguments, number), folder / RESUME / f"member-{number}"
        run.continue_from(own)
        run.train(own, _within(report, number, count))
        run.save(own)
        members.append(Member(run.tensors(), run.held_out_loss()))
        best = run if best_of(members) == number else best
    mean = start(widened(arguments, count), 0)
    mean.take(averaged(members))
    together, alone = mean.held_out_loss(), members[best_of(members)].loss
    is_better = best is None or together is None or alone is None or together <= alone
    figures = {"ensemble_members": float(count), "ensemble_kept": float(is_better)}
    if together is not None and alone is not None:
        figures |= {"ensemble_loss": round(together, 5), "best_member_loss": round(alone, 5)}
    checkpoint = (mean if is_better or best is None else best).finish(folder, figures)
    drop_resume(folder)
    return checkpoint


def _within(report: Report, number: int, count: int) -> Report:
    """The progress of one member as a part of the whole."""

    def told(one: Progress) -> None:
        report(Progress(number * one.steps + one.step, count * one.steps, one.loss, one.epoch, one.seconds))

    return told


def _check(examples: Sequence[Example], heads: Sequence[HeadSpec]) -> None:
    if not heads:
        raise ValueError("There is no label set to learn.")
    if len({head.name for head in heads}) != len(heads):
        raise ValueError("Two label sets have the same name.")
    if not any(example.values.get(head.name) is not None for example in examples for head in heads):
        raise ValueError("There is no gold to learn from.")

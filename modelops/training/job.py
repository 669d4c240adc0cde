"""One training run on a worker: read gold, fit, evaluate, ask the gate, register, promote, end once."""

import logging
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from annotation.projects.models import Project
from modelops.engine.apart import fit_apart
from modelops.engine.arguments import TrainingArguments
from modelops.engine.checkpoints import CheckpointError
from modelops.engine.examples import Example, HeadSpec
from modelops.engine.losses import LossDiverged
from modelops.engine.memory import is_out_of_memory
from modelops.engine.serving import Predictor
from modelops.engine.training import Progress, fit
from modelops.evaluation.job import HeldOut, Judged, judge
from modelops.evaluation.learned import learned_of
from modelops.evaluation.models import Evaluation
from modelops.evaluation.options import options_of
from modelops.evaluation.reading import facts_of, people_of
from modelops.registry import checkpoints
from modelops.registry.checkpoints import UnsafeCheckpoint
from modelops.registry.job import prepare
from modelops.registry.models import StepKind
from modelops.registry.predictions import store
from modelops.registry.services import NewVersion, note, promote, register
from modelops.training.attempts import Attempt, Cancelled, Superseded, claim
from modelops.training.dataset import Dataset, GoldDocument, read_dataset
from modelops.training.losses import Curve
from modelops.training.models import RunState

logger = logging.getLogger(__name__)
RESUME_SECONDS = 20.0
# Of the progress bar; the rest is evaluation.
FIT_SHARE = 0.9
# How often the production version may change under a run that is about to end.
MOST_CHANGES = 5


class ProductionChanged(Exception):
    """Another version went into production after the comparison was made."""


def run(run_id: int) -> None:
    """Do the run if it is free to be taken. Every end but success is told in the row's own words."""
    attempt = claim(run_id)
    if attempt is None:
        return
    with attempt.heartbeat():
        try:
            _work(attempt)
        except Superseded:
            logger.info("run %s: attempt %s stops, it was superseded", run_id, attempt.number)
        except Cancelled:
            _end(attempt, RunState.CANCELLED)
        except (OperationalError, InterfaceError):
            # The database is away: the row grows stale and the run is taken up again.
            raise
        except Exception as error:  # the border of the worker: whatever went wrong must end the run and be told
            logger.exception("run %s failed", run_id)
            _end(attempt, RunState.FAILED, error=_words(error))


def _end(attempt: Attempt, state: RunState, **changes: Any) -> None:  # Any: values of the row's own fields
    try:
        attempt.end(state, **changes)
    except Superseded:
        logger.info("run %s had ended before", attempt.run.pk)


def _words(error: Exception) -> str:
    if isinstance(error, LossDiverged):
        return _(
            "Training went off the rails: at step %(step)d the loss was no number any more. "
            "Lower the learning rates, or leave them to the site. No version was made."
        ) % {"step": error.step}
    if isinstance(error, CheckpointError | UnsafeCheckpoint):
        return _("What was learned came back damaged from the disk, so it was not put into use: %(error)s") % {
            "error": error
        }
    if isinstance(error, ValueError | FileNotFoundError):
        return str(error)
    if is_out_of_memory(error):
        return _("The memory did not suffice, not even for one text at a time. Try a smaller max_length.")
    if isinstance(error, OSError):
        return _("The disk could not be read or written: %(error)s.") % {"error": error.strerror or str(error)}
    return _("An unexpected error stopped the run (%(kind)s). The worker's log says more.") % {
        "kind": type(error).__name__
    }


def _work(attempt: Attempt) -> None:
    run = attempt.run
    arguments = _arguments(run.arguments)
    dataset = read_dataset(run.project, int(run.snapshot["change"]))
    snapshot = run.snapshot if "train" in run.snapshot else dataset.snapshot(int(run.snapshot["change"]))
    attempt.note(stage="data", snapshot=snapshot, arguments=arguments.as_dict(), progress=0.01)
    if not dataset.train:
        raise ValueError(_("All gold so far belongs to the test split; annotate a few more documents."))
    encoder = _encoder(run.project.encoder)
    folder = _fit(attempt, dataset, arguments, encoder)
    path = str(folder.relative_to(Path(settings.CHECKPOINTS)))
    sha256 = checkpoints.digest(checkpoints.folder_of(path))
    attempt.note(stage="evaluating", progress=FIT_SHARE)
    predictor = Predictor.load(folder, encoder, threads=arguments.threads)
    told = options_of(predictor.checkpoint.figures)
    for _round in range(MOST_CHANGES):
        project = Project.objects.get(pk=run.project_id)
        judged = judge(project, _test_split(dataset), predictor, attempt.check)
        judged = replace(judged, metrics=judged.metrics | told)
        try:
            _finish(attempt, dataset, judged, path, sha256)
        except ProductionChanged:
            continue
        return
    raise ValueError(_("The version in production changed again and again while the run was ending."))


def _test_split(dataset: Dataset) -> HeldOut:
    return HeldOut(
        document_ids=tuple(document.document_id for document in dataset.test),
        gold=[document.answer for document in dataset.test],
        kinds=dataset.kinds,
        trained_on=len(dataset.train),
    )


def _arguments(given: dict[str, Any]) -> TrainingArguments:  # Any: JSON
    here = {"threads": int(os.environ.get("COLLABWEB_TRAIN_THREADS", "1")), "resume_seconds": RESUME_SECONDS}
    if given.get("privacy_epsilon") is None:
        here["processes"] = int(os.environ.get("COLLABWEB_TRAIN_PROCESSES", "1"))
    return TrainingArguments.from_dict({**here, **given})


def _encoder(name: str) -> Path:
    try:
        return prepare(name)
    except KeyError as error:
        raise ValueError(_("This site has no encoder “%(name)s”.") % {"name": name}) from error


def _fit(attempt: Attempt, dataset: Dataset, arguments: TrainingArguments, encoder: Path) -> Path:
    """The finished checkpoint's folder. It appears in one rename, so an attempt that finds it need not train again."""
    place = Path(settings.CHECKPOINTS) / str(attempt.run.project_id) / str(attempt.run.pk)
    work, done = place / "work", place / "checkpoint"
    if done.is_dir():
        return done
    work.mkdir(parents=True, exist_ok=True)
    curve = Curve.read(attempt.run.metrics.get("losses"))

    def on_progress(progress: Progress) -> None:
        attempt.check()
        curve.add(progress.step, progress.loss)
        done_share = progress.step / progress.steps
        left = progress.seconds / progress.step * (progress.steps - progress.step)
        metrics = asdict(progress) | {"left_seconds": round(left, 1), "losses": curve.points}
        attempt.show(stage="training", progress=0.02 + (FIT_SHARE - 0.02) * done_share, metrics=metrics)

    examples = [_example(document) for document in dataset.train]
    heads = [HeadSpec.of(shape) for shape in dataset.taught]
    learn = fit if arguments.processes == 1 else fit_apart
    learn(examples, heads, arguments, encoder=encoder, folder=work, on_progress=on_progress)
    attempt.check()
    work.rename(done)
    return done


def _example(document: GoldDocument) -> Example:
    return Example(document.text, document.answer, document.parts, document.roles)


def _learned(dataset: Dataset) -> dict[str, Any]:  # Any: JSON
    ids = [document.document_id for document in dataset.train]
    gold = [document.answer for document in dataset.train]
    return learned_of(dataset.kinds, gold, facts_of(ids), people_of(ids))


def _finish(attempt: Attempt, dataset: Dataset, judged: Judged, path: str, sha256: str) -> None:
    """Register, promote if the gate lets it pass, and end the run: all or nothing. Raises ProductionChanged."""
    run = attempt.run
    checkpoints.verified(path, sha256)
    metrics = {**run.metrics, **judged.metrics}
    new = NewVersion(
        path=path,
        sha256=sha256,
        encoder=run.project.encoder,
        documents=len(dataset.train),
        arguments=run.arguments,
        metrics=judged.metrics,
        comparison=judged.comparison,
    )
    evaluation = Evaluation(report=judged.report, outcomes=judged.outcomes, learned=_learned(dataset))
    with transaction.atomic():
        project = Project.objects.select_for_update(no_key=True).get(pk=run.project_id)
        if project.production_version != judged.comparison["against"]:
            raise ProductionChanged
        attempt.hold()
        version = register(project_id=run.project_id, new=new)
        evaluation.version = version
        evaluation.save()
        store(version.number, judged.predictions)
        if judged.is_to_be_promoted:
            promote(version, user=None)
        elif judged.comparison["verdict"] == "worse":
            note(version, StepKind.REFUSED, None)
        attempt.end(RunState.SUCCEEDED, stage="", progress=1.0, metrics=metrics, version=version)
    logger.info("run %s made version %s (%s)", run.pk, version.pk, judged.comparison["verdict"])

"""Spoiled trainings by the real engine on the sample's tickets: none goes live, and production keeps answering."""

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from annotation.projects.models import Project
from modelops.engine.training import fit
from modelops.evaluation.models import Evaluation
from modelops.evaluation.words import reason_words, verdict_words
from modelops.prelabeling import job as prelabeling
from modelops.prelabeling.models import PredictRequest
from modelops.prelabeling.services import ask
from modelops.registry import checkpoints
from modelops.registry.job import predictor_for
from modelops.registry.models import ModelVersion, Stage, VersionStep
from modelops.registry.services import BrokenCheckpoint
from modelops.training import job
from modelops.training.dataset import Dataset, GoldDocument, read_dataset
from modelops.training.models import Run, RunState
from modelops.training.promotion import promote_checked
from modelops.training.services import STALE_AFTER, request_run
from tests import make
from tests.modelops.training.conftest import ENCODER, places

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
__all__ = ["places"]

TICKETS = Path("annotation/projects/sample/tickets_en.jsonl")
CATEGORIES = ("billing", "delivery", "refund", "account")
QUICK = {"epochs": 2, "threads": 1, "max_length": 64, "window_overlap": 16}
ASKED = ["Where is my parcel? It should have come on Monday.", "I forgot my password"]

Spoil = Callable[[list[GoldDocument]], list[GoldDocument]]


@pytest.fixture
def project(places: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Real tickets with gold, and version 1, which learned from them as they are, in production."""
    labels: dict[str, Any] = {"name": "Category", "kind": "choice", "labels": list(CATEGORIES)}
    made = make.project(encoder=ENCODER, label_sets=[labels], salt="a fixed salt", train_after=0)
    for line in TICKETS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = row["text"] if "text" in row else row["parts"][0]["text"]
        if row["answer"]["Category"] in CATEGORIES:
            make.gold(make.document(made, text), {"Category": row["answer"]["Category"]})
    learned_once(made, tmp_path_factory.getbasetemp() / "sound-checkpoint")
    made.refresh_from_db()
    assert made.production_version == 1
    monkeypatch.setattr(job, "fit", _asking(made))
    return made


def learned_once(project: Project, kept: Path) -> None:
    """The same gold gives the same checkpoint: later tests' runs find it done, as a run that is taken up again does."""
    run = request_run(project=project, user=None, arguments=QUICK, reason="")
    done = Path(settings.CHECKPOINTS) / str(project.pk) / str(run.pk) / "checkpoint"
    if kept.is_dir():
        shutil.copytree(kept, done)
    job.run(run.pk)
    if not kept.is_dir():
        shutil.copytree(done, kept)


def _asking(project: Project) -> Callable[..., Any]:
    """The engine's own training; in its midst production is asked."""

    def run(*given: Any, on_progress: Callable[[Any], None], **named: Any) -> Any:  # Any: handed on
        def asking(progress: Any) -> None:
            if progress.step == 2:
                assert_production_answers(project)
            on_progress(progress)

        return fit(*given, on_progress=asking, **named)

    return run


def a_run(project: Project, **arguments: Any) -> Run:
    run = request_run(project=project, user=None, arguments=QUICK | arguments, reason="")
    job.run(run.pk)
    run.refresh_from_db()
    return run


def spoiled(monkeypatch: pytest.MonkeyPatch, spoil: Spoil) -> None:
    """From now on runs learn from other gold; what they are tested on stays as it is."""

    def read(project: Project, change: int) -> Dataset:
        dataset = read_dataset(project, change)
        return replace(dataset, documents=(*spoil(dataset.train), *dataset.test))

    monkeypatch.setattr(job, "read_dataset", read)


def assert_production_answers(project: Project) -> None:
    assert ModelVersion.objects.get(stage=Stage.PRODUCTION).number == 1
    request = ask(Project.objects.get(pk=project.pk), ASKED)
    prelabeling.answer(request.pk)
    result = PredictRequest.objects.get(pk=request.pk).result
    assert result is not None
    assert result["version"] == 1
    assert [one["answer"]["Category"] for one in result["predictions"]] == ["delivery", "account"]


def test_shuffled_labels_are_refused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def shuffle(train: list[GoldDocument]) -> list[GoldDocument]:
        answers = [document.answer for document in train]
        random.Random(3).shuffle(answers)
        return [replace(document, answer=answer) for document, answer in zip(train, answers, strict=True)]

    spoiled(monkeypatch, shuffle)
    run = a_run(project)

    assert run.state == RunState.SUCCEEDED
    version = ModelVersion.objects.get(number=2)
    assert (version.stage, version.comparison["verdict"]) == (Stage.CANDIDATE, "worse")
    assert VersionStep.objects.get(version=version).kind == "refused"
    assert "Worse than version 1" in verdict_words(version.comparison)
    assert any("became wrong" in words for words in reason_words(version.comparison))
    good, bad = (Evaluation.objects.get(version__number=number).report["label_sets"] for number in (1, 2))
    assert bad["Category"]["high"] < good["Category"]["low"], "the stored figures tell it too"
    assert_production_answers(project)


def test_a_version_worse_on_one_label_only_is_refused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def forget(train: list[GoldDocument]) -> list[GoldDocument]:
        return [document for document in train if document.answer["Category"] != "refund"]

    spoiled(monkeypatch, forget)
    a_run(project)

    version = ModelVersion.objects.get(number=2)
    assert (version.stage, version.comparison["verdict"]) == (Stage.CANDIDATE, "worse")
    drops = [reason["label"] for reason in version.comparison["reasons"] if reason["code"] == "recall_drop"]
    assert drops == ["refund"]
    assert_production_answers(project)


def test_a_loss_that_is_no_number_fails_the_run_early_in_clear_words(project: Project) -> None:
    run = a_run(project, learning_rate=1e30, head_learning_rate=1e30, epochs=50)

    assert run.state == RunState.FAILED
    assert "the loss was no number any more" in run.error
    assert "Lower the learning rates" in run.error
    assert run.metrics.get("step", 0) < 10
    assert ModelVersion.objects.count() == 1
    assert_production_answers(project)


def test_a_truncated_checkpoint_fails_the_run_or_is_refused_by_its_checksum(
    project: Project, places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_: object, **__: object) -> None:
        raise Killed

    run = request_run(project=project, user=None, arguments=QUICK, reason="")
    with monkeypatch.context() as patch:
        patch.setattr(job, "judge", kill)
        with pytest.raises(Killed):
            job.run(run.pk)
    truncate(places / "checkpoints" / str(project.pk) / str(run.pk) / "checkpoint" / "adapter.safetensors")
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - 2 * STALE_AFTER)
    job.run(run.pk)

    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "came back damaged from the disk" in run.error
    assert ModelVersion.objects.count() == 1
    assert_production_answers(project)

    Project.objects.filter(pk=project.pk).update(promote="manual")
    a_run(project)
    candidate = ModelVersion.objects.get(number=2)
    assert candidate.stage == Stage.CANDIDATE
    truncate(checkpoints.folder_of(candidate.path) / "heads.safetensors")
    with pytest.raises(checkpoints.UnsafeCheckpoint):
        predictor_for(candidate)
    with pytest.raises(BrokenCheckpoint, match="files of version 2 are damaged"):
        promote_checked(candidate, user=project.created_by, force=True, reason="at once")
    assert_production_answers(project)


def truncate(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.truncate(path.stat().st_size // 2)

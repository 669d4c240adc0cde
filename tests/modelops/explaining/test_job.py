"""What a worker answers, from a real checkpoint of a tiny encoder."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from annotation.predictions.models import Prediction
from modelops.engine.training import fit
from modelops.explaining import job
from modelops.explaining.models import Explanation
from modelops.explaining.services import ask_why, make_rounds
from modelops.registry import checkpoints
from modelops.registry.models import ModelVersion
from modelops.registry.services import NewVersion, register
from modelops.work.services import RESEND_AFTER
from tests import make
from tests.conftest import Messages
from tests.modelops.engine.gold import HEADS, QUICK, gold

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "anna lost card 3 in paris"
ANSWER = {"Intent": "lost_card", "Topics": ["card", "late"], "Places": [{"start": 20, "end": 25, "label": "PLACE"}]}
LABEL_SETS: list[dict[str, Any]] = [
    {"name": head.name, "kind": head.kind, "labels": list(head.labels), "required": False} for head in HEADS
]


@pytest.fixture(scope="module")
def trained(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of checkpoints with one in it, "1/1"."""
    root = tmp_path_factory.mktemp("checkpoints")
    folder = root / "1" / "1"
    folder.mkdir(parents=True)
    fit(gold(16), HEADS, QUICK, encoder=tiny_encoder, folder=folder)
    return root


@pytest.fixture
def version(
    trained: Path,
    tiny_encoder: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> ModelVersion:
    settings.CHECKPOINTS = trained
    monkeypatch.setattr("modelops.registry.job.prepare", lambda name: tiny_encoder)
    monkeypatch.setattr("modelops.registry.job._loaded", {})
    project = make.project(label_sets=LABEL_SETS)
    sha256 = checkpoints.digest(trained / "1" / "1")
    return register(project_id=project.pk, new=NewVersion("1/1", sha256, "tiny", 10))


def asked(version: ModelVersion, answer: dict[str, Any] | None = None) -> Explanation:
    document = make.document(version.project, TEXT)
    return ask_why(make.prediction(document, answer or ANSWER, version=version.number))


def test_the_words_of_every_chosen_label_are_written(version: ModelVersion) -> None:
    row = asked(version)

    job.answer(row.pk)

    row.refresh_from_db()
    assert row.finished_at is not None
    assert row.result is not None
    assert {name: set(labels) for name, labels in row.result.items()} == {
        "Intent": {"lost_card"},
        "Topics": {"card", "late"},
    }
    for labels in row.result.values():
        for words in labels.values():
            assert {TEXT[word["start"] : word["end"]] for word in words} <= set(TEXT.split())
            assert sum(abs(word["weight"]) for word in words) == pytest.approx(1.0, abs=0.01)


def test_an_answer_that_is_there_is_not_made_again(version: ModelVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    row = asked(version)
    job.answer(row.pk)
    monkeypatch.setattr(job, "explain", lambda *_: pytest.fail("explained twice"))

    job.answer(row.pk)
    job.answer(row.pk + 1)


def test_a_label_that_the_version_does_not_know_is_left_out(version: ModelVersion) -> None:
    row = asked(version, {"Intent": "since_renamed", "Topics": [], "Other": "x"})

    job.answer(row.pk)

    row.refresh_from_db()
    assert (row.result, row.error) == ({}, "")


def test_a_worker_killed_at_work_leaves_the_question_to_the_next(
    version: ModelVersion, monkeypatch: pytest.MonkeyPatch, sent_messages: Messages
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_: object) -> None:
        raise Killed

    row = asked(version)
    with monkeypatch.context() as patch:
        patch.setattr(job, "explain", kill)
        with pytest.raises(Killed):
            job.answer(row.pk)
    Explanation.objects.update(created_at=timezone.now() - RESEND_AFTER - timedelta(seconds=1), attempt=1)
    sent_messages.clear()

    make_rounds()
    assert sent_messages == [("modelops.tasks.explain", (row.pk,))]
    job.answer(row.pk)

    row.refresh_from_db()
    assert row.result is not None


@pytest.mark.parametrize("what", ["changed", "gone"])
def test_a_checkpoint_that_is_not_what_it_was_explains_nothing(version: ModelVersion, what: str) -> None:
    row = asked(version)
    fields = {"sha256": "0" * 64} if what == "changed" else {"path": "1/2"}
    ModelVersion.objects.update(**fields)

    job.answer(row.pk)

    row.refresh_from_db()
    assert (row.result, row.error) == (None, "checkpoint_gone")


def test_a_version_that_was_deleted_meanwhile_is_said_too(version: ModelVersion) -> None:
    row = asked(version)
    Prediction.objects.update(version=9)

    job.answer(row.pk)

    row.refresh_from_db()
    assert row.error == "checkpoint_gone"

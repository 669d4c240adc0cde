from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from annotation.documents.models import Document
from annotation.events.models import Event
from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from annotation.queue.services import lend
from modelops.prelabeling import job as prelabeling
from modelops.prelabeling.models import PredictRequest, Prelabeling
from modelops.prelabeling.services import ask
from modelops.registry.models import ModelVersion, Stage
from modelops.registry.services import rollback
from modelops.selection import job as ranking
from modelops.training import job
from modelops.training.models import Run, RunState
from modelops.training.services import STALE_AFTER, request_run
from modelops.work.models import WorkState
from tests import make
from tests.conftest import Messages
from tests.modelops.pages.test_versions import page_of
from tests.modelops.training.conftest import project_with_gold

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
QUICK = {"epochs": 3, "threads": 1}


def a_finished_run(project: Project) -> Run:
    run = request_run(project=project, user=None, arguments=QUICK, reason="test")
    job.run(run.pk)
    run.refresh_from_db()
    return run


def what_it_says(project: Project, *texts: str) -> dict[str, Any]:  # Any: JSON
    """The answer of `predict/`."""
    request = ask(project, list(texts))
    prelabeling.answer(request.pk)
    result: dict[str, Any] | None = PredictRequest.objects.get(pk=request.pk).result
    assert result is not None
    return result


def test_a_run_ends_with_a_version_in_production_and_predictions_on_open_cards(
    places: Path, sent_messages: Messages
) -> None:
    project = project_with_gold(60, open_count=40)
    bob = make.member(project, "bob")
    lent = lend(project=project, user=bob, count=2)

    run = a_finished_run(project)

    assert (run.state, run.error) == (RunState.SUCCEEDED, "")
    version = ModelVersion.objects.get()
    assert (version.stage, version.number, run.version_id) == (Stage.PRODUCTION, 1, version.pk)
    assert version.comparison["verdict"] == "first"
    assert run.snapshot["train"] + run.snapshot["test"] == 60
    assert version.metrics["accuracy"] > 0.6
    assert run.metrics["losses"]
    kinds = list(Event.objects.filter(project=project).order_by("pk").values_list("type", flat=True))
    assert kinds.count("version.promoted") == 1
    assert kinds.count("prediction.updated") == 2
    assert kinds.index("version.promoted") < kinds.index("prediction.updated")
    seen = Event.objects.filter(type="prediction.updated").values_list("payload__document", flat=True)
    assert set(seen) == {assignment.document_id for assignment in lent}
    assert ("modelops.tasks.prelabel", (version.pk,)) in sent_messages

    prelabeling.run(version.pk)

    assert Prelabeling.objects.get().state == WorkState.SUCCEEDED
    assert Prediction.objects.filter(version=1).count() == 100
    assert ("modelops.tasks.rank", (project.pk,)) in sent_messages

    ranking.run(project.pk)

    assert Document.objects.filter(project=project, slots__gt=0, priority__gt=0).exists()

    project.refresh_from_db()
    answered = what_it_says(project, "The courier lost my package", "Charged twice")
    assert answered["version"] == 1
    assert answered["predictions"][0]["answer"]["Category"] == "delivery"

    second = a_finished_run(project)

    assert second.state == RunState.SUCCEEDED
    newer = ModelVersion.objects.get(number=2)
    assert newer.comparison["against"] == 1
    if newer.stage == Stage.PRODUCTION:
        rollback(project, bob)
    project.refresh_from_db()
    assert project.production_version == 1
    current = Prediction.objects.current([lent[0].document_id], project.production_version)
    assert current[lent[0].document_id].version == 1


def test_a_private_run_tells_what_it_spent_wherever_its_version_is_shown(places: Path) -> None:
    project = project_with_gold(40)
    arguments = QUICK | {"epochs": 1, "privacy_epsilon": 8.0, "privacy_adapter": True}
    run = request_run(project=project, user=None, arguments=arguments, reason="test")

    job.run(run.pk)

    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.SUCCEEDED, "")
    spent = run.metrics["privacy"]
    assert 0 < spent["epsilon"] <= 8.0
    assert spent["adapter"] is True
    assert run.version is not None
    assert run.version.metrics["privacy"] == spent
    version = f"versions/{run.version.pk}/"
    for path in (f"runs/{run.pk}/", version, f"{version}card/", f"{version}card.md"):
        page = page_of(project, path)
        assert f"epsilon {spent['epsilon']:.2f}" in page, path
        assert "The adapter and the heads learned with noise." in page, path


def test_options_that_exclude_each_other_end_a_run_in_clear_words(places: Path) -> None:
    project = project_with_gold(20)
    arguments = QUICK | {"privacy_epsilon": 8.0, "privacy_adapter": True, "blanked_share": 0.1}
    run = request_run(project=project, user=None, arguments=arguments, reason="test")

    job.run(run.pk)

    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "privacy_adapter must be false with blanked_share" in run.error


def test_a_run_whose_worker_died_is_taken_up_and_ends_once(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_with_gold(40)
    run = request_run(project=project, user=None, arguments=QUICK, reason="")

    class Killed(BaseException):
        pass

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(job, "judge", kill)
        with pytest.raises(Killed):
            job.run(run.pk)
    job.run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempt) == (RunState.RUNNING, 1)

    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - 2 * STALE_AFTER)
    job.run(run.pk)
    job.run(run.pk)

    run.refresh_from_db()
    assert (run.state, run.attempt) == (RunState.SUCCEEDED, 2)
    assert ModelVersion.objects.count() == 1


def test_gold_that_all_falls_into_the_test_split_fails_in_clear_words(places: Path) -> None:
    project = project_with_gold(0)
    from modelops.evaluation.split import is_test

    for number in range(200):
        document = make.document(project, f"ticket {number}")
        if is_test(project.salt, document.text_key):
            make.gold(document, {"Category": "billing"})
            break

    run = a_finished_run(project)

    assert run.state == RunState.FAILED
    assert "test split" in run.error


def test_too_little_to_compare_still_ends_with_a_version(places: Path) -> None:
    project = project_with_gold(8)

    first, second = a_finished_run(project), a_finished_run(project)

    assert (first.state, second.state) == (RunState.SUCCEEDED, RunState.SUCCEEDED)
    assert ModelVersion.objects.get(number=2).comparison["verdict"] == "unknown"


def test_a_wrong_argument_or_encoder_fails_in_clear_words(places: Path) -> None:
    project = project_with_gold(10)
    run = request_run(project=project, user=None, arguments={"epochs": -1}, reason="")
    job.run(run.pk)
    run.refresh_from_db()
    assert (run.state, "epochs" in run.error) == (RunState.FAILED, True)

    Project.objects.filter(pk=project.pk).update(encoder="no-such-encoder")
    run = request_run(project=project, user=None, arguments=QUICK, reason="")
    job.run(run.pk)
    run.refresh_from_db()
    assert (run.state, "no-such-encoder" in run.error) == (RunState.FAILED, True)


def test_a_cancelled_run_stops_and_leaves_no_version(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_with_gold(40)
    run = request_run(project=project, user=None, arguments=QUICK, reason="")
    monkeypatch.setattr("modelops.training.attempts.BEAT_SECONDS", 0.05)
    Run.objects.filter(pk=run.pk).update(cancel_requested=True)

    job.run(run.pk)

    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert not ModelVersion.objects.exists()

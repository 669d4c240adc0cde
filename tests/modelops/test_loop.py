import pytest
from celery import Task
from django.core.cache import cache
from kombu.exceptions import OperationalError

from annotation import signals as people
from modelops import signals, tasks
from modelops.loop import on_run_requested
from modelops.prelabeling.models import Prelabeling
from modelops.registry.services import NewVersion, promote, register
from modelops.training.models import Run
from tests import make
from tests.conftest import Messages

pytestmark = pytest.mark.django_db


def test_a_message_is_sent_once_a_row_and_attempt_until_the_memory_is_lost(sent_messages: Messages) -> None:
    for attempt in (0, 0, 1):
        signals.run_requested.send(sender=Run, run_id=7, attempt=attempt)
    cache.clear()
    signals.run_requested.send(sender=Run, run_id=7, attempt=1)

    assert sent_messages == [("modelops.tasks.train", (7,))] * 3


def test_a_dead_broker_is_no_error_for_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(Task, "delay", fail)

    on_run_requested(sender=Run, run_id=7, attempt=0)


def test_an_import_is_sent_to_its_worker(sent_messages: Messages) -> None:
    people.import_requested.send(sender=None, import_id=5)

    assert sent_messages == [("annotation.tasks.run_import", (5,))]


def test_a_new_version_is_loaded_and_a_promoted_one_prelabels(
    sent_messages: Messages, django_capture_on_commit_callbacks: object
) -> None:
    project = make.project()

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        version = register(project_id=project.pk, new=NewVersion("1/1", "0" * 64, "e", 10))
        promote(version, user=None)

    assert sent_messages == [
        ("modelops.tasks.load", (version.pk,)),
        ("modelops.tasks.refit", (project.pk,)),
        ("modelops.tasks.prelabel", (version.pk,)),
    ]
    assert Prelabeling.objects.get().version == version


def test_loading_happens_where_predictions_are_made() -> None:
    assert tasks.load.queue == "live"  # type: ignore[attr-defined]  # an option of shared_task


def test_imported_documents_are_compared_and_prelabeled_only_with_a_version(sent_messages: Messages) -> None:
    project = make.project()
    cache.clear()

    people.documents_imported.send(sender=None, project_id=project.pk)

    assert sent_messages == [("annotation.tasks.group_near_duplicates", (project.pk,))]


def test_the_tick_makes_its_rounds_on_an_empty_site(sent_messages: Messages) -> None:
    tasks.tick()

    assert sent_messages == []

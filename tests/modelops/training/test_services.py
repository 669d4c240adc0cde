from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from annotation.events.models import Event
from annotation.projects.models import Project
from modelops.training.attempts import Superseded, claim
from modelops.training.models import Run, RunState
from modelops.training.services import (
    MOST_ATTEMPTS,
    STALE_AFTER,
    AlreadyActive,
    NotActive,
    cancel_run,
    decision_for,
    make_rounds,
    request_run,
    start_due_runs,
)
from tests import make
from tests.conftest import Messages

pytestmark = pytest.mark.django_db


def a_project(gold: int = 1, **settings: Any) -> Project:
    project = make.project(**settings)
    for number in range(gold):
        make.gold(make.document(project, f"ticket {number}"), {"Category": "billing"})
    return project


def a_run(project: Project) -> Run:
    return request_run(project=project, user=None, arguments={}, reason="test")


def make_stale(run: Run, **changes: object) -> None:
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - STALE_AFTER - timedelta(seconds=1), **changes)


def test_a_project_has_one_active_run_at_most() -> None:
    project = a_project()
    run = a_run(project)

    with pytest.raises(AlreadyActive) as raised:
        a_run(project)

    assert raised.value.run == run
    assert Run.objects.count() == 1


def test_without_any_gold_no_run_is_made() -> None:
    with pytest.raises(ValidationError, match="no gold"):
        a_run(make.project())

    assert not Run.objects.exists()


def test_a_requested_run_is_sent_once_after_commit(
    sent_messages: Messages, django_capture_on_commit_callbacks: object
) -> None:
    project = a_project()

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        run = a_run(project)

    assert sent_messages == [("modelops.tasks.train", (run.pk,))]
    assert Event.objects.get(type="run.progress").payload["state"] == "queued"


def test_a_claimed_run_is_not_claimed_again_while_its_worker_lives() -> None:
    run = a_run(a_project())

    first, second = claim(run.pk), claim(run.pk)

    assert first is not None
    assert first.number == 1
    assert second is None


def test_a_stale_attempt_can_write_nothing_any_more() -> None:
    run = a_run(a_project())
    old = claim(run.pk)
    make_stale(run)
    new = claim(run.pk)
    assert old is not None
    assert new is not None

    with pytest.raises(Superseded):
        old.note(progress=0.9)
    with pytest.raises(Superseded):
        old.end(RunState.SUCCEEDED)

    run.refresh_from_db()
    assert (run.state, run.progress, run.attempt) == (RunState.RUNNING, 0.0, 2)
    new.end(RunState.SUCCEEDED)
    with pytest.raises(Superseded):
        new.end(RunState.FAILED)
    assert Event.objects.filter(type="run.progress", payload__state="succeeded").count() == 1


def test_a_worker_that_was_silent_too_long_stops_by_itself() -> None:
    run = a_run(a_project())
    attempt = claim(run.pk)
    assert attempt is not None
    attempt.check()

    attempt._held_at -= STALE_AFTER.total_seconds()

    with pytest.raises(Superseded):
        attempt.check()


def test_progress_is_shown_at_most_twice_a_second() -> None:
    attempt = claim(a_run(a_project()).pk)
    assert attempt is not None
    Event.objects.all().delete()

    for step in range(20):
        attempt.show(progress=step / 100)

    assert Event.objects.count() == 1


def test_the_rounds_send_a_lost_run_again_but_do_not_flood(sent_messages: Messages) -> None:
    run = a_run(a_project())
    Run.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(seconds=10))

    make_rounds()
    make_rounds()

    assert sent_messages == [("modelops.tasks.train", (run.pk,))]


def test_the_rounds_send_the_run_of_a_dead_worker_again(sent_messages: Messages) -> None:
    run = a_run(a_project())
    claim(run.pk)
    make_rounds()
    assert sent_messages == []

    make_stale(run)
    make_rounds()

    assert sent_messages == [("modelops.tasks.train", (run.pk,))]


def test_a_run_that_killed_its_worker_too_often_fails_with_a_reason() -> None:
    run = a_run(a_project())
    claim(run.pk)
    make_stale(run, attempt=MOST_ATTEMPTS)

    make_rounds()

    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert str(MOST_ATTEMPTS) in run.error


def test_a_queued_run_is_cancelled_at_once_and_an_ended_one_not_at_all() -> None:
    run = cancel_run(a_run(a_project()))

    assert run.state == RunState.CANCELLED
    assert claim(run.pk) is None
    with pytest.raises(NotActive):
        cancel_run(run)


def test_a_running_run_is_asked_to_stop() -> None:
    run = a_run(a_project())
    claim(run.pk)

    cancel_run(run)

    run.refresh_from_db()
    assert (run.state, run.cancel_requested) == (RunState.RUNNING, True)


def test_enough_new_gold_starts_one_run_and_a_cancelled_one_starts_the_count_anew() -> None:
    project = a_project(gold=24, train_after=25)
    start_due_runs(project.pk)
    assert not Run.objects.exists()

    make.gold(make.document(project, "one more"), {"Category": "other"})
    start_due_runs(project.pk)
    start_due_runs()

    run = Run.objects.get()
    assert "25" in run.reason
    cancel_run(run)
    start_due_runs()
    assert Run.objects.count() == 1
    assert decision_for(project).code == "few_new"


def test_no_run_starts_where_nobody_could_learn_anything() -> None:
    project = make.project(label_sets=[{"name": "Draft", "kind": "text", "labels": []}], train_after=2)
    for number in range(25):
        make.gold(make.document(project, f"text {number}"), {"Draft": "Yes."})

    start_due_runs()

    assert not Run.objects.exists()
    assert decision_for(project).code == "nothing_to_learn"


def test_after_a_failure_the_next_run_waits() -> None:
    project = a_project(gold=25, train_after=25)
    start_due_runs()
    attempt = claim(Run.objects.get().pk)
    assert attempt is not None
    attempt.end(RunState.FAILED, error="broken")

    start_due_runs()

    assert Run.objects.count() == 1
    assert decision_for(project).code == "waiting"
    Run.objects.update(finished_at=timezone.now() - timedelta(minutes=6))
    start_due_runs()
    assert Run.objects.count() == 2


def test_looking_whether_a_run_is_due_costs_one_statement(django_assert_num_queries: object) -> None:
    project = a_project(gold=3, train_after=25)

    with django_assert_num_queries(1):  # type: ignore[operator]
        start_due_runs(project.pk)

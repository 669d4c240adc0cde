"""Drift, stalled queues, failed runs and revoked certificates; what the rounds cost; two workers at once."""

import threading
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone

from annotation.alerts.models import Alert, AlertState
from annotation.alerts.rules import change_rule
from annotation.alerts.services import Cause, raise_alert
from annotation.annotations.models import Annotation
from annotation.events.models import Presence
from annotation.events.services import publish
from annotation.projects.models import Project, Role
from modelops.certificates.looking import restore, revoke
from modelops.certificates.models import Certificate
from modelops.registry.services import NewVersion, promote, register
from modelops.training.models import Run, RunState
from modelops.watching import services
from modelops.watching.models import Watch
from tests import make
from tests.conftest import Messages
from tests.modelops.watching.stream import START, Stream


@pytest.mark.django_db
def test_planted_drift_of_answers_and_texts_is_found_when_the_day_is_over(stream: Stream) -> None:
    stream.come(stream.quiet_days(10))
    Annotation.objects.update(changed_at=START)
    stream.now = START + timedelta(days=10, hours=1)
    before = stream.look()

    stream.now = START + timedelta(days=10)
    texts = stream.quiet_days(1, a_day=80)
    made = stream.come([replace(one, language="de" if place % 2 else "en") for place, one in enumerate(texts)])
    stream.now = START + timedelta(days=10, hours=23)
    same_day = stream.look()
    stream.now += timedelta(hours=2)
    after = stream.look()
    stream.look()

    assert before == same_day == []
    [alert] = after
    assert (alert.kind, alert.subject, alert.figures["documents"]) == ("drift", "language", len(made))
    assert Alert.objects.count() == 1


def waiting_project() -> Project:
    project = make.project()
    make.document(project)
    person = make.member(project, "bob")
    services.make_rounds()
    Presence.objects.create(connection=uuid.uuid4(), project=project, user=person, seen_at=timezone.now())
    return project


@pytest.mark.django_db
def test_a_queue_that_stands_still_is_told_once_and_closes_with_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    project = waiting_project()
    now = timezone.now()

    def round_at(minutes: float) -> list[str]:
        at = now + timedelta(minutes=minutes)
        monkeypatch.setattr("django.utils.timezone.now", lambda: at)
        Presence.objects.update(seen_at=at)
        services.make_rounds()
        return [alert.state for alert in Alert.objects.all()]

    told = [round_at(minutes) for minutes in (0, 15, 29, 31, 32)]
    publish(project.pk, "annotation.submitted", {"document": 1, "annotation": 1, "user": 1})
    after = round_at(33)

    assert told == [[], [], [], ["open"], ["open"]]
    assert after == ["closed"]
    alert = Alert.objects.get()
    assert (alert.figures["open"], alert.figures["people"], alert.figures["lent"]) == (1, 1, 0)


@pytest.mark.django_db
def test_nobody_there_is_no_standstill(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting_project()
    services.make_rounds()
    Presence.objects.all().delete()

    later = timezone.now() + timedelta(hours=3)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    services.make_rounds()

    assert not Alert.objects.exists()
    assert not Watch.objects.filter(waiting_since__isnull=False).exists()


def failed_run(project: Project) -> Run:
    return Run.objects.create(
        project=project, state=RunState.FAILED, error="The disk is full.", finished_at=timezone.now()
    )


@pytest.mark.django_db
def test_a_failed_run_is_told_once_counted_again_and_closed_by_a_success() -> None:
    project = make.project()
    run = failed_run(project)
    services.make_rounds()
    services.make_rounds()
    [alert] = Alert.objects.all()
    failed_run(project)
    services.make_rounds()
    again = Alert.objects.get()

    Run.objects.create(project=project, state=RunState.SUCCEEDED, finished_at=timezone.now())
    services.make_rounds()

    assert (alert.figures["run"], alert.figures["error"], alert.times) == (run.pk, "The disk is full.", 1)
    assert (again.pk, again.times) == (alert.pk, 2)
    assert Alert.objects.get().state == AlertState.CLOSED


@pytest.mark.django_db
def test_two_failures_are_needed_where_the_rule_says_so() -> None:
    project = make.project()
    change_rule(project=project, user=project.created_by, kind="run_failed", thresholds={"failures": 2})
    failed_run(project)
    services.make_rounds()
    first = Alert.objects.count()

    failed_run(project)
    services.make_rounds()

    assert (first, Alert.objects.get().figures["failures"]) == (0, 2)


@pytest.mark.django_db
def test_a_revoked_certificate_is_told_and_closed_when_it_holds_again() -> None:
    project = make.project(auto_accept={"precision": 0.95, "confidence": 0.9})
    other = make.member(project, "rui", Role.REVIEWER)
    version = register(project_id=project.pk, new=NewVersion("p", "0" * 64, "e", 1))
    promote(version, user=None)
    certificate = Certificate.objects.create(
        project=project, version=version, target=0.95, asked_level=0.9, level=0.9, sample=50, state="valid"
    )
    revoke(certificate, user=project.created_by, returns=False)
    alert = Alert.objects.get()
    told = list(alert.notifications.values_list("user", flat=True))

    restore(certificate)
    services.make_rounds()

    alert.refresh_from_db()
    assert (alert.kind, alert.figures["end"], told) == ("certificate_revoked", "manager", [other.pk])
    assert alert.state == AlertState.CLOSED


@pytest.mark.django_db
def test_a_quiet_round_costs_few_statements(django_assert_max_num_queries: Any) -> None:  # Any: a fixture
    for name in "abcdef":
        make.project(manager=make.user(name))
    services.make_rounds()

    with django_assert_max_num_queries(8):
        services.make_rounds()


@pytest.mark.django_db
def test_a_quiet_look_costs_few_statements_however_many_texts(
    stream: Stream, django_assert_max_num_queries: Any
) -> None:
    stream.come(stream.quiet_days(5))
    stream.now += timedelta(days=6)
    stream.look()
    stream.now += timedelta(minutes=1)

    with django_assert_max_num_queries(11):
        services.run(stream.project.pk)


@pytest.mark.django_db
def test_a_lost_message_is_sent_again_and_a_dead_worker_is_replaced(stream: Stream, sent_messages: Messages) -> None:
    stream.come(stream.quiet_days(2))
    services.make_rounds()
    first = [name for name, _ in sent_messages if name.endswith("watch")]
    stream.now += timedelta(seconds=30)
    services.make_rounds()  # what was sent is remembered for a while; then it is due again
    Watch.objects.update(claimed_until=stream.now + timedelta(seconds=5))
    stream.now += timedelta(seconds=10)

    services.run(stream.project.pk)

    assert first == ["modelops.tasks.watch"]
    assert Watch.objects.get().seen_at is not None


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_raise_one_alert() -> None:
    project = make.project()
    cause = Cause("surge", "1:2", {"window": 10}, timezone.now())
    ready, made = threading.Barrier(4), []

    def work() -> None:
        close_old_connections()
        ready.wait()
        made.append(raise_alert(project.pk, cause))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(alert is not None for alert in made) == 1
    assert Alert.objects.count() == 1

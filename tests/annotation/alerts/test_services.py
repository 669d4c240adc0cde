"""One alert a cause, who is told, and what becomes of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.alerts.models import Alert, AlertState, Notification
from annotation.alerts.rules import RULES, change_rule, in_words, rules_of
from annotation.alerts.services import Cause, close, end_alerts, raise_alert, snooze, wake_snoozed
from annotation.alerts.telling import choose, inbox_of, mark_read
from annotation.events.models import Event
from annotation.people.models import User
from annotation.projects.models import Membership, Project, Role
from tests import make

pytestmark = pytest.mark.django_db
RUN = {"run": 7, "failures": 1, "error": "The disk is full.", "at": "2026-09-01T00:00:00+00:00"}


def a_cause(minutes: float = 0, subject: str = "") -> Cause:
    at = timezone.now() + timedelta(minutes=minutes)
    return Cause("run_failed", subject, RUN, at, told=("run",), rest=timedelta(hours=1))


def an_alert(project: Project) -> Alert:
    alert = raise_alert(project.pk, a_cause())
    assert alert is not None
    return alert


def unread(user: User) -> int:
    return User.objects.get(pk=user.pk).unread_notifications


def test_managers_and_reviewers_are_told_and_annotators_are_not() -> None:
    project = make.project()
    make.member(project, "ann")
    rui = make.member(project, "rui", Role.REVIEWER)

    alert = an_alert(project)

    assert set(alert.notifications.values_list("user", flat=True)) == {project.created_by_id, rui.pk}
    assert Event.objects.get(type="alert.raised").payload == {"alert": alert.pk, "kind": "run_failed", "run": 7}


def test_a_cause_that_goes_on_is_counted_and_nobody_is_told_again() -> None:
    project = make.project()
    alert = an_alert(project)

    again = raise_alert(project.pk, a_cause(5))

    alert.refresh_from_db()
    assert again is None
    assert (alert.times, unread(project.created_by)) == (2, 1)


def test_the_database_refuses_a_second_one() -> None:
    alert = an_alert(make.project())
    fields = {"project": alert.project, "kind": alert.kind, "subject": alert.subject}

    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(**fields, raised_at=alert.raised_at, last_at=alert.last_at)


def test_a_closed_one_rests_and_then_may_be_raised_anew() -> None:
    project = make.project()
    close(an_alert(project), user=project.created_by, note=" Fixed. ")

    soon, later = (raise_alert(project.pk, a_cause(minutes)) for minutes in (30, 90))

    assert soon is None
    assert later is not None
    steps = Alert.objects.earliest("pk").steps.values_list("kind", "by", "note")
    assert list(steps) == [("raised", None, ""), ("closed", project.created_by_id, "Fixed.")]


def test_closing_twice_or_snoozing_what_is_closed_is_refused() -> None:
    project = make.project()
    alert = an_alert(project)
    close(alert, user=project.created_by)

    with pytest.raises(ValidationError):
        close(alert, user=project.created_by)
    with pytest.raises(ValidationError):
        snooze(alert, user=project.created_by, until=timezone.now() + timedelta(hours=1))


def test_a_snoozed_one_wakes_once_and_is_unread_again(monkeypatch: pytest.MonkeyPatch) -> None:
    project = make.project()
    alert = an_alert(project)
    mark_read(user=project.created_by)
    snooze(alert, user=project.created_by, until=timezone.now() + timedelta(hours=1))
    early = wake_snoozed()

    later = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    woken = (wake_snoozed(), wake_snoozed())

    alert.refresh_from_db()
    assert (early, woken) == (0, (1, 0))
    assert (alert.state, unread(project.created_by)) == (AlertState.OPEN, 1)


@pytest.mark.parametrize("hours", [-1, 0, 91 * 24])
def test_it_rests_until_some_time_soon(hours: int) -> None:
    project = make.project()
    alert = an_alert(project)

    with pytest.raises(ValidationError):
        snooze(alert, user=project.created_by, until=timezone.now() + timedelta(hours=hours))
    alert.refresh_from_db()
    assert alert.state == AlertState.OPEN


def test_what_is_over_is_closed_by_the_site() -> None:
    alert = an_alert(make.project())

    ended = end_alerts(Alert.objects.all())

    assert ended == 1
    assert list(alert.steps.values_list("kind", flat=True)) == ["raised", "ended"]
    assert unread(alert.project.created_by) == 0


def test_the_number_of_unread_ones_follows_every_change() -> None:
    project = make.project()
    manager = project.created_by
    counts = [unread(manager)]
    for subject in "abc":
        raise_alert(project.pk, a_cause(subject=subject))
    counts.append(unread(manager))
    first = inbox_of(manager).earliest("pk")
    mark_read(user=manager, ids=[first.pk])
    counts.append(unread(manager))
    mark_read(user=manager, ids=[first.pk], is_read=False)
    counts.append(unread(manager))
    mark_read(user=manager)
    counts.append(unread(manager))
    raise_alert(project.pk, a_cause(subject="d"))
    Membership.objects.filter(user=manager).delete()
    counts.append(unread(manager))

    assert counts == [0, 3, 2, 3, 0, 0]


def test_a_person_chooses_the_channels_by_kind() -> None:
    project = make.project()
    manager = project.created_by
    choose(user=manager, choices={"run_failed": {"on_page": False}})

    alert = an_alert(project)

    assert not Notification.objects.filter(alert=alert).exists()
    with pytest.raises(ValidationError):
        choose(user=manager, choices={"weather": {"on_page": True}})
    with pytest.raises(ValidationError):
        choose(user=manager, choices={"drift": {"by_pigeon": True}})


@pytest.mark.parametrize(
    ("kind", "thresholds"),
    [
        ("surge", {"least_rise": 2}),
        ("surge", {"fewest": 8.5}),
        ("surge", {"fewest": True}),
        ("surge", {"minutes": 5}),
        ("stalled", {"minutes": "5"}),
        ("weather", {}),
    ],
)
def test_thresholds_that_make_no_sense_change_nothing(kind: str, thresholds: dict[str, object]) -> None:
    project = make.project()

    with pytest.raises(ValidationError):
        change_rule(project=project, user=project.created_by, kind=kind, thresholds=thresholds)
    assert not project.alert_rules.exists()


def test_every_threshold_is_told_in_words() -> None:
    project = make.project()
    change_rule(project=project, user=project.created_by, kind="surge", thresholds={"fewest": 12})

    rules = rules_of(project.pk)

    assert list(rules) == list(RULES)
    assert "At least 12 negative texts" in in_words(rules["surge"])[0]
    assert all(in_words(rule) for kind, rule in rules.items() if kind not in ("certificate_revoked", "decay"))
    assert all(str(rule.of.words) and all(str(one.help) for one in rule.of.thresholds) for rule in rules.values())

"""A planted surge raises one alert within a minute and not before; quiet days raise none."""

from datetime import timedelta

import pytest

from annotation.alerts.models import Alert, AlertState, Notification
from annotation.alerts.rules import change_rule
from annotation.alerts.services import close
from annotation.documents.filters import DocumentFilter
from annotation.events.models import Event
from annotation.finding.applying import found_documents
from tests.modelops.watching.stream import START, Stream

TICK = timedelta(seconds=20)


@pytest.fixture
def quiet(stream: Stream) -> Stream:
    """Thirty quiet days have passed."""
    stream.come(stream.quiet_days(30))
    stream.now = START + timedelta(days=30)
    return stream


def test_a_planted_surge_raises_one_alert_within_a_minute_and_not_before(quiet: Stream) -> None:
    before = looked_at(quiet, [TICK] * 3)
    begin = quiet.now

    quiet.come(quiet.negative(40))
    found = looked_at(quiet, [TICK] * 3)
    raised = Alert.objects.get()
    later = looked_at(quiet, [timedelta(hours=1)] * 12)

    assert before == [0, 0, 0]
    assert found[-1] == 1
    assert raised.raised_at - begin <= timedelta(minutes=1)
    assert raised.figures["topic"]["name"] == "risk"
    assert set(later) == {1}


def looked_at(stream: Stream, steps: list[timedelta]) -> list[int]:
    """The number of alerts after each step of the clock."""
    numbers = []
    for step in steps:
        stream.now += step
        numbers.append(len(stream.look()))
    return numbers


def test_its_documents_are_as_many_as_it_tells(quiet: Stream) -> None:
    quiet.come(quiet.negative(40))
    quiet.now += timedelta(minutes=1)
    [alert] = quiet.look()

    rows = found_documents(quiet.project, quiet.manager, DocumentFilter(figure=alert.documents))

    assert rows.count() == alert.figures["negatives"]


def test_open_pages_and_the_inbox_hear_of_it_once(quiet: Stream) -> None:
    quiet.come(quiet.negative(40, ("risk", "markets")))
    quiet.now += timedelta(minutes=1)
    [alert] = quiet.look()
    quiet.look()

    [event] = Event.objects.filter(type="alert.raised")
    assert (event.payload["alert"], event.payload["kind"]) == (alert.pk, "surge")
    assert Notification.objects.filter(alert=alert).count() == 1


def test_it_closes_by_itself_when_a_day_is_as_usual(quiet: Stream) -> None:
    quiet.come(quiet.negative(40))
    quiet.now += timedelta(minutes=1)
    [alert] = quiet.look()
    quiet.now += timedelta(hours=26)

    quiet.look()

    alert.refresh_from_db()
    assert alert.state == AlertState.CLOSED
    assert [step.kind for step in alert.steps.all()] == ["raised", "ended"]


def test_what_a_person_closed_rests_for_a_day(quiet: Stream) -> None:
    quiet.come(quiet.negative(40))
    quiet.now += timedelta(minutes=1)
    [alert] = quiet.look()
    close(alert, user=quiet.manager)

    quiet.come(quiet.negative(40))
    quiet.now += timedelta(hours=2)

    assert len(quiet.look()) == 1


def test_a_rule_that_is_off_raises_none(quiet: Stream) -> None:
    change_rule(project=quiet.project, user=quiet.manager, kind="surge", is_on=False)
    quiet.come(quiet.negative(40))
    quiet.now += timedelta(minutes=1)

    assert quiet.look() == []


def test_thirty_quiet_days_looked_at_day_by_day_raise_no_alert_of_any_kind(stream: Stream) -> None:
    texts = stream.quiet_days(40, a_day=25)
    stream.come([one for one in texts if one.at < START + timedelta(days=10)])
    found = []
    for day in range(10, 40):
        end = START + timedelta(days=day + 1)
        stream.now = end - timedelta(minutes=1)
        stream.come([one for one in texts if end - timedelta(days=1) <= one.at < end])
        found += stream.look()

    assert found == []

"""Raise an alert when documents wait, people are there, and nothing is answered. One look at all projects."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Max

from annotation.alerts.models import Alert, AlertKind
from annotation.alerts.rules import rules_of_many
from annotation.alerts.services import Cause, end_alerts, raise_alert
from annotation.events.models import Event, Presence
from annotation.queue.models import Assignment, AssignmentState

# A closed alert rests so long.
REST = timedelta(hours=4)
# No rule is quicker.
LEAST = timedelta(minutes=2)
# So many events are looked through for the last answer.
MOST_EVENTS = 2_000

_WAITING = """
    WITH here AS (
        SELECT project_id, count(DISTINCT user_id) AS people FROM annotation_presence WHERE seen_at > %s GROUP BY 1
    ), waiting AS (
        SELECT here.*, count.open FROM here CROSS JOIN LATERAL (
            SELECT sum(open) AS open FROM annotation_documentcount AS count WHERE count.project_id = here.project_id
        ) AS count WHERE count.open > 0
    ), left_off AS (
        UPDATE modelops_watch SET waiting_since = NULL
        WHERE waiting_since IS NOT NULL AND project_id NOT IN (SELECT project_id FROM waiting)
    ), begun AS (
        UPDATE modelops_watch SET waiting_since = %s
        WHERE waiting_since IS NULL AND project_id IN (SELECT project_id FROM waiting)
    )
    SELECT waiting.project_id, people, open, watch.waiting_since
    FROM waiting JOIN modelops_watch AS watch ON watch.project_id = waiting.project_id
    WHERE watch.waiting_since IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """`since`: nothing was answered from then on, while people were there and documents waited."""

    project_id: int
    people: int
    open: int
    since: datetime


def look_for_stalled_queues(now: datetime) -> list[Alert]:
    """Two statements where nobody waits."""
    waiting = [one for one in _waiting(now) if one.since <= now - LEAST]
    rules = rules_of_many(AlertKind.STALLED, [one.project_id for one in waiting]) if waiting else {}
    patience = {pk: timedelta(minutes=rule.thresholds["minutes"]) for pk, rule in rules.items()}
    long = [one for one in waiting if now - one.since >= patience[one.project_id]]
    stalled = [one for one in map(_since_last_answer, long) if now - one.since >= patience[one.project_id]]
    moving = Alert.objects.filter(kind=AlertKind.STALLED).exclude(project__in=[one.project_id for one in stalled])
    end_alerts(moving)
    news = [one for one in stalled if rules[one.project_id].is_on and not _is_open(one)]
    made = [raise_alert(one.project_id, _cause(one, now)) for one in news]
    return [alert for alert in made if alert is not None]


def _waiting(now: datetime) -> list[Waiting]:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [now - Presence.STALE_AFTER, now])
        return [Waiting(pk, people, int(number), since) for pk, people, number, since in cursor.fetchall()]


def _since_last_answer(one: Waiting) -> Waiting:
    newest = Event.objects.filter(project_id=one.project_id).order_by("-pk").values("pk")[:MOST_EVENTS]
    answered = Event.objects.filter(pk__in=newest, type="annotation.submitted")
    last = answered.aggregate(last=Max("at"))["last"]
    return replace(one, since=max(one.since, last)) if last is not None else one


def _is_open(one: Waiting) -> bool:
    return Alert.objects.going_on().filter(project_id=one.project_id, kind=AlertKind.STALLED).exists()


def _cause(one: Waiting, now: datetime) -> Cause:
    lent = Assignment.objects.filter(project_id=one.project_id, state=AssignmentState.OPEN, expires_at__gt=now).count()
    figures = {
        "open": one.open,
        "people": one.people,
        "lent": lent,
        "minutes": int((now - one.since).total_seconds() // 60),
        "since": one.since.isoformat(),
    }
    return Cause(AlertKind.STALLED, "", figures, now, told=("open", "people", "minutes"), rest=REST)

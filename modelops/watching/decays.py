"""Raise an alert when somebody has become worse at known answers; their next block that is as before closes it."""

from datetime import timedelta

from annotation.alerts.models import Alert, AlertKind
from annotation.alerts.rules import Rule
from annotation.alerts.services import Cause, end_alerts, raise_alert
from annotation.people.models import User
from annotation.practice.decay import Decay
from annotation.practice.gold_sets import decays_of
from annotation.projects.models import Project

# Who closes it has spoken with the person.
REST = timedelta(days=7)


def look_for_decays(project: Project, rule: Rule) -> list[Alert]:
    """The new alerts; two statements where nobody has become worse."""
    found = decays_of(project)
    going_on = Alert.objects.going_on().filter(project=project, kind=AlertKind.DECAY)
    end_alerts(going_on.exclude(subject__in=[_subject(one) for one in found]))
    if not found or not rule.is_on:
        return []
    people = User.objects.in_bulk([one.user for one in found])
    made = [raise_alert(project.pk, _cause(one, people[one.user])) for one in found]
    return [alert for alert in made if alert is not None]


def _subject(one: Decay) -> str:
    return f"{one.user} {one.kind}"


def _cause(one: Decay, person: User) -> Cause:
    """The live event carries no figures: it reaches colleagues too."""
    figures = {
        "user": one.user,
        "name": person.shown_name,
        "what": one.kind,
        "block": one.block,
        "right": one.recent_right,
        "answers": one.recent,
        "earlier_right": one.earlier_right,
        "earlier": one.earlier,
        "chance": one.chance,
    }
    return Cause(AlertKind.DECAY, _subject(one), figures, one.at, rest=REST)

"""Raise an alert when complete days differ from the project's first ones, and close it when they are alike again."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from math import ceil

from django.db.models import Q

from annotation.alerts.models import Alert, AlertKind
from annotation.alerts.rules import Rule
from annotation.alerts.services import Cause, end_alerts, raise_alert
from annotation.projects.models import Kind, LabelSet, Project
from annotation.quality.asked import Asked, figure_of
from annotation.quality.drift import FALSE_ALARMS, Drift
from annotation.quality.drifting import Watched, answers_watched, texts_watched
from annotation.quality.reading import read_columns
from annotation.quality.topics import mood_of

# What was closed by a person may go on for long: it is the new normal, and rests.
REST = timedelta(days=28)
# Older periods are no news.
NEWS = timedelta(days=7)
# A surge explains that moods and topics are distributed otherwise.
EXPLAINED = timedelta(days=7)


def look_for_drift(project: Project, rule: Rule, day: date, now: datetime) -> list[Alert]:
    """Days up to `day`, the last complete one. The new alerts; five statements where nothing has changed."""
    label_sets = list(LabelSet.objects.filter(project=project).prefetch_related("labels"))
    by_id = {row.pk: row for row in label_sets}
    columns = read_columns(project, Asked(until=day), ("values",))
    watched = texts_watched(columns, Asked(until=day))
    watched += [answers_watched(columns, row.pk) for row in label_sets if row.kind == Kind.CHOICE]
    # One look a day at each: together they may raise one false alarm in the days asked for.
    comparisons = ceil(FALSE_ALARMS * rule.thresholds["quiet_days"] * len(watched))
    explained = _explained(project, label_sets, now)
    made = []
    for one, result in _news(watched, day, comparisons):
        if not (result.is_drift and result.shift >= rule.thresholds["least_shift"]):
            end_alerts(Alert.objects.filter(project=project, kind=AlertKind.DRIFT, subject=one.name))
        elif rule.is_on and one.label_set not in explained:
            made.append(raise_alert(project.pk, _cause(one, result, by_id.get(one.label_set), now)))
    return [alert for alert in made if alert is not None]


def _news(watched: list[Watched], day: date, comparisons: int) -> Iterator[tuple[Watched, Drift]]:
    for one in watched:
        result = one.newest(comparisons=comparisons)
        if result is not None and one.periods[-1].last >= day - NEWS:
            yield one, result


def _explained(project: Project, label_sets: list[LabelSet], now: datetime) -> set[int]:
    mood = mood_of(label_sets)
    if mood is None or not _had_surge(project, now):
        return set()
    return {row.pk for row in (mood.label_set, mood.topics) if row is not None}


def _had_surge(project: Project, now: datetime) -> bool:
    rows = Alert.objects.filter(project=project, kind=AlertKind.SURGE)
    return rows.filter(Q(closed_at=None) | Q(raised_at__gte=now - EXPLAINED)).exists()


def _cause(one: Watched, result: Drift, label_set: LabelSet | None, now: datetime) -> Cause:
    newest, first, split = one.periods[-1], one.periods[0], one.split or 1
    figures = {
        "what": one.name if label_set is None else label_set.name,
        "label_set": None if label_set is None else {"name": label_set.name, "titles": label_set.titles},
        "first": newest.first.isoformat(),
        "last": newest.last.isoformat(),
        "reference_first": first.first.isoformat(),
        "reference_last": one.periods[split - 1].last.isoformat(),
        "documents": one.numbers[-1],
        "shift": round(result.shift, 6),
        "distance": round(result.distance, 6),
        "limit": round(result.limit, 6),
    }
    asked = Asked(newest.first, newest.last)
    behind = {} if label_set is None else {"label_set": label_set.pk}
    documents = figure_of("texts" if label_set is None else "answers", asked, **behind)
    return Cause(AlertKind.DRIFT, one.name, figures, now, documents, ("what", "shift", "documents"), REST)

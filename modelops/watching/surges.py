"""Raise an alert when a topic's newest texts are negative more often than usual, and close it when that is over."""

from datetime import datetime, timedelta

import numpy as np

from annotation.alerts.models import Alert, AlertKind
from annotation.alerts.rules import Rule
from annotation.alerts.services import Cause, end_alerts, raise_alert
from annotation.projects.models import Label, LabelSet, Project
from annotation.quality.asked import Asked, figure_of
from annotation.quality.surge import BASE_DAYS, DAY, Limits, Mask, Surge, Topic, surge, surges
from annotation.quality.topics import ANY, Mood, Said, mood_in, read_said

# A closed alert's subject rests so long, and an open one lasts so long at least.
REST = timedelta(days=1)


def look_for_surges(project: Project, rule: Rule, now: datetime) -> list[Alert]:
    """The new alerts. Six statements where all is as usual."""
    mood = mood_in(project)
    if mood is None:
        return []
    minute = minute_of(now)
    said = read_said(project, mood, since=minute - (BASE_DAYS + 1) * DAY)
    watch = _Watch(project, mood, said, minute, rule)
    watch.end_what_is_over(now)
    return watch.raise_new(now) if rule.is_on else []


def minute_of(at: datetime) -> int:
    return int(at.timestamp() // 60)


class _Watch:
    """One look at a project; `newest`: the newest alert of each topic, open or not."""

    def __init__(self, project: Project, mood: Mood, said: Said, minute: int, rule: Rule) -> None:
        self.project, self.mood, self.said, self.minute = project, mood, said, minute
        values = rule.thresholds
        self.limits = Limits(values["least_rise"], int(values["fewest"]), values["quiet_days"])
        self.topics: list[Label | None] = list(mood.topic_labels) if mood.topics is not None else [None]
        self.is_negative: Mask = np.isin(said.mood, mood.negative)
        rows = Alert.objects.filter(project=project, kind=AlertKind.SURGE).order_by("subject", "-id")
        self.newest = {row.subject: row for row in rows.distinct("subject")}

    def raise_new(self, now: datetime) -> list[Alert]:
        open_alerts = [(topic, self._going_on(topic)) for topic in self.topics]
        waiting = [topic for topic, alert in open_alerts if alert is None]
        explained = np.zeros(len(self.said.document), dtype=bool)
        for topic, alert in open_alerts:
            if alert is not None:
                own = self._places(topic)
                explained[own[self.said.minute[own] >= int(alert.figures["first"])]] = True
        watched = [Topic(self._places(topic), self._seen_until(topic)) for topic in waiting]
        found = surges(self.said.minute, self.is_negative, watched, self.minute, self.limits, explained=explained)
        made = [raise_alert(self.project.pk, self._cause(waiting[place], one, now)) for place, one in found]
        return [alert for alert in made if alert is not None]

    def end_what_is_over(self, now: datetime) -> None:
        """Also where the project asks nothing of the topic any more."""
        topics = {self._subject(topic): topic for topic in self.topics}
        over = [
            alert.pk
            for subject, alert in self.newest.items()
            if alert.closed_at is None and (subject not in topics or self._is_over(alert, topics[subject], now))
        ]
        if over:
            end_alerts(Alert.objects.filter(pk__in=over))
            self.newest = {key: row for key, row in self.newest.items() if row.pk not in over}

    def _is_over(self, alert: Alert, topic: Label | None, now: datetime) -> bool:
        own, count = self._places(topic), len(self.topics)
        found = surge(self.said.minute[own], self.is_negative[own], self.minute, self.limits, topics=count)
        return found is None and alert.raised_at <= now - REST

    def _going_on(self, topic: Label | None) -> Alert | None:
        row = self.newest.get(self._subject(topic))
        return row if row is not None and row.closed_at is None else None

    def _seen_until(self, topic: Label | None) -> int:
        row = self.newest.get(self._subject(topic))
        return -1 if row is None else int(row.figures["last"])

    def _places(self, topic: Label | None) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        return self.said.of_topic(topic.pk if topic is not None else ANY)

    def _subject(self, topic: Label | None) -> str:
        return f"{self.mood.label_set.pk}:{topic.pk if topic is not None else ANY}"

    def _cause(self, topic: Label | None, found: Surge, now: datetime) -> Cause:
        mood = self.mood.label_set
        named = _named(topic) if topic is not None else None
        figures = {
            "topic": named,
            "topics": _named(self.mood.topics) if self.mood.topics is not None else None,
            "label_set": _named(mood),
            "window": found.window,
            "first": found.first,
            "last": self.minute,
            "negatives": found.negatives,
            "texts": found.texts,
            "share": round(found.share, 6),
            "usual": round(found.usual, 6),
            "before": found.before,
            "chance": found.chance,
            "limit": found.limit,
        }
        behind = {"label_set": mood.pk, "topic": topic.pk if topic is not None else None, "negative": 1}
        documents = figure_of("topics", Asked(), **behind, first=found.first, last=self.minute)
        told = ("topic", "negatives", "texts", "share", "usual")
        return Cause(AlertKind.SURGE, self._subject(topic), figures, now, documents, told, REST)


def _named(row: Label | LabelSet) -> dict[str, object]:
    return {"name": row.name, "titles": row.titles}

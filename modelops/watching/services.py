"""Watch over projects: which are looked at now, one look at one of them, and the rounds of the tick.

A look belongs to one worker at a time; where two look all the same, the database lets one of them raise an alert.
"""

from datetime import date, datetime, timedelta

from django.db import connection
from django.utils import timezone

from annotation.alerts.models import AlertKind
from annotation.alerts.rules import rules_of
from annotation.projects.models import Project
from modelops import signals
from modelops.registry.models import ModelVersion
from modelops.watching.broken import end_certificate_alerts, look_for_failed_runs
from modelops.watching.decays import look_for_decays
from modelops.watching.drifts import look_for_drift
from modelops.watching.models import Watch
from modelops.watching.stalled import look_for_stalled_queues
from modelops.watching.surges import look_for_surges

# A worker that died in a look leaves it to another one after so long; and no project is looked at more often than this.
HOLD = timedelta(seconds=60)
PAUSE = timedelta(seconds=15)
# Where an alert is going on it may be over without anything new.
LOOK_AGAIN = "10 minutes"

# Newest of what a look depends on: the columns, and predictions that no column tells of.
_CHANGED = """
    greatest(watch.noted_at, (SELECT max(built_at) FROM annotation_qualityslice WHERE project_id = watch.project_id))
"""
_DUE = f"""
    SELECT project_id FROM (
        SELECT watch.*, {_CHANGED} AS changed_at FROM modelops_watch AS watch
        WHERE claimed_until IS NULL OR claimed_until < %(now)s
    ) AS watch
    WHERE changed_at > coalesce(seen_at, '-infinity')
        OR changed_at IS NOT NULL AND coalesce(drift_day, '-infinity') < %(day)s
        OR claimed_until < %(now)s - %(again)s::interval AND EXISTS (
            SELECT 1 FROM annotation_alert
            WHERE project_id = watch.project_id AND state <> 'closed' AND kind IN ('surge', 'drift', 'decay')
        )
    ORDER BY project_id
"""
_CLAIM = f"""
    UPDATE modelops_watch AS watch SET claimed_until = %s
    WHERE project_id = %s AND (claimed_until IS NULL OR claimed_until < %s)
    RETURNING drift_day, {_CHANGED}
"""
_BEGIN = """
    INSERT INTO modelops_watch (project_id)
    SELECT id FROM annotation_project AS project
    WHERE NOT EXISTS (SELECT 1 FROM modelops_watch WHERE project_id = project.id)
    ON CONFLICT DO NOTHING
"""


def note_new_predictions(version_id: int) -> None:
    """Texts that nobody has answered have a mood now."""
    project = ModelVersion.objects.filter(pk=version_id).values("project")
    Watch.objects.filter(project__in=project).update(noted_at=timezone.now())


def make_rounds() -> None:
    """Ask for the looks that are due, and look at what needs no worker of its own. Six statements on a quiet site."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN)
        cursor.execute(_DUE, {"now": now, "day": last_day(now), "again": LOOK_AGAIN})
        due = [row[0] for row in cursor.fetchall()]
    for project_id in due:
        signals.watch_due.send(sender=Watch, project_id=project_id)
    look_for_failed_runs(now)
    end_certificate_alerts()
    look_for_stalled_queues(now)


def last_day(now: datetime) -> date:
    """The last complete one, in UTC."""
    return now.date() - timedelta(days=1)


def run(project_id: int) -> None:
    """One look at what has come since the last one."""
    now = timezone.now()
    claimed = _claim(project_id, now)
    project = Project.objects.filter(pk=project_id).first() if claimed else None
    if claimed is None or project is None:
        return
    drift_day, changed_at = claimed
    rules = rules_of(project_id)
    look_for_surges(project, rules[AlertKind.SURGE], now)
    if drift_day is None or drift_day < last_day(now):
        look_for_drift(project, rules[AlertKind.DRIFT], last_day(now), now)
    look_for_decays(project, rules[AlertKind.DECAY])
    mine = Watch.objects.filter(project=project, claimed_until=now + HOLD)
    mine.update(seen_at=changed_at, drift_day=last_day(now), claimed_until=now + PAUSE)


def _claim(project_id: int, now: datetime) -> tuple[date | None, datetime | None] | None:
    """The day of the last look for drift, and when the newest thing came; None where another worker looks."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [now + HOLD, project_id, now])
        found: tuple[date | None, datetime | None] | None = cursor.fetchone()
    return found

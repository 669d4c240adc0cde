"""Raise an alert when runs fail in a row; close what is over. One look at all projects, a few statements."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Max, OuterRef, Q

from annotation.alerts.models import Alert, AlertKind
from annotation.alerts.rules import rules_of_many
from annotation.alerts.services import Cause, end_alerts, raise_alert
from modelops.certificates.models import Certificate
from modelops.training.models import Run, RunState

# Older failures are no news, as after the site was down for long.
NEWS = timedelta(days=1)
MOST_CHARS = 500


def look_for_failed_runs(now: datetime) -> list[Alert]:
    """Two statements where no run has failed of late, else four and those of the alerts."""
    going_on = Alert.objects.going_on().filter(kind=AlertKind.RUN)
    success = Run.objects.filter(project=OuterRef("project"), state=RunState.SUCCEEDED)
    end_alerts(going_on.filter(Exists(success.filter(finished_at__gt=OuterRef("last_at")))))
    failed = _failed(now)
    rules = rules_of_many(AlertKind.RUN, [one.project_id for one in failed]) if failed else {}
    made = []
    for one in failed:
        rule = rules[one.project_id]
        if rule.is_on and one.failures >= rule.thresholds["failures"]:
            made.append(raise_alert(one.project_id, _cause(one)))
    return [alert for alert in made if alert is not None]


@dataclass(frozen=True, slots=True)
class Failed:
    """How many runs failed since the last one that succeeded, and the newest of them."""

    project_id: int
    failures: int
    run_id: int
    at: datetime


def _failed(now: datetime) -> list[Failed]:
    """A row a project that no alert tells of yet."""
    success = Run.objects.filter(project=OuterRef("project"), pk__gt=OuterRef("pk"), state=RunState.SUCCEEDED)
    rows = Run.objects.filter(~Exists(success), state=RunState.FAILED).order_by().values("project")
    found = rows.annotate(failures=Count("pk"), run=Max("pk"), at=Max("finished_at")).filter(at__gt=now - NEWS)
    failed = [Failed(*row) for row in found.values_list("project", "failures", "run", "at")]
    if not failed:
        return []
    alerts = Alert.objects.filter(kind=AlertKind.RUN, project__in=[one.project_id for one in failed])
    told = dict(alerts.order_by().values_list("project").annotate(Max("last_at")))
    return [one for one in failed if one.project_id not in told or told[one.project_id] < one.at]


def _cause(one: Failed) -> Cause:
    error = Run.objects.filter(pk=one.run_id).values_list("error", flat=True).first() or ""
    figures = {"run": one.run_id, "failures": one.failures, "error": error[:MOST_CHARS], "at": one.at.isoformat()}
    return Cause(AlertKind.RUN, "", figures, one.at, told=("run", "failures"))


def end_certificate_alerts() -> int:
    """Where a certificate of the same label set holds again. One statement where there is none."""
    holds = Certificate.objects.valid().filter(project=OuterRef("project"), label_set=OuterRef("subject"))
    return end_alerts(Alert.objects.going_on().filter(Q(Exists(holds)), kind=AlertKind.CERTIFICATE))

"""Ask for runs, cancel them, and keep what a worker writes fenced by its attempt."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.annotations.models import Gold, GoldChange, Source
from annotation.events.services import publish
from annotation.people.models import User
from annotation.projects.models import Project
from modelops import signals
from modelops.training.dataset import has_something_to_learn, last_change
from modelops.training.models import Run, RunState
from modelops.training.policy import Decision, Situation, decide

logger = logging.getLogger(__name__)

ACTIVE = (RunState.QUEUED, RunState.RUNNING)
# With the tick, the message and a new process a run goes on within half a minute of its worker's death.
STALE_AFTER = timedelta(seconds=12)
RESEND_AFTER = timedelta(seconds=3)
MOST_ATTEMPTS = 5
# Counting stops here: the policy only asks whether there is enough.
MOST_COUNTED = 10_000


class AlreadyActive(Exception):
    """A project has one active run at most; `run` is it."""

    def __init__(self, run: Run | None) -> None:
        super().__init__(_("A run of this project is already under way."))
        self.run = run


class NotActive(Exception):
    def __init__(self) -> None:
        super().__init__(_("This run has already ended."))


def request_run(*, project: Project, user: User | None, arguments: dict[str, Any], reason: str) -> Run:
    """Queue a run. Raises AlreadyActive, or ValidationError when there is no gold at all."""
    if not Gold.objects.filter(project=project).exists():
        raise ValidationError(_("There is no gold to learn from yet. Annotate or import some first."), "no_gold")
    try:
        with transaction.atomic():
            # What the run learns from is settled here: gold up to this place of the log.
            run = Run.objects.create(
                project=project,
                created_by=user,
                arguments=arguments,
                reason=reason[:200],
                snapshot={"change": last_change(project.pk)},
            )
            announce(run)
            transaction.on_commit(lambda: signals.run_requested.send(sender=Run, run_id=run.pk, attempt=0))
    except IntegrityError as error:
        raise AlreadyActive(Run.objects.filter(project=project, state__in=ACTIVE).first()) from error
    logger.info("run %s requested in project %s", run.pk, project.pk)
    return run


def cancel_run(run: Run) -> Run:
    """End a queued run at once; ask the worker of a running one to stop. Raises NotActive."""
    now = timezone.now()
    with transaction.atomic():
        row = Run.objects.select_for_update().get(pk=run.pk)
        if row.state not in ACTIVE:
            raise NotActive
        is_orphan = row.state == RunState.RUNNING and (row.heartbeat_at is None or row.heartbeat_at < now - STALE_AFTER)
        row.cancel_requested = True
        if row.state == RunState.QUEUED or is_orphan:
            row.state, row.finished_at = RunState.CANCELLED, now
        row.save(update_fields=["cancel_requested", "state", "finished_at"])
        announce(row)
    return row


def announce(run: Run) -> None:
    """Tell open pages how the run stands; call inside the transaction that changed it."""
    payload = {"run": run.pk, "state": run.state, "progress": round(run.progress, 4), "metrics": brief(run.metrics)}
    publish(run.project_id, "run.progress", payload)


def brief(metrics: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """The plain figures of a run, without tables and curves."""
    return {name: value for name, value in metrics.items() if not isinstance(value, dict | list)}


def situation_of(project: Project) -> Situation:
    """What the policy looks at: four or five statements."""
    last = Run.objects.filter(project=project).exclude(state=RunState.FAILED).order_by("-pk").first()
    is_active = last is not None and last.state in ACTIVE
    change = int(last.snapshot.get("change", 0)) if last else 0
    newer = GoldChange.objects.filter(project=project, pk__gt=change).exclude(source=Source.AUTO_ACCEPT)
    failed = list(
        Run.objects.filter(project=project, state=RunState.FAILED, pk__gt=last.pk if last else 0)
        .order_by("-pk")
        .values_list("finished_at", flat=True)[:20]
    )
    return Situation(
        train_after=project.train_after,
        gold=Gold.objects.filter(project=project).count() if project.train_after else 0,
        new_gold=len(set(newer.values_list("document_id", flat=True)[:MOST_COUNTED])),
        is_active=is_active,
        failures=len(failed),
        seconds_since_failure=_seconds_since(failed[0]) if failed else 0.0,
        has_something_to_learn=has_something_to_learn(project.pk),
    )


def _seconds_since(moment: datetime | None) -> float:
    return (timezone.now() - moment).total_seconds() if moment else 0.0


def decision_for(project: Project) -> Decision:
    return decide(situation_of(project))


def start_if_due(project_id: int) -> Run | None:
    """Start a run if the policy says so."""
    project = Project.objects.filter(pk=project_id).first()
    decision = decision_for(project) if project else None
    if project is None or decision is None or not decision.is_due:
        return None
    try:
        return request_run(project=project, user=None, arguments={}, reason=decision.words)
    except AlreadyActive:
        return None


# A condition on `project`.
IS_WORTH_A_LOOK = """
    project.train_after > 0
    AND NOT EXISTS (SELECT 1 FROM modelops_run AS active
        WHERE active.project_id = project.id AND active.state IN ('queued', 'running'))
    AND (SELECT count(*) FROM (SELECT 1 FROM annotation_goldchange AS newer
        WHERE newer.project_id = project.id AND newer.source <> 'auto_accept' AND newer.id > COALESCE(
            (SELECT (snapshot->>'change')::bigint FROM modelops_run
                WHERE project_id = project.id AND state <> 'failed' ORDER BY id DESC LIMIT 1), 0)
        LIMIT project.train_after) AS found) >= project.train_after
"""


def projects_worth_a_look(project_id: int | None = None) -> list[int]:
    """Projects where enough gold changed since the last run and none is active. One cheap statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT project.id FROM annotation_project AS project
            WHERE (%(project)s::bigint IS NULL OR project.id = %(project)s) AND {IS_WORTH_A_LOOK}
            """,
            {"project": project_id},
        )
        return [row[0] for row in cursor.fetchall()]


def start_due_runs(project_id: int | None = None) -> None:
    """Start what the policy finds due, in one project or in all."""
    for found in projects_worth_a_look(project_id):
        start_if_due(found)


def make_rounds() -> None:
    """Send lost runs to a worker again, give up those that were tried too often, start what is due."""
    now = timezone.now()
    waiting = Q(state=RunState.QUEUED, created_at__lt=now - RESEND_AFTER)
    orphaned = Q(state=RunState.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    for run in Run.objects.filter(waiting | orphaned):
        if run.state == RunState.RUNNING and (run.cancel_requested or run.attempt >= MOST_ATTEMPTS):
            _give_up(run)
        else:
            signals.run_requested.send(sender=Run, run_id=run.pk, attempt=run.attempt)
    start_due_runs()


def _give_up(run: Run) -> None:
    state = RunState.CANCELLED if run.cancel_requested else RunState.FAILED
    error = "" if run.cancel_requested else _("The worker died %(count)d times in this run.") % {"count": run.attempt}
    mine = Run.objects.filter(pk=run.pk, attempt=run.attempt, state=RunState.RUNNING)
    with transaction.atomic():
        if mine.update(state=state, error=error, finished_at=timezone.now()):
            run.state = state
            announce(run)
            logger.warning("run %s ended as %s without its worker", run.pk, state)

"""How rows of background work pass from the web to workers and back, whatever the work is."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Manager, Q, QuerySet
from django.dispatch import Signal
from django.utils import timezone

from modelops.work.models import SlicedWork, WorkerCall, WorkState

logger = logging.getLogger(__name__)
STALE_AFTER = timedelta(seconds=20)
RESEND_AFTER = timedelta(seconds=3)
ANSWER_WITHIN = timedelta(seconds=60)
MOST_FAILURES = 5
MOST_RESENT = 100

Work = TypeVar("Work", bound=SlicedWork)
Call = TypeVar("Call", bound=WorkerCall)


def start_anew(row: SlicedWork, **fields: object) -> None:
    """Queue the work from its beginning; a slice under way stops, for its attempt is no longer the newest."""
    _rows(row).filter(pk=row.pk).update(
        state=WorkState.QUEUED, attempt=F("attempt") + 1, failures=0, error="", **fields
    )
    row.refresh_from_db()


def queue_anew(model: type[Work], project_id: int, **fields: object) -> Work:
    """The project's only row, from its beginning with these fields. Call inside a transaction."""
    row, is_new = model._default_manager.get_or_create(project_id=project_id)
    if not is_new:
        start_anew(row, **fields)
    return row


def claim(rows: QuerySet[Work]) -> Work | None:
    """Take the first of these rows for one slice; None when there is none or another worker has it."""
    now = timezone.now()
    free = Q(state=WorkState.QUEUED) | Q(state=WorkState.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    with transaction.atomic():
        row = rows.select_for_update(of=("self",)).filter(free).first()
        if row is None:
            return None
        row.attempt, row.state, row.heartbeat_at = row.attempt + 1, WorkState.RUNNING, now
        row.save(update_fields=["attempt", "state", "heartbeat_at"])
        return row


def is_mine(row: SlicedWork, *, done: int) -> bool:
    """Note the progress; False when another worker or a new request has taken over, and nothing was written."""
    return bool(_mine(row).update(done=done, heartbeat_at=timezone.now()))


@transaction.atomic
def end_slice(row: SlicedWork, state: WorkState, *, error: str = "", failures: int = 0) -> bool:
    """Leave the work as succeeded, failed, or queued for the next slice; False when it was taken over."""
    now = timezone.now()
    return bool(_mine(row).update(state=state, error=error, failures=failures, heartbeat_at=now))


def work_off(row: Work, one_slice: Callable[[Work], bool], send: Callable[[Work], object]) -> None:
    """Do one slice (it says True when nothing is left) and leave the rest to the next message.

    A slice that fails is tried again at the next rounds, `MOST_FAILURES` times. A lost database is not its failure.
    """
    try:
        is_done = one_slice(row)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # the border of the worker: the row must tell what went wrong
        logger.exception("%s failed", row)
        failures = row.failures + 1
        state = WorkState.FAILED if failures >= MOST_FAILURES else WorkState.QUEUED
        end_slice(row, state, error=str(error)[:500], failures=failures)
        return
    with transaction.atomic():
        if end_slice(row, WorkState.SUCCEEDED if is_done else WorkState.QUEUED) and not is_done:
            send(row)


def lost_work(rows: QuerySet[Work]) -> QuerySet[Work]:
    """Those of these rows that wait without a message, or whose worker died."""
    now = timezone.now()
    waiting = Q(state=WorkState.QUEUED) & (Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=now - RESEND_AFTER))
    orphaned = Q(state=WorkState.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    return rows.filter(waiting | orphaned, created_at__lt=now - RESEND_AFTER)


def tell_after_commit(signal: Signal, row: SlicedWork, of: str = "project_id") -> None:
    """Send the row's message once it is written; `of`: the field that says whose work it is."""
    told = {of: getattr(row, of), "attempt": row.attempt}
    transaction.on_commit(lambda: signal.send(sender=type(row), **told))


def resend_lost(signal: Signal, rows: QuerySet[Work], of: str = "project_id") -> None:
    """Send the messages again of rows that were queued and lost, or whose worker died."""
    for whose, attempt in lost_work(rows).values_list(of, "attempt"):
        signal.send(sender=rows.model, **{of: whose, "attempt": attempt})


def answered(calls: QuerySet[Call], call_id: int) -> Call | None:
    """The call once a worker has answered it."""
    return calls.filter(pk=call_id, finished_at__isnull=False).first()


def finish(call: WorkerCall, *, result: object = None, error: str = "") -> None:
    """Write the answer, or why there is none. Doing it twice is harmless: the first one stays."""
    still_open = type(call)._default_manager.filter(pk=call.pk, finished_at=None)
    still_open.update(result=result, error=error, finished_at=timezone.now())


def lost_calls(calls: QuerySet[Call]) -> QuerySet[Call]:
    """Calls that somebody still waits for and whose message may be lost."""
    now = timezone.now()
    waiting = calls.filter(finished_at=None, created_at__lt=now - RESEND_AFTER, created_at__gt=now - ANSWER_WITHIN)
    return waiting.order_by("pk")[:MOST_RESENT]


def _mine(row: SlicedWork) -> QuerySet[SlicedWork]:
    return _rows(row).filter(pk=row.pk, attempt=row.attempt, state=WorkState.RUNNING)


def _rows(row: SlicedWork) -> Manager[SlicedWork]:
    return type(row)._default_manager

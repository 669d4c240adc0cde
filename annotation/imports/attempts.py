"""Who works on an import now. Every write names its attempt: a worker taken for dead can't end what another began."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.events.services import publish
from annotation.imports import storage
from annotation.imports.models import Import, ImportState
from annotation.imports.wire import progress_json

MAX_ATTEMPTS = 5
UNFINISHED = (ImportState.QUEUED, ImportState.RUNNING)
STALE_AFTER = timedelta(seconds=30)
# A worker that is silent for so long, and whose database session is gone, is dead.
SILENT_AFTER = timedelta(seconds=5)
# First key of the advisory lock; the second is the import.
_LOCK = 4205
# An import inside a request has no heartbeat; no request lives this long.
REQUEST_STALE_AFTER = timedelta(minutes=10)


class Lost(Exception):
    """The import was cancelled or given to another worker."""


def take(import_id: int) -> Import | None:
    """The import with a new attempt number, or None when it is not waiting. Ends it after too many attempts."""
    taken = Import.objects.filter(pk=import_id, state=ImportState.QUEUED).update(
        state=ImportState.RUNNING, attempt=F("attempt") + 1, heartbeat_at=timezone.now(), progress=0.0
    )
    if not taken:
        return None
    row = Import.objects.select_related("project").get(pk=import_id)
    if row.attempt > MAX_ATTEMPTS:
        give_up(
            row, _("Given up after %(number)d attempts: the worker was stopped each time.") % {"number": MAX_ATTEMPTS}
        )
        return None
    return row


def hold(row: Import) -> None:
    """Show for the length of this transaction that a worker is at it: the lock goes when its session does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, row.pk % 2**31])


def _held() -> set[int]:
    """The imports that a session is at."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """,
            [_LOCK],
        )
        return {int(found[0]) for found in cursor.fetchall()}


def beat(row: Import, **figures: Any) -> None:  # Any: fields of the row
    """Say that the work goes on. Raises Lost."""
    if not _mine(row).update(heartbeat_at=timezone.now(), **figures):
        raise Lost


def end(row: Import, state: ImportState, **figures: Any) -> None:  # Any: fields of the row
    """Raises Lost."""
    values = {"state": state, "finished_at": timezone.now(), **figures}
    if not _mine(row).update(**values):
        raise Lost
    for name, value in values.items():
        setattr(row, name, value)


def give_up(row: Import, reason: str) -> None:
    """End the import as failed, for a reason that lies with the site and not with the file."""
    try:
        end(row, ImportState.FAILED, error_code="interrupted", error=reason)
    except Lost:
        return
    storage.drop(str(row.file))
    publish(row.project_id, "import.progress", progress_json(row))


def requeue_stale() -> list[int]:
    """Put back what a dead worker held or a lost message left waiting, and return the ids to send again.

    An import that a request was waiting for is ended instead: its client has seen the error and may have sent it again.
    """
    ids = []
    for row in _stale():
        if row.options.get("is_now"):
            if (row.heartbeat_at or row.created_at) > timezone.now() - REQUEST_STALE_AFTER:
                continue
            give_up(row, _("The site stopped in the middle; nothing was imported. Send the file again."))
        elif Import.objects.filter(pk=row.pk, state=row.state, attempt=row.attempt).update(
            state=ImportState.QUEUED, heartbeat_at=timezone.now()
        ):
            ids.append(row.pk)
    return ids


def _stale() -> list[Import]:
    """Those in nobody's hands: after a short silence where no session is at them, and after a long one anyway."""
    now = timezone.now()
    silent = Import.objects.annotate(seen_at=Coalesce("heartbeat_at", "created_at")).filter(
        Q(seen_at__lt=now - STALE_AFTER) | Q(seen_at__lt=now - SILENT_AFTER, state=ImportState.RUNNING),
        state__in=UNFINISHED,
    )
    rows = list(silent.order_by("pk"))
    held = _held() if rows else set()
    return [row for row in rows if row.seen_at < now - STALE_AFTER or row.pk % 2**31 not in held]


def _mine(row: Import) -> QuerySet[Import]:
    return Import.objects.filter(pk=row.pk, state__in=UNFINISHED, attempt=row.attempt)

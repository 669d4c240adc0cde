"""Uploads that nobody will read any more: previews left alone, ended imports, files whose row was never made."""

from datetime import UTC, datetime, timedelta

from django.db.models.functions import Coalesce

from annotation.imports import storage
from annotation.imports.models import Import, ImportState

ABANDONED_AFTER = timedelta(hours=1)
_READ_LATER = (ImportState.PREVIEW, ImportState.QUEUED, ImportState.RUNNING)


def clear_uploads(now: datetime) -> None:
    """Forget previews nobody came back to, and the files that no import waits for. The tick calls it."""
    _forget_previews(now)
    kept = storage.kept()
    if not kept:
        return
    states = dict(Import.objects.filter(file__in=kept).values_list("file", "state"))
    for name, written_at in kept.items():
        if name in states:
            is_over = states[name] not in _READ_LATER
        else:
            # It may be on its way in still, or its row not committed yet.
            is_over = datetime.fromtimestamp(written_at, UTC) < now - ABANDONED_AFTER
        if is_over:
            storage.drop(name)


def _forget_previews(now: datetime) -> None:
    left = Import.objects.alias(seen_at=Coalesce("heartbeat_at", "created_at")).filter(
        state=ImportState.PREVIEW, seen_at__lt=now - ABANDONED_AFTER
    )
    for row in left:
        if Import.objects.filter(pk=row.pk, state=ImportState.PREVIEW, heartbeat_at=row.heartbeat_at).delete()[0]:
            storage.drop(str(row.file))

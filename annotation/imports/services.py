"""Ask for an import, or call it off. The work itself is in job.py."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from annotation import signals
from annotation.events.services import publish
from annotation.imports import storage
from annotation.imports.attempts import UNFINISHED
from annotation.imports.formats import Format
from annotation.imports.models import Import, ImportState
from annotation.imports.options import ImportOptions
from annotation.imports.wire import progress_json
from annotation.people.models import User
from annotation.projects.models import Project


@dataclass(frozen=True)
class Upload:
    """A file on its way in; `filename` is only shown."""

    filename: str
    format: Format
    chunks: Iterable[bytes]


def request_import(*, project: Project, user: User, upload: Upload, options: ImportOptions) -> Import:
    """Keep the file and its row. A small one waits for `job.run_now` (`is_now`); for others a worker is called.

    The same key gives the first import again, whatever the file holds. Raises FileError for a file too large.
    """
    earlier = _earlier(project, options.key)
    if earlier is not None:
        return earlier
    name, size = storage.keep(upload.chunks, limit=settings.COLLABWEB_LIMITS["file_bytes"])
    is_now = size <= settings.COLLABWEB_LIMITS["body_bytes"] and not options.is_async
    try:
        with transaction.atomic():
            row = Import.objects.create(
                project=project,
                created_by=user,
                filename=_shown(upload.filename),
                file=name,
                format=upload.format.stored,
                options=options.as_json() | {"is_now": is_now, "language": get_language() or "en"},
                on_error=options.on_error,
                key=options.key,
            )
            if not is_now:
                transaction.on_commit(lambda: signals.import_requested.send(sender=Import, import_id=row.pk))
    except IntegrityError:
        storage.drop(name)
        earlier = _earlier(project, options.key)
        if earlier is None:
            raise
        return earlier
    return row


def waits_for_its_request(row: Import) -> bool:
    """Whether the request that made this import carries it out itself."""
    return row.state == ImportState.QUEUED and row.attempt == 0 and bool(row.options.get("is_now"))


def cancel(*, row: Import) -> Import:
    """Call an import off; nothing of it is written. Raises ValidationError where it has ended."""
    ended = Import.objects.filter(pk=row.pk, state__in=UNFINISHED).update(
        state=ImportState.CANCELLED, finished_at=timezone.now(), imported=0, duplicates=0
    )
    row.refresh_from_db()
    if not ended:
        raise ValidationError(_("This import has ended already."), code="finished")
    storage.drop(str(row.file))
    publish(row.project_id, "import.progress", progress_json(row))
    return row


def _earlier(project: Project, key: str) -> Import | None:
    return Import.objects.filter(project=project, key=key).first() if key else None


def _shown(filename: str) -> str:
    return "".join(char if char.isprintable() else " " for char in filename)[-255:]

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
from annotation.imports.mapping import check_label_sets, mapping_of
from annotation.imports.models import Import, ImportState
from annotation.imports.options import ImportOptions
from annotation.imports.people import check_people
from annotation.imports.wire import progress_json
from annotation.people.models import User
from annotation.projects.models import Membership, Project


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
    check_options(project, options)
    name, size = storage.keep(upload.chunks, limit=settings.COLLABWEB_LIMITS["file_bytes"])
    is_now = _is_small(size) and not options.is_async
    try:
        with transaction.atomic():
            row = _new(project, user, upload, options)
            row.file, row.options = name, _kept(options, is_now=is_now)
            row.save()
            if not is_now:
                _call_worker(row)
    except IntegrityError:
        storage.drop(name)
        earlier = _earlier(project, options.key)
        if earlier is None:
            raise
        return earlier
    return row


def request_preview(*, project: Project, user: User, upload: Upload, options: ImportOptions) -> Import:
    """Keep the file and how to read it; nothing is imported before `start`. Raises FileError for a file too large."""
    check_options(project, options)
    name, size = storage.keep(upload.chunks, limit=settings.COLLABWEB_LIMITS["file_bytes"])
    row = _new(project, user, upload, options)
    row.file, row.state = name, ImportState.PREVIEW
    row.options = _kept(options, is_now=_is_small(size) and not options.is_async)
    row.heartbeat_at = timezone.now()
    row.save()
    return row


def change_preview(*, row: Import, options: ImportOptions) -> Import:
    """Read the file in another way. Raises ValidationError where the import has begun or the mapping is wrong."""
    return _leave_preview(row, options, state=ImportState.PREVIEW)


def start(*, row: Import, options: ImportOptions) -> Import:
    """Begin the import of a file that was looked at. Raises as `change_preview`."""
    with transaction.atomic():
        row = _leave_preview(row, options, state=ImportState.QUEUED)
        if not row.options["is_now"]:
            _call_worker(row)
    return row


def _leave_preview(row: Import, options: ImportOptions, *, state: ImportState) -> Import:
    check_options(row.project, options)
    kept = _kept(options, is_now=bool(row.options["is_now"]))
    changed = Import.objects.filter(pk=row.pk, state=ImportState.PREVIEW).update(
        state=state, options=kept, on_error=options.on_error, heartbeat_at=timezone.now()
    )
    row.refresh_from_db()
    if not changed:
        raise ValidationError(_("This import has begun already."), code="finished")
    return row


def discard(*, row: Import) -> None:
    """Forget a file that was only looked at. Raises ValidationError where its import has begun."""
    deleted, _by_model = Import.objects.filter(pk=row.pk, state=ImportState.PREVIEW).delete()
    if not deleted:
        raise ValidationError(_("This import has begun already."), code="finished")
    storage.drop(str(row.file))


def check_options(project: Project, options: ImportOptions) -> None:
    """What only the project can say of them. Raises ValidationError."""
    if options.mapping:
        names = frozenset(project.label_sets.values_list("name", flat=True))
        check_label_sets(mapping_of(options.mapping), names)
    if options.people:
        names = frozenset(Membership.objects.filter(project=project).values_list("user__username", flat=True))
        check_people(options.people, names)


def _new(project: Project, user: User, upload: Upload, options: ImportOptions) -> Import:
    return Import(
        project=project,
        created_by=user,
        filename=_shown(upload.filename),
        format=upload.format.stored,
        on_error=options.on_error,
        key=options.key,
    )


def _kept(options: ImportOptions, *, is_now: bool) -> dict[str, object]:
    return options.as_json() | {"is_now": is_now, "language": get_language() or "en"}


def _is_small(size: int) -> bool:
    return bool(size <= settings.COLLABWEB_LIMITS["body_bytes"])


def _call_worker(row: Import) -> None:
    transaction.on_commit(lambda: signals.import_requested.send(sender=Import, import_id=row.pk))


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

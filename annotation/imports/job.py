"""Carry out one import: read as a stream, write in one transaction, say how it ended. Doing it twice is harmless."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from annotation import signals
from annotation.audit.acting import acting
from annotation.events.services import publish_mixed
from annotation.imports import attempts, storage
from annotation.imports.checking import read_options, row_check
from annotation.imports.formats import DELIMITERS, READERS, Format, format_of_stored
from annotation.imports.models import Import, ImportState, OnError
from annotation.imports.pulse import Figures, Pulse
from annotation.imports.readers.shapes import FileError, Row, RowProblem
from annotation.imports.rows import NewRow, RowCheck, check_row
from annotation.imports.sources import check_encodings, sources_of
from annotation.imports.wire import progress_json
from annotation.imports.writing import ROWS_AT_ONCE, Writer, create_labels
from annotation.queue.services import count_open

logger = logging.getLogger(__name__)
MAX_ERRORS = 100
# Another import of the same ids may commit first; the next try sees its documents.
_TRIES = 3


@dataclass
class Tally:
    """The problems found: all counted, the first hundred kept."""

    count: int = 0
    kept: list[RowProblem] = field(default_factory=list)

    def add(self, problems: Sequence[RowProblem]) -> None:
        self.count += len(problems)
        self.kept.extend(problems[: MAX_ERRORS - len(self.kept)])


class _Rejected(Exception):
    def __init__(self, tally: Tally) -> None:
        super().__init__("rows are bad and the import takes all or nothing")
        self.tally = tally


def run(import_id: int) -> None:
    """In a worker: with a heartbeat and progress for open pages."""
    row = attempts.take(import_id)
    if row is None:
        return
    figures = Figures()
    with Pulse(row, figures):
        _carry_out(row, figures)


def run_now(import_id: int) -> None:
    """Inside a request, for a small file."""
    row = attempts.take(import_id)
    if row is None:
        return
    try:
        _carry_out(row, Figures())
    except Exception:
        attempts.give_up(row, _("Something went wrong on the site; nothing was imported."))
        raise


def _carry_out(row: Import, figures: Figures) -> None:
    with acting(lambda: row.created_by_id, "import"), translation.override(row.options.get("language") or "en"):
        try:
            _settle(row, figures)
        except attempts.Lost:
            logger.info("import %s: attempt %s was ended from outside", row.pk, row.attempt)
            return
    storage.drop(str(row.file))
    events: list[tuple[str, dict[str, object]]] = [("import.progress", progress_json(row))]
    if row.imported:
        events.append(("queue.changed", {"open": count_open(row.project_id)}))
    publish_mixed(row.project_id, events)
    logger.info("import %s %s: %s rows in, %s refused", row.pk, row.state, row.imported, row.rejected_count)


def _settle(row: Import, figures: Figures) -> None:
    try:
        _with_new_tries(row, figures)
    except FileError as error:
        attempts.end(row, ImportState.FAILED, imported=0, error_code=error.code, error=str(error))
    except _Rejected as rejected:
        tally = rejected.tally
        attempts.end(
            row,
            ImportState.FAILED,
            imported=0,
            error_code="invalid",
            error=_refused(tally.count),
            rejected=[problem.as_json() for problem in tally.kept],
            rejected_count=tally.count,
        )


def _refused(count: int) -> str:
    words = ngettext(
        "%(count)d row can't be imported, so nothing was.",
        "%(count)d rows can't be imported, so nothing was.",
        count,
    )
    return words % {"count": count}


def _with_new_tries(row: Import, figures: Figures) -> None:
    for attempt in range(_TRIES):
        try:
            _read_and_write(row, figures)
        except IntegrityError:
            if attempt == _TRIES - 1:
                raise
        else:
            return


def _read_and_write(row: Import, figures: Figures) -> None:
    found = format_of_stored(row.format)
    path = storage.path_of(str(row.file))
    try:
        with path.open("rb") as file:
            check_encodings(file, found, row.options["encoding"])
        with path.open("rb") as file, transaction.atomic():
            attempts.hold(row)
            _Work(row, figures, size=path.stat().st_size).write_all(file, found)
    except FileNotFoundError as error:
        figures.check()
        raise FileError("file_missing", _("The uploaded file is gone. Send it again.")) from error


class _Work:
    """One pass over the rows in one transaction. Where a row is bad and all must be good, it is undone at the end."""

    def __init__(self, row: Import, figures: Figures, *, size: int) -> None:
        self.row = row
        self.figures = figures
        self.size = max(size, 1)
        self.rows = 0
        self.tally = Tally()
        self.writer = Writer(row.project)

    def write_all(self, file: BinaryIO, found: Format) -> None:
        check = row_check(self.row)
        try:
            rows = self._rows(file, found, check)
            while chunk := list(islice(rows, ROWS_AT_ONCE)):
                self.tally.add(self._write(chunk))
                self._tell(file)
            if not self.rows:
                raise FileError("empty_file", _("This file holds no rows."))
            if self.tally.count and self.row.on_error == OnError.REJECT:
                raise _Rejected(self.tally)
            create_labels(self.row.project_id, check.answers.new_labels)
            self.writer.write_answers()
            self._end()
        finally:
            self.writer.close()

    def _rows(self, file: BinaryIO, found: Format, check: RowCheck) -> Iterator[NewRow | RowProblem]:
        """Of all files of an archive, one after the other, so that many small ones are written together."""
        for source in sources_of(file, found):
            own = replace(check, has_cells=source.format.name in DELIMITERS)
            with source.open() as stream:
                for row in READERS[source.format.name](stream, read_options(self.row, source.format, own)):
                    named = replace(row, file=source.name) if source.name else row
                    yield check_row(named, own) if isinstance(named, Row) else named

    def _write(self, chunk: Sequence[NewRow | RowProblem]) -> list[RowProblem]:
        """What is wrong, in the order of the rows."""
        self.rows += len(chunk)
        problems = [row for row in chunk if isinstance(row, RowProblem)]
        problems += self.writer.write([row for row in chunk if isinstance(row, NewRow)])
        files = {name: place for place, name in enumerate(dict.fromkeys(row.file for row in chunk))}
        return sorted(problems, key=lambda problem: (files[problem.file], problem.row))

    def _tell(self, file: BinaryIO) -> None:
        self.figures.progress = file.tell() / self.size
        self.figures.imported, self.figures.rejected = self.writer.imported, self.tally.count
        self.figures.check()

    def _end(self) -> None:
        """In the same transaction as the rows: they are there exactly when the import has succeeded."""
        attempts.end(
            self.row,
            ImportState.SUCCEEDED,
            progress=1.0,
            imported=self.writer.imported,
            duplicates=self.writer.duplicates,
            rejected=[problem.as_json() for problem in self.tally.kept],
            rejected_count=self.tally.count,
            warnings=dict(self.writer.warnings),
        )
        project_id = self.row.project_id
        if self.writer.imported:
            transaction.on_commit(lambda: signals.documents_imported.send(sender=Import, project_id=project_id))

"""The heartbeat of a running import, on a connection of its own: the work itself is one long transaction."""

import logging
import threading
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connection

from annotation.events.services import publish
from annotation.imports import attempts
from annotation.imports.models import Import
from annotation.imports.wire import progress_json

logger = logging.getLogger(__name__)
SECONDS = 0.5


class Figures:
    """How far the work is. `check` raises Lost once the import is no longer this worker's."""

    def __init__(self) -> None:
        self.progress = 0.0
        self.imported = 0
        self.rejected = 0
        self.is_lost = threading.Event()

    def check(self) -> None:
        if self.is_lost.is_set():
            raise attempts.Lost


class Pulse:
    def __init__(self, row: Import, figures: Figures) -> None:
        self.row = Import(pk=row.pk, project_id=row.project_id, state=row.state, attempt=row.attempt)
        self.figures = figures
        self._told = -1.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"import-{row.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stop.wait(SECONDS):
                self._once()
        except attempts.Lost:
            self.figures.is_lost.set()
        finally:
            connection.close()

    def _once(self) -> None:
        figures = self.figures
        progress, imported, rejected = figures.progress, figures.imported, figures.rejected
        try:
            attempts.beat(self.row, progress=progress, imported=imported, rejected_count=rejected)
            if progress != self._told:
                self.row.progress, self.row.imported, self.row.rejected_count = progress, imported, rejected
                publish(self.row.project_id, "import.progress", progress_json(self.row))
                self._told = progress
        except DatabaseError:
            # The work has its own connection and will notice by itself; a missed beat only lets another try.
            logger.warning("import %s: a heartbeat was missed", self.row.pk, exc_info=True)
            connection.close()

"""One worker's hold on a run. Every write is fenced: it takes effect only while this attempt is the newest."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from modelops.training.models import Run, RunState
from modelops.training.services import STALE_AFTER, announce

BEAT_SECONDS = 2.0
# A worker that could not say for so long that it lives must assume that another one took over.
HOLD_SECONDS = (STALE_AFTER - timedelta(seconds=3)).total_seconds()
SHOW_SECONDS = 0.5


class Superseded(Exception):
    """Another worker has taken the run, or it has ended: stop without a trace."""


class Cancelled(Exception):
    """A person asked for the run to stop."""


class Attempt:
    """Made by `claim`; `run` is the row as it was then, `number` the fence."""

    def __init__(self, run: Run) -> None:
        self.run, self.number = run, run.attempt
        self._held_at = time.monotonic()
        self._shown_at = 0.0
        self._is_lost = self._is_cancelled = False
        self._ended = threading.Event()

    def check(self) -> None:
        """Raises Superseded or Cancelled when this worker must stop."""
        if self._is_lost or time.monotonic() - self._held_at > HOLD_SECONDS:
            raise Superseded
        if self._is_cancelled:
            raise Cancelled

    def note(self, **changes: Any) -> None:  # Any: values of the row's own fields
        """Write to the row and tell open pages. Raises Superseded, after which nothing was written."""
        with transaction.atomic():
            if not self._rows().update(heartbeat_at=timezone.now(), **changes):
                raise Superseded
            for name, value in changes.items():
                setattr(self.run, name, value)
            announce(self.run)

    def show(self, **changes: Any) -> None:  # Any: values of the row's own fields
        """Like `note`, but at most twice a second."""
        now = time.monotonic()
        if now - self._shown_at >= SHOW_SECONDS:
            self._shown_at = now
            self.note(**changes)

    def hold(self) -> None:
        """Keep the run's row to the end of the transaction, before the project's order lock is taken: whoever cancels
        the run takes both in this order, too. Raises Superseded.
        """
        if not list(self._rows().select_for_update(no_key=True).values_list("pk")):
            raise Superseded

    def end(self, state: RunState, **changes: Any) -> None:  # Any: values of the row's own fields
        """End the run, once. Raises Superseded."""
        self.note(state=state, finished_at=timezone.now(), **changes)

    def _rows(self) -> Any:  # Any: a QuerySet of Run
        return Run.objects.filter(pk=self.run.pk, attempt=self.number, state=RunState.RUNNING)

    @contextmanager
    def heartbeat(self) -> Iterator[None]:
        """Says every few seconds that this worker lives, from a thread of its own."""
        thread = threading.Thread(target=self._beat, name=f"run-{self.run.pk}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_SECONDS):
            try:
                close_old_connections()
                before = time.monotonic()
                if not self._rows().update(heartbeat_at=timezone.now()):
                    self._is_lost = True
                    break
                self._held_at = before
                self._is_cancelled = self._rows().filter(cancel_requested=True).exists()
            except DatabaseError:
                continue
        connection.close()


def claim(run_id: int) -> Attempt | None:
    """Take a queued run, or one whose worker was silent for too long; None when there is nothing to take."""
    now = timezone.now()
    free = Q(state=RunState.QUEUED) | Q(state=RunState.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    with transaction.atomic():
        run = Run.objects.select_for_update(of=("self",)).select_related("project").filter(free, pk=run_id).first()
        if run is None:
            return None
        Run.objects.filter(pk=run_id).update(
            attempt=F("attempt") + 1, state=RunState.RUNNING, heartbeat_at=now, started_at=run.started_at or now
        )
        run.refresh_from_db(fields=["attempt", "state", "heartbeat_at", "started_at"])
        return Attempt(run)

"""A worker that is killed at any moment leaves all rows of an import or none, and the import ends by itself."""

import json
import os
import random
import signal
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from annotation import tasks
from annotation.annotations.models import Gold
from annotation.documents.models import Document
from annotation.imports import attempts, job, storage
from annotation.imports.formats import Format
from annotation.imports.models import Import, ImportState
from annotation.imports.options import ImportOptions
from annotation.imports.services import Upload, request_import
from annotation.projects.models import Project
from tests import make
from tests.conftest import Messages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROWS = 4_000
KILLS = 20
# A sixth attempt is not made, so that a file which kills its worker does not go round for ever.
KILLS_AN_IMPORT = attempts.MAX_ATTEMPTS - 1


def _forked(work: Callable[[], None]) -> int:
    """A worker of its own, as Celery makes it; its connections are new."""
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    finally:
        os._exit(0)


def _request(project: Project) -> Import:
    gold = {"answer": {"Category": "billing"}}
    rows = ({"id": place, "text": f"Ticket {place}", **(gold if place % 10 == 0 else {})} for place in range(ROWS))
    upload = Upload("t.jsonl", Format("jsonl"), [(json.dumps(row) + "\n").encode() for row in rows])
    options = ImportOptions(is_async=True)
    return request_import(project=project, user=project.created_by, upload=upload, options=options)


def _tick_after_silence(row: Import, messages: Messages) -> bool:
    """Whether the tick sent the import to a worker again."""
    Import.objects.filter(pk=row.pk).update(heartbeat_at=timezone.now() - attempts.STALE_AFTER - timedelta(seconds=1))
    messages.clear()
    tasks.tick()
    return (tasks.run_import.name, (row.pk,)) in messages


def _run_and_kill(row: Import, after_seconds: float) -> None:
    pid = _forked(lambda: job.run(row.pk))
    time.sleep(after_seconds)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    _wait_for_its_session()


def _wait_for_its_session() -> None:
    """The database ends the statement it is at, perhaps the commit, before it notices that the worker has gone."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    until = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(others)
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.01)
    raise AssertionError("The killed worker's session did not end")


def _rows_of(project: Project) -> tuple[int, int]:
    return Document.objects.filter(project=project).count(), Gold.objects.filter(project=project).count()


def test_twenty_kills_leave_all_or_none_and_every_import_ends(sent_messages: Messages) -> None:
    chance = random.Random(20)
    manager = make.user("mia")
    first = _request(make.project(manager=manager))
    started = time.monotonic()
    os.waitpid(_forked(lambda: job.run(first.pk)), 0)
    seconds = time.monotonic() - started
    seen: list[str] = []

    while len(seen) < KILLS:
        project = make.project(manager=manager)
        row = _request(project)
        for _ in range(KILLS_AN_IMPORT):
            _run_and_kill(row, chance.uniform(0, seconds))
            row.refresh_from_db()
            assert _rows_of(project) in ((0, 0), (ROWS, ROWS // 10))
            assert (row.state == ImportState.SUCCEEDED) == (_rows_of(project)[0] == ROWS)
            seen.append(row.state)
            if not _tick_after_silence(row, sent_messages):
                break
        os.waitpid(_forked(lambda: job.run(row.pk)), 0)  # noqa: B023  # it has ended before the next one
        tasks.tick()

        row.refresh_from_db()
        assert (row.state, row.imported, _rows_of(project)) == (ImportState.SUCCEEDED, ROWS, (ROWS, ROWS // 10))
        assert not storage.path_of(str(row.file)).exists()

    assert ImportState.RUNNING in seen
    assert storage.kept() == {}


def test_an_upload_whose_import_has_ended_is_cleared_by_the_next_tick() -> None:
    row = _request(make.project())
    Import.objects.update(state=ImportState.SUCCEEDED, finished_at=timezone.now())

    tasks.tick()

    assert not storage.path_of(str(row.file)).exists()

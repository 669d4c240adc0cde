"""The work of an import: killed, cancelled, taken over, run at once by two."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from annotation import signals, tasks
from annotation.annotations.models import Gold, GoldChange
from annotation.documents import services as document_services
from annotation.documents.models import Document, State
from annotation.events.models import Event
from annotation.imports import attempts, job, services, storage, writing
from annotation.imports.formats import Format
from annotation.imports.models import Import, ImportState
from annotation.imports.options import ImportOptions
from annotation.imports.pulse import Figures, Pulse
from annotation.imports.services import Upload, request_import
from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from tests import make
from tests.conftest import Messages

pytestmark = pytest.mark.django_db(transaction=True)


def _request(project: Project, rows: list[dict[str, Any]], **options: Any) -> Import:
    raw = "\n".join(json.dumps(row) for row in rows).encode()
    options.setdefault("is_async", True)
    return request_import(
        project=project,
        user=project.created_by,
        upload=Upload("tickets.jsonl", Format("jsonl"), [raw]),
        options=ImportOptions(**options),
    )


def _tickets(number: int, **more: Any) -> list[dict[str, Any]]:
    return [{"id": place, "text": f"Ticket {place}", **more} for place in range(number)]


@pytest.fixture
def heard() -> Iterator[list[int]]:
    """Projects whose documents were said to be imported."""
    seen: list[int] = []

    def hear(sender: object, project_id: int, **_: object) -> None:
        seen.append(project_id)

    signals.documents_imported.connect(hear)
    yield seen
    signals.documents_imported.disconnect(hear)


def test_rows_answers_and_predictions_are_written_and_announced(heard: list[int]) -> None:
    project = make.project(overlap=2)
    answer = {"Category": "billing"}
    rows = [*_tickets(3), {"text": "known", "answer": answer, "by": "mia"}]
    rows[0]["prediction"] = {"answer": answer, "version": 4, "confidence": {"Category": {"billing": 0.9}}}
    row = _request(project, rows)

    job.run(row.pk)

    row.refresh_from_db()
    assert (row.state, row.imported, row.progress, row.rejected) == (ImportState.SUCCEEDED, 4, 1.0, [])
    documents = list(Document.objects.order_by("pk"))
    assert [(document.external_id, document.state, document.slots) for document in documents] == [
        ("0", State.NEW, 2),
        ("1", State.NEW, 2),
        ("2", State.NEW, 2),
        (None, State.GOLD, 0),
    ]
    gold = Gold.objects.get()
    assert (gold.document_id, gold.answer, gold.by, gold.source) == (
        documents[3].pk,
        answer,
        project.created_by,
        "import",
    )
    assert GoldChange.objects.count() == 1
    prediction = Prediction.objects.get()
    assert (prediction.document_id, prediction.version, prediction.source) == (documents[0].pk, None, "4")
    assert (prediction.answer, prediction.confidence) == (answer, {"Category": {"billing": 0.9}})
    assert heard == [project.pk]
    events = list(Event.objects.order_by("pk").values_list("type", "payload"))
    progress = {"import": row.pk, "state": "succeeded", "progress": 1.0, "imported": 4, "rejected": 0}
    assert events[-2:] == [("import.progress", progress), ("queue.changed", {"open": 3})]
    assert not storage.path_of(str(row.file)).exists()


def test_a_killed_worker_leaves_nothing_and_the_tick_hands_its_work_on(
    monkeypatch: pytest.MonkeyPatch, sent_messages: Messages
) -> None:
    row = _request(make.project(), _tickets(5, answer={"Category": "billing"}))
    monkeypatch.setattr(writing.Writer, "write_answers", _die)
    with pytest.raises(SystemExit):
        job.run(row.pk)
    monkeypatch.undo()
    assert Document.objects.count() == 0
    sent_messages.clear()
    assert attempts.requeue_stale() == []

    Import.objects.update(heartbeat_at=timezone.now() - attempts.STALE_AFTER - timedelta(seconds=1))
    ids = attempts.requeue_stale()
    job.run(row.pk)

    row.refresh_from_db()
    assert ids == [row.pk]
    assert (row.state, row.attempt, row.imported) == (ImportState.SUCCEEDED, 2, 5)
    assert Document.objects.count() == Gold.objects.count() == 5


def test_a_silent_worker_is_dead_once_its_session_is_gone() -> None:
    row = _request(make.project(), _tickets(1))
    attempts.take(row.pk)
    silent = timezone.now() - attempts.SILENT_AFTER - timedelta(seconds=1)
    Import.objects.update(heartbeat_at=silent)

    with transaction.atomic():
        attempts.hold(row)
        seen_from_outside = in_another_session(attempts.requeue_stale)

    assert seen_from_outside == []
    assert attempts.requeue_stale() == [row.pk]


def test_a_worker_that_hangs_in_its_session_is_taken_for_dead_in_the_end() -> None:
    row = _request(make.project(), _tickets(1))
    attempts.take(row.pk)
    Import.objects.update(heartbeat_at=timezone.now() - attempts.STALE_AFTER - timedelta(seconds=1))

    with transaction.atomic():
        attempts.hold(row)

        assert in_another_session(attempts.requeue_stale) == [row.pk]


def in_another_session(work: Callable[[], list[int]]) -> list[int]:
    def run() -> list[int]:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(timeout=30)


def _die(writer: writing.Writer) -> None:
    raise SystemExit("killed")


def test_a_worker_taken_for_dead_writes_nothing() -> None:
    row = _request(make.project(), _tickets(5))
    slow = attempts.take(row.pk)
    assert slow is not None
    Import.objects.update(state=ImportState.QUEUED)
    assert attempts.take(row.pk) is not None

    job._carry_out(slow, Figures())

    row.refresh_from_db()
    assert (row.state, row.attempt) == (ImportState.RUNNING, 2)
    assert Document.objects.count() == 0
    assert storage.path_of(str(row.file)).exists()


def test_a_second_message_for_a_running_import_does_nothing() -> None:
    row = _request(make.project(), _tickets(2))
    attempts.take(row.pk)

    job.run(row.pk)

    row.refresh_from_db()
    assert (row.state, row.attempt) == (ImportState.RUNNING, 1)


def test_an_import_is_given_up_after_five_attempts() -> None:
    row = _request(make.project(), _tickets(2))
    Import.objects.update(attempt=attempts.MAX_ATTEMPTS)

    job.run(row.pk)

    row.refresh_from_db()
    assert (row.state, row.error_code) == (ImportState.FAILED, "interrupted")
    assert "5" in row.error
    assert not storage.path_of(str(row.file)).exists()


def test_an_import_whose_request_died_fails_and_is_not_repeated() -> None:
    row = _request(make.project(), _tickets(2), is_async=False)
    attempts.take(row.pk)
    Import.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=1))
    assert attempts.requeue_stale() == []
    row.refresh_from_db()
    assert row.state == ImportState.RUNNING
    Import.objects.update(heartbeat_at=timezone.now() - attempts.REQUEST_STALE_AFTER)

    assert attempts.requeue_stale() == []

    row.refresh_from_db()
    assert (row.state, row.error_code, Document.objects.count()) == (ImportState.FAILED, "interrupted", 0)


def test_the_tick_sends_stale_imports_again(sent_messages: Messages) -> None:
    row = _request(make.project(), _tickets(1))
    Import.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    sent_messages.clear()

    tasks.tick()

    assert (tasks.run_import.name, (row.pk,)) in sent_messages


def test_the_heartbeat_shows_progress_and_learns_of_a_cancellation() -> None:
    row = _request(make.project(), _tickets(1))
    taken = attempts.take(row.pk)
    assert taken is not None
    figures = Figures()
    figures.progress, figures.imported = 0.25, 7
    pulse = Pulse(taken, figures)

    pulse._once()

    row.refresh_from_db()
    assert (row.progress, row.imported) == (0.25, 7)
    assert Event.objects.filter(type="import.progress", payload__progress=0.25).count() == 1
    services.cancel(row=row)
    with pytest.raises(attempts.Lost):
        pulse._once()


def test_a_cancelled_import_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    row = _request(make.project(), _tickets(5))
    write = writing.Writer.write

    def write_and_cancel(writer: writing.Writer, rows: Any) -> Any:
        services.cancel(row=Import.objects.get(pk=row.pk))
        return write(writer, rows)

    monkeypatch.setattr(writing.Writer, "write", write_and_cancel)
    taken = attempts.take(row.pk)
    assert taken is not None
    job._carry_out(taken, Figures())

    assert Document.objects.count() == 0


def test_ids_are_compared_with_the_project_and_within_the_file_across_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "ROWS_AT_ONCE", 2)
    project = make.project()
    make.document(project, "old", external_id="old")
    rows = [
        {"id": "old", "text": "old"},
        {"id": "a", "text": "1"},
        {"id": "a", "text": "1"},
        {"id": "a", "text": "2"},
        {"id": "old", "text": "other"},
    ]
    row = _request(project, rows, on_error="skip")

    job.run(row.pk)

    row.refresh_from_db()
    assert (row.imported, row.duplicates, row.rejected_count) == (1, 2, 2)
    assert [(problem["row"], problem["code"]) for problem in row.rejected] == [(4, "duplicate_id"), (5, "duplicate_id")]


def test_another_import_of_the_same_ids_that_commits_first_makes_duplicates(monkeypatch: pytest.MonkeyPatch) -> None:
    project = make.project()
    make.document(project, "Ticket 0", external_id="0")
    row = _request(project, _tickets(2))
    known = document_services.known_texts
    too_early: Iterator[dict[str, str]] = iter([{}])

    def known_to_this_try(**asked: Any) -> dict[str, str]:
        return next(too_early, known(**asked))

    monkeypatch.setattr(writing, "known_texts", known_to_this_try)

    job.run(row.pk)

    row.refresh_from_db()
    assert (row.state, row.imported, row.duplicates) == (ImportState.SUCCEEDED, 1, 1)
    assert Document.objects.count() == 2


def test_only_the_first_hundred_problems_are_kept_and_all_are_counted() -> None:
    row = _request(make.project(), [{"text": ""} for _ in range(150)] + [{"text": "a"}])

    job.run(row.pk)

    row.refresh_from_db()
    assert (row.state, row.rejected_count, len(row.rejected)) == (ImportState.FAILED, 150, 100)
    assert Document.objects.count() == 0

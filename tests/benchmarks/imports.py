"""Rows a second of import: tickets as JSON lines through the API, parsed, checked, written and answered."""

import json
import logging
import statistics
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import django
import psutil
import structlog

django.setup()

from django.db import connections  # noqa: E402
from django.test.utils import setup_databases, setup_test_environment, teardown_databases  # noqa: E402

from annotation.imports import job  # noqa: E402
from annotation.imports.formats import Format  # noqa: E402
from annotation.imports.options import ImportOptions  # noqa: E402
from annotation.imports.services import Upload, request_import  # noqa: E402
from annotation.people.models import User  # noqa: E402
from tests import make  # noqa: E402
from tests.benchmarks.tickets import tickets  # noqa: E402

ROWS = 10_000
MANY = 100_000
PEERS = "Label Studio 307, doccano 345, a bare Django view 2,993 rows/s"
ROUNDS = 3
LABEL_SETS: list[dict[str, Any]] = [  # Any: fields of a label set
    {"name": "Category", "kind": "choice", "labels": ["account", "billing", "delivery"]},
    {"name": "Sentiment", "kind": "choice", "labels": ["negative", "neutral", "positive"]},
    {"name": "Entities", "kind": "span", "labels": ["ORDER", "PERSON"], "required": False},
]


Row = dict[str, Any]  # Any: JSON


def text_alone(row: Row) -> Row:
    return {key: row[key] for key in ("id", "text", "meta")}


def with_gold(row: Row) -> Row:
    return row


def with_prediction(row: Row) -> Row:
    said = row.get("answer") or {name: row[name] for name in ("Category", "Sentiment", "Entities") if name in row}
    return text_alone(row) | {"prediction": {"answer": said, "version": "1"}}


SHAPES = {"texts alone": text_alone, "texts with gold": with_gold, "tickets with predictions": with_prediction}


def main() -> None:
    be_quiet()
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        manager = make.user("mia")
        for title, as_row in SHAPES.items():
            rates = [one_round(manager, seed, as_row) for seed in range(1, ROUNDS + 1)]
            middle, worst = statistics.median(rates), min(rates)
            print(f"import of {ROWS:,} {title}: {middle:,.0f} rows/s (median of {ROUNDS}, lowest {worst:,.0f})")
        print(f"  with predictions, on the same kind of machine: {PEERS}")
        print(f"import of {MANY:,} tickets with predictions: memory grows by {growth_mb(manager):,.0f} MB")
    finally:
        teardown_databases(databases, verbosity=0)


def be_quiet() -> None:
    """A line of the log for each request would hide the figures."""
    logging.disable(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


def one_round(manager: User, seed: int, as_row: Callable[[Row], Row]) -> float:
    """Rows a second of one call, in a project of its own."""
    project = make.project(manager=manager, label_sets=LABEL_SETS, train_after=0)
    content = as_lines(map(as_row, tickets(ROWS, seed)))
    client = make.client(manager)
    started = time.perf_counter()
    url = f"/api/v1/projects/{project.pk}/documents/"
    response = client.post(url, content, content_type="application/x-ndjson")
    seconds = time.perf_counter() - started
    if response.status_code != 201 or project.documents.count() != ROWS:
        raise RuntimeError(f"the import failed: {response.status_code} {response.content[:500]!r}")
    return ROWS / seconds


def as_lines(rows: Iterable[Row]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def growth_mb(manager: User) -> float:
    """Of a worker's process while it imports many rows: the peak, less what it held before."""
    project = make.project(manager=manager, label_sets=LABEL_SETS, train_after=0)
    lines = (as_lines([with_prediction(row)]) for row in tickets(MANY, 9))
    row = request_import(
        project=project,
        user=manager,
        upload=Upload("tickets.jsonl", Format("jsonl"), lines),
        options=ImportOptions(is_async=True),
    )
    connections.close_all()
    with ProcessPoolExecutor(1, get_context("fork")) as workers:
        grown = workers.submit(grown_while_importing, row.pk).result()
    if project.documents.count() != MANY:
        raise RuntimeError("the large import failed")
    return grown


def grown_while_importing(import_id: int) -> float:
    process = psutil.Process()
    before = peak = process.memory_info().rss
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.02):
            peak = max(peak, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    job.run(import_id)
    done.set()
    watcher.join()
    return (peak - before) / 2**20


if __name__ == "__main__":
    main()

"""Rows a second of import: tickets as JSON lines through the API, parsed, checked, written and answered."""

import json
import logging
import statistics
import time
from collections.abc import Iterable
from typing import Any

import django
import structlog

django.setup()

from django.test.utils import setup_databases, setup_test_environment, teardown_databases  # noqa: E402

from annotation.people.models import User  # noqa: E402
from annotation.projects.models import Project  # noqa: E402
from tests import make  # noqa: E402
from tests.benchmarks.tickets import tickets  # noqa: E402

ROWS = 10_000
ROUNDS = 3
LABEL_SETS: list[dict[str, Any]] = [  # Any: fields of a label set
    {"name": "Category", "kind": "choice", "labels": ["account", "billing", "delivery"]},
    {"name": "Sentiment", "kind": "choice", "labels": ["negative", "neutral", "positive"]},
    {"name": "Entities", "kind": "span", "labels": ["ORDER", "PERSON"], "required": False},
]


def main() -> None:
    be_quiet()
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        manager = make.user("mia")
        for title, with_gold in (("texts alone", False), ("texts with gold", True)):
            rates = [one_round(manager, seed, with_gold=with_gold) for seed in range(1, ROUNDS + 1)]
            middle, worst = statistics.median(rates), min(rates)
            print(f"import of {ROWS:,} {title}: {middle:,.0f} rows/s (median of {ROUNDS}, lowest {worst:,.0f})")
    finally:
        teardown_databases(databases, verbosity=0)


def be_quiet() -> None:
    """A line of the log for each request would hide the figures."""
    logging.disable(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


def one_round(manager: User, seed: int, *, with_gold: bool) -> float:
    """Rows a second of one call, in a project of its own."""
    project = make.project(manager=manager, label_sets=LABEL_SETS, train_after=0)
    content = as_lines(tickets(ROWS, seed), with_gold=with_gold)
    client = make.client(manager)
    started = time.perf_counter()
    url = f"/api/v1/projects/{project.pk}/documents/"
    response = client.post(url, content, content_type="application/x-ndjson")
    seconds = time.perf_counter() - started
    if response.status_code != 201 or not has_all(project, with_gold=with_gold):
        raise RuntimeError(f"the import failed: {response.status_code} {response.content[:500]!r}")
    return ROWS / seconds


def as_lines(rows: Iterable[dict[str, Any]], *, with_gold: bool) -> bytes:
    kept = rows if with_gold else ({key: row[key] for key in ("id", "text", "meta")} for row in rows)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept).encode()


def has_all(project: Project, *, with_gold: bool) -> bool:
    documents = project.documents.filter(state="gold" if with_gold else "new")
    return documents.count() == ROWS


if __name__ == "__main__":
    main()

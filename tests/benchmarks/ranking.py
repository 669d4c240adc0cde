"""Seconds to put a queue of 100,000 documents in order, database and commit included, as a project goes through them.

Run by pytest, for it needs a database of its own: `pytest tests/benchmarks/ranking.py -s`.
"""

import time

import numpy as np
import pytest
from django.db import connection

from annotation.documents.models import Document
from annotation.projects.models import Project
from modelops.live.models import EmbeddingWork
from modelops.selection.services import rank
from tests import make

DOCUMENTS = 100_000
HIDDEN = 384
# Each with the function that is set for it.
TURNS = (
    ("first of all", "covering"),
    ("new doubts", "margin_clusters"),
    ("again, same doubts", "margin_clusters"),
    ("again, new doubts", "margin_clusters"),
    ("another function", "covering"),
    ("once more", "covering"),
)


@pytest.mark.django_db(transaction=True)
def test_rank_a_hundred_thousand() -> None:
    labels = [f"label {number}" for number in range(77)]
    project = make.project(label_sets=[{"name": "Set", "kind": "choice", "labels": labels}], encoder="e")
    fill(project)

    for turn, setting in TURNS:
        if turn.endswith("new doubts"):
            new_doubts()
        Project.objects.filter(pk=project.pk).update(production_version=1, selection=setting)
        before = time.perf_counter(), time.process_time()
        decision = rank(project.pk)
        print(
            f"ranked {DOCUMENTS:,} by {decision.function}, {turn}: {time.perf_counter() - before[0]:.2f} s by the"
            f" clock, {time.process_time() - before[1]:.2f} CPU s of the worker"
        )

    assert Document.objects.filter(project=project, priority__gt=0).count() == 5000


def fill(project: Project) -> None:
    vector = np.random.default_rng(0).normal(size=(DOCUMENTS // 20, HIDDEN)).astype("<f2")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO annotation_document (project_id, text, parts, meta, text_sha256, text_key, state, priority,
                slots, created_at)
            SELECT %s, 'text ' || n, '[]', '{}', lpad(n::text, 64, '0'), lpad(n::text, 16, '0'), 'new', 0, 1, now()
            FROM generate_series(1, %s) AS n
            """,
            [project.pk, DOCUMENTS],
        )
        with cursor.copy("COPY modelops_embedding (text_sha256, encoder, vector) FROM STDIN") as copy:
            for number in range(DOCUMENTS):
                copy.write_row((f"{number + 1:064d}", "e@1", vector[number % len(vector)].tobytes()))
        cursor.execute("ANALYZE annotation_document, modelops_embedding")
    EmbeddingWork.objects.create(project=project, encoder="e@1", total=DOCUMENTS, done=DOCUMENTS)


def new_doubts() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE modelops_draw SET version = 1, doubts = jsonb_build_object('Set', round(random()::numeric, 5))"
        )

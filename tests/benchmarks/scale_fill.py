"""Projects of any size with predictions and labels, written with COPY: a million documents in minutes.

Every document is as an import leaves it (terms to search, hashes, a prediction of the version in production) and as the
worker leaves it afterwards (ranked, compared with near-duplicates: one in ten has one). One in five is gold that one of
the people gave, with everything such work leaves behind: assignment, annotation, gold, change feed.
"""

import json
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from annotation.documents.new import NewDocument
from annotation.documents.services import copy_rows, make_findable
from annotation.people.models import User
from annotation.predictions.found_by import certainty_of, labels_of
from annotation.projects.models import Membership, Project, Role
from tests import make
from tests.benchmarks.tickets import tickets

ROWS_AT_ONCE = 5_000
GOLD_EVERY = 5
NEAR_EVERY = 10
CHANNELS = ("e-mail", "chat", "phone", "letter")
RARE = {"English": "quokka", "Chinese": "浑天仪"}
RARE_TIMES = 3
LABEL_SETS: list[dict[str, Any]] = [  # Any: fields of a label set
    {"name": "Category", "kind": "choice", "labels": ["account", "billing", "delivery"]},
    {"name": "Sentiment", "kind": "choice", "labels": ["negative", "neutral", "positive"]},
    {"name": "Entities", "kind": "span", "labels": ["ORDER", "PERSON"], "required": False},
]

_COPY = """
    COPY annotation_document (id, project_id, external_id, text, parts, meta, text_sha256, text_key, state, priority,
        slots, near_group, created_at) FROM STDIN
"""
_COPY_PREDICTIONS = """
    COPY annotation_prediction (document_id, project_id, version, source, answer, confidence, labels, certainty,
        created_at) FROM STDIN
"""
# Those that no constraint stands on: dropped before many rows come, built again from the same words.
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY 1
"""
_TABLES = ["annotation_document", "annotation_documentsearch", "annotation_prediction"]
# From here on it is quicker to build the indexes of these tables once than to keep them row by row.
MANY = 200_000
# Who labeled what, dealt out over the people in turn. One in twenty finds another mood than predicted.
_WORK = """
    CREATE TEMPORARY TABLE work ON COMMIT DROP AS
    SELECT document.id AS document_id, document.created_at AS at,
        CASE WHEN random() < 0.05 THEN answer || '{"Sentiment": "neutral"}' ELSE answer END AS answer,
        (%(people)s::bigint[])[1 + document.id %% cardinality(%(people)s::bigint[])] AS user_id
    FROM annotation_document AS document
    JOIN annotation_prediction AS prediction ON prediction.document_id = document.id
    WHERE document.project_id = %(project)s AND document.state = 'gold' ORDER BY document.id;

    INSERT INTO annotation_assignment (project_id, document_id, user_id, state, is_blind, created_at, expires_at)
    SELECT %(project)s, document_id, user_id, 'done', false, at, at FROM work;

    INSERT INTO annotation_annotation (document_id, user_id, answer, status, version, seconds, is_blind, recent_keys,
        created_at, changed_at)
    SELECT document_id, user_id, answer, 'submitted', 1, 5, false, '{}', at, at FROM work;

    INSERT INTO annotation_gold (document_id, project_id, answer, source, by_id, changed_at)
    SELECT document_id, %(project)s, answer, 'annotation', user_id, at FROM work;

    INSERT INTO annotation_goldchange (project_id, document_id, answer, source, deleted, changed_at)
    SELECT %(project)s, document_id, answer, 'annotation', false, at FROM work;
"""

Row = dict[str, Any]  # Any: JSON


def filled_project(manager: User, people: Sequence[User], number: int) -> Project:
    """`people` are its annotators."""
    project = make.project(manager=manager, label_sets=LABEL_SETS, train_after=0, name=f"{number:,} documents")
    project.production_version = 1
    project.save(update_fields=["production_version"])
    Membership.objects.bulk_create(Membership(project=project, user=user, role=Role.ANNOTATOR) for user in people)
    texts = enumerate(_texts(number, project.pk))
    with _indexes_built_after() if number >= MANY else nullcontext():
        while rows := list(islice(texts, ROWS_AT_ONCE)):
            with transaction.atomic():
                _write(project, rows)
    with transaction.atomic(), connection.cursor() as cursor:
        _run_all(cursor, {"project": project.pk, "people": [user.pk for user in people]})
    return project


def tidy() -> None:
    """What autovacuum does within some minutes of such an import."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


@contextmanager
def _indexes_built_after() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES, [_TABLES])
        indexes = [(str(name), str(words)) for name, words in cursor.fetchall()]
        for name, _words in indexes:
            cursor.execute(f"DROP INDEX {name}")
        try:
            yield
        finally:
            cursor.execute("SET maintenance_work_mem = '1GB'")
            for _name, words in indexes:
                cursor.execute(words)
            cursor.execute("RESET maintenance_work_mem")


def _run_all(cursor: Any, values: dict[str, object]) -> None:  # Any: Django's cursor has no public type
    for statement in _WORK.split(";\n"):
        if statement.strip():
            cursor.execute(statement, values)


def _texts(number: int, seed: int) -> Iterator[Row]:
    """Tickets; the rare words stand in a few of them, spread over the project."""
    step = number // RARE_TIMES
    for place, row in enumerate(tickets(number, seed)):
        if place % step == step // 2:
            row["text"] += f" {RARE['English']} {RARE['Chinese']}"
        row["meta"] |= {"channel": CHANNELS[place % len(CHANNELS)], "customer": place % 10_000}
        yield row


def _write(project: Project, rows: Sequence[tuple[int, Row]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('annotation_document', 'id')) FROM generate_series(1, %s)",
            [len(rows)],
        )
        ids = [int(row[0]) for row in cursor.fetchall()]
    now = timezone.now()
    copy_rows(_COPY, (_document(project, pk, *row, now) for pk, row in zip(ids, rows, strict=True)))
    found = ((pk, row["text"], row["meta"]) for pk, (_, row) in zip(ids, rows, strict=True))
    make_findable(project_id=project.pk, documents=found)
    copy_rows(_COPY_PREDICTIONS, (_prediction(project, pk, row, now) for pk, (_, row) in zip(ids, rows, strict=True)))


def _document(project: Project, pk: int, place: int, row: Row, now: datetime) -> tuple[object, ...]:
    new = NewDocument(row["text"], (), row["id"], row["meta"])
    parts = [{"role": "", "start": 0, "end": len(new.text)}]
    state, slots = ("gold", 0) if place % GOLD_EVERY == 0 else ("new", project.overlap)
    group = pk - place % 2 if place % (2 * NEAR_EVERY) in (2, 3) else 0
    content = (pk, project.pk, new.external_id, new.text, json.dumps(parts), json.dumps(new.meta))
    return (*content, new.sha256, new.key, state, random.random(), slots, group, now)


def _prediction(project: Project, pk: int, row: Row, now: datetime) -> tuple[object, ...]:
    answer: Row = row["answer"]
    sure = {name: random.random() for name in ("Category", "Sentiment")}
    confidence = {name: {answer[name]: share} for name, share in sure.items()} | {"Entities": [0.9, 0.8]}
    found_by = (labels_of(answer), certainty_of(answer, confidence))
    return (pk, project.pk, 1, "", json.dumps(answer), json.dumps(confidence), *found_by, now)

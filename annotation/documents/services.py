"""Put texts into the database, many at a time. A text never changes afterwards."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, LiteralString

import msgspec
from django.db import connection
from django.utils import timezone

from annotation.documents.models import Document, State
from annotation.documents.new import NewDocument
from annotation.documents.search import as_vector, meta_terms, terms
from annotation.projects.models import Project

_COPY = """
    COPY annotation_document (id, project_id, external_id, text, parts, meta, text_sha256, text_key, state, priority,
        slots, created_at) FROM STDIN
"""
_COPY_TERMS = "COPY annotation_documentsearch (document_id, project_id, terms) FROM STDIN"


def insert_documents(*, project: Project, documents: Sequence[NewDocument]) -> list[int]:
    """Write the documents and return their ids in the same order. Call inside a transaction.

    Raises IntegrityError for an external id that the project has already; see `known_texts`.
    """
    ids = _new_ids(len(documents))
    now = timezone.now()
    copy_rows(_COPY, (_row(project, *pair, now) for pair in zip(ids, documents, strict=True)))
    found = ((pk, document.text, document.meta) for pk, document in zip(ids, documents, strict=True))
    make_findable(project_id=project.pk, documents=found)
    return ids


def make_findable(*, project_id: int, documents: Iterable[tuple[int, str, dict[str, Any]]]) -> None:  # Any: JSON
    """Write the terms of these new documents: id, text and meta each. Call in the transaction that writes them."""
    rows = ((pk, project_id, as_vector([*terms(text), *meta_terms(meta)])) for pk, text, meta in documents)
    copy_rows(_COPY_TERMS, rows)


def _row(project: Project, document_id: int, document: NewDocument, now: datetime) -> tuple[object, ...]:
    parts = encoded([{"role": part.role, "start": part.start, "end": part.end} for part in document.parts])
    state, slots = (State.GOLD, 0) if document.has_gold else (State.NEW, project.overlap)
    content = (document_id, project.pk, document.external_id, document.text, parts, encoded(document.meta))
    return (*content, document.sha256, document.key, state.value, 0.0, slots, now)


def encoded(value: object) -> str:
    """JSON for COPY. What is written here was checked: no lone surrogates, no NaN."""
    return msgspec.json.encode(value).decode()


def copy_rows(statement: LiteralString, rows: Iterable[Sequence[object]]) -> None:
    """Run a COPY … FROM STDIN. Errors are Django's own, as those of every other statement are."""
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def known_texts(*, project_id: int, external_ids: Collection[str]) -> dict[str, str]:
    """SHA-256 of the text by external id, for those of these ids that the project has."""
    if not external_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT external_id, text_sha256 FROM annotation_document WHERE project_id = %s AND external_id = ANY(%s)",
            [project_id, list(external_ids)],
        )
        return dict(cursor.fetchall())


def ids_of(*, project_id: int, external_ids: Collection[str]) -> dict[str, int]:
    """Document ids by external id, for those of these ids that the project has."""
    rows = Document.objects.filter(project_id=project_id, external_id__in=external_ids) if external_ids else ()
    return {str(row.external_id): row.pk for row in rows}


def texts_present(*, project_id: int, documents: Sequence[NewDocument]) -> set[str]:
    """SHA-256 of those of these texts that the project has already, under whatever id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT text_sha256 FROM annotation_document WHERE project_id = %s AND text_key = ANY(%s)",
            [project_id, list({document.key for document in documents})],
        )
        return {str(row[0]) for row in cursor.fetchall()}


def _new_ids(number: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('annotation_document', 'id')) FROM generate_series(1, %s)", [number]
        )
        return [int(row[0]) for row in cursor.fetchall()]

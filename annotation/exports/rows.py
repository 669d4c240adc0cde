"""Read what is exported, a page at a time: memory stays flat however large the project is."""

from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar

import msgspec
from django.db.models import Func, Model, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from annotation.annotations.models import Annotation, Gold, Status
from annotation.documents.models import Document
from annotation.exports.offsets import Unit, converter
from annotation.predictions.models import Prediction
from annotation.projects.models import Project

Which = Literal["gold", "annotations", "predictions"]
WHICH: tuple[Which, ...] = ("gold", "annotations", "predictions")
PAGE = 1_000

Labeled = TypeVar("Labeled", Gold, Annotation)
AnyModel = TypeVar("AnyModel", bound=Model)

Line = dict[str, Any]  # Any: a line of the export, as the contract shapes it
Row = tuple[Any, ...]  # Any: columns; no model instances, which cost more than all the rest


def lines(project: Project, which: Which, unit: Unit, found: QuerySet[Document] | None = None) -> Iterator[Line]:
    """Of the documents `found`, or of all."""
    read = {"gold": _gold, "annotations": _annotations, "predictions": _predictions}[which]
    for line in read(project, found):
        yield _converted(line, unit)


def _of(found: QuerySet[Document] | None, rows: QuerySet[Labeled]) -> QuerySet[Labeled]:
    return rows if found is None else rows.filter(document__in=found.order_by().values("pk"))


_read = msgspec.json.decode


def _json(field: str) -> Cast:
    """As it stands in the database, for `_read`."""
    return Cast(field, TextField())


def _time(field: str) -> Cast:
    """In ISO 8601, in quotes: neither read into an object nor written from one."""
    return Cast(Func(field, function="to_jsonb"), TextField())


def _pages(rows: QuerySet[AnyModel], key: str, columns: tuple[str | Cast, ...]) -> Iterator[list[Row]]:
    """In the order of `key`, which comes first in each row."""
    last = 0
    while True:
        page: list[Row] = list(rows.filter(**{f"{key}__gt": last}).order_by(key).values_list(key, *columns)[:PAGE])
        yield page
        if len(page) < PAGE:
            return
        last = page[-1][0]


def _columns(path: str = "document__") -> tuple[str | Cast, ...]:
    """What `_document` takes, after the key."""
    return (f"{path}id", f"{path}text", _json(f"{path}parts"), _json(f"{path}meta"), f"{path}external_id")


def _document(row: Row) -> Line:
    line: Line = {"id": row[1], "text": row[2], "parts": _read(row[3]), "meta": _read(row[4])}
    if row[5] is not None:
        line["external_id"] = row[5]
    return line


def _gold(project: Project, found: QuerySet[Document] | None) -> Iterator[Line]:
    rows = _of(found, Gold.objects.filter(project=project))
    columns = (*_columns(), _json("answer"), "source", _json("grounds"), _time("changed_at"), "by__username")
    for page in _pages(rows, "document_id", columns):
        for row in page:
            answer, source, grounds, changed_at, by = row[6:]
            line = _document(row) | {"answer": _read(answer), "source": source} | _read(grounds)
            line["changed_at"] = changed_at[1:-1]
            if by is not None:
                line["by"] = by
            yield line


def _annotations(project: Project, found: QuerySet[Document] | None) -> Iterator[Line]:
    rows = _of(found, Annotation.objects.filter(document__project=project, status=Status.SUBMITTED))
    columns = (*_columns(), _json("answer"), "user__username", "status", "seconds", _time("changed_at"))
    for page in _pages(rows, "id", columns):
        for row in page:
            answer, by, status, seconds, changed_at = row[6:]
            yield _document(row) | {
                "answer": _read(answer),
                "source": "annotation",
                "by": by,
                "status": status,
                "seconds": seconds,
                "changed_at": changed_at[1:-1],
            }


def _predictions(project: Project, found: QuerySet[Document] | None) -> Iterator[Line]:
    """Two statements a page: joined, the database would walk through all predictions from their beginning."""
    asked = Document.objects.filter(project=project) if found is None else found
    seen = Prediction.objects.filter(version=project.production_version or -1, source="")
    columns = ("document_id", _json("answer"), "version", _json("confidence"), _time("created_at"))
    for page in _pages(asked, "id", _columns("")):
        ids = RawSQL("SELECT unnest(%s::bigint[])", [[row[0] for row in page]])
        by_document = {row[0]: row[1:] for row in seen.filter(document_id__in=ids).values_list(*columns)}
        for row in page:
            if row[0] in by_document:
                answer, version, confidence, created_at = by_document[row[0]]
                yield _document(row) | {
                    "answer": _read(answer),
                    "source": "prediction",
                    "version": version,
                    "confidence": _read(confidence),
                    "changed_at": created_at[1:-1],
                }


def _converted(line: Line, unit: Unit) -> Line:
    """The line with its offsets in `unit`, and each span with the text it marks."""
    text: str = line["text"]
    convert = converter(text, unit)
    line["parts"] = [{**part, "start": convert(part["start"]), "end": convert(part["end"])} for part in line["parts"]]
    line["answer"] = {
        name: [_span(item, text, convert) if isinstance(item, dict) else item for item in value]
        if isinstance(value, list)
        else value
        for name, value in line["answer"].items()
    }
    return line


def _span(span: Line, text: str, convert: Callable[[int], int]) -> Line:
    return {
        **span,
        "start": convert(span["start"]),
        "end": convert(span["end"]),
        "text": text[span["start"] : span["end"]],
    }

"""Read what is exported, a page at a time: memory stays flat however large the project is."""

from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar

from django.db.models import QuerySet

from annotation.annotations.models import Annotation, Gold, Status
from annotation.documents.models import Document
from annotation.exports.offsets import Unit, converter
from annotation.predictions.models import Prediction
from annotation.projects.models import Project

Which = Literal["gold", "annotations", "predictions"]
WHICH: tuple[Which, ...] = ("gold", "annotations", "predictions")
PAGE = 1_000

Labeled = TypeVar("Labeled", Gold, Annotation)

Line = dict[str, Any]  # Any: a line of the export, as the contract shapes it


def lines(project: Project, which: Which, unit: Unit, found: QuerySet[Document] | None = None) -> Iterator[Line]:
    """Of the documents `found`, or of all."""
    read = {"gold": _gold, "annotations": _annotations, "predictions": _predictions}[which]
    for line in read(project, found):
        yield _converted(line, unit)


def _of(found: QuerySet[Document] | None, rows: QuerySet[Labeled]) -> QuerySet[Labeled]:
    return rows if found is None else rows.filter(document__in=found.order_by().values("pk"))


def _document(document: Document) -> Line:
    line: Line = {"id": document.pk, "text": document.text, "parts": document.parts, "meta": document.meta}
    if document.external_id is not None:
        line["external_id"] = document.external_id
    return line


def _gold(project: Project, found: QuerySet[Document] | None) -> Iterator[Line]:
    last = 0
    while True:
        rows = list(
            _of(found, Gold.objects.filter(project=project, document_id__gt=last))
            .select_related("document", "by")
            .order_by("document_id")[:PAGE]
        )
        for row in rows:
            line = _document(row.document) | {"answer": row.answer, "source": row.source} | row.grounds
            line["changed_at"] = row.changed_at.isoformat()
            if row.by is not None:
                line["by"] = row.by.username
            yield line
        if len(rows) < PAGE:
            return
        last = rows[-1].document_id


def _annotations(project: Project, found: QuerySet[Document] | None) -> Iterator[Line]:
    last = 0
    while True:
        rows = list(
            _of(found, Annotation.objects.filter(document__project=project, pk__gt=last, status=Status.SUBMITTED))
            .select_related("document", "user")
            .order_by("pk")[:PAGE]
        )
        for row in rows:
            yield _document(row.document) | {
                "answer": row.answer,
                "source": "annotation",
                "by": row.user.username,
                "status": row.status,
                "seconds": row.seconds,
                "changed_at": row.changed_at.isoformat(),
            }
        if len(rows) < PAGE:
            return
        last = rows[-1].pk


def _predictions(project: Project, found: QuerySet[Document] | None) -> Iterator[Line]:
    last = 0
    asked = Document.objects.filter(project=project)
    while True:
        documents = list((asked if found is None else found).filter(pk__gt=last).order_by("pk")[:PAGE])
        seen = Prediction.objects.filter(
            document_id__in=[document.pk for document in documents], version=project.production_version or -1
        )
        by_document = {row.document_id: row for row in seen}
        for document in documents:
            prediction = by_document.get(document.pk)
            if prediction is not None:
                yield _document(document) | {
                    "answer": prediction.answer,
                    "source": "prediction",
                    "version": prediction.version,
                    "confidence": prediction.confidence,
                    "changed_at": prediction.created_at.isoformat(),
                }
        if len(documents) < PAGE:
            return
        last = documents[-1].pk


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

"""Read documents, with everything that people, gold and models say of them, into columns. The rows are the truth."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

import numpy as np
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Length

from annotation.annotations.models import Annotation, Gold, Source, Status
from annotation.answers.answer import Answer, Span, Value, from_stored
from annotation.answers.diff import corrections
from annotation.bulk.models import BulkItem
from annotation.documents.models import Document
from annotation.predictions.models import Prediction
from annotation.projects.models import Kind, LabelSet, Project
from annotation.quality.columns import CHANGE, DOCUMENT, ITEM, LANGUAGE_BYTES, VALUE, VOICE, Columns, Flag, VoiceKind
from annotation.quality.corrected import KINDS, label_of
from annotation.reviews.models import Review, Verdict

Row = tuple[Any, ...]  # Any: one of a table's rows
SOURCES = tuple(source.value for source in Source)
VERDICTS = tuple(verdict.value for verdict in Verdict)


@dataclass(frozen=True, slots=True)
class Names:
    """Ids of label sets and labels by name: what is stored says names, the columns hold ids."""

    ids: dict[str, int]
    kinds: dict[str, str]
    labels: dict[tuple[str, str], int]

    @classmethod
    def of(cls, project_id: int) -> "Names":
        rows = LabelSet.objects.filter(project_id=project_id).prefetch_related("labels")
        sets = [row for row in rows if row.kind != Kind.TEXT]
        labels = {(row.name, label.name): label.pk for row in sets for label in row.labels.all()}
        return cls({row.name: row.pk for row in sets}, {row.name: row.kind for row in sets}, labels)


@dataclass(slots=True)
class _Found:
    names: Names
    voices: list[Row] = field(default_factory=list)
    values: list[Row] = field(default_factory=list)
    items: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)

    def say(self, voice: Row, answer: Answer, confidence: dict[str, Any] | None = None) -> None:  # Any: JSON
        """One voice with what it answers; a label that the project no longer has counts as none."""
        place = len(self.voices)
        self.voices.append(voice)
        for name, value in answer.values.items():
            if name not in self.names.ids:
                continue
            sure = (confidence or {}).get(name)
            label_set, kind = self.names.ids[name], self.names.kinds[name]
            if kind == Kind.CHOICE:
                label = self.names.labels.get((name, str(value)), 0) if value is not None else 0
                self.values.append((place, label_set, label, _number(sure, value)))
            else:
                self._say_several(place, name, value, sure)

    def _say_several(self, place: int, name: str, value: Value, sure: object) -> None:
        items: tuple[str | Span, ...] = value if isinstance(value, tuple) else ()
        numbers = sure if isinstance(sure, list) and len(sure) == len(items) else [None] * len(items)
        by_item = {self._item(name, item): _plain(number) for item, number in zip(items, numbers, strict=True)}
        rows = sorted(self._item(name, item) for item in items)
        self.values.append((place, self.names.ids[name], _digest(rows), np.nan))
        for row in rows:
            self.items.append((place, self.names.ids[name], *row, by_item[row]))

    def _item(self, name: str, item: "str | Span") -> tuple[int, int, int]:
        if isinstance(item, Span):
            return self.names.labels.get((name, item.label), 0), item.start, item.end
        return self.names.labels.get((name, item), 0), 0, 0

    def change(self, predicted: Answer, given: Answer) -> None:
        """What the person of the newest voice changed; as `corrected.tally` counts it."""
        place = len(self.voices) - 1
        for one in corrections(predicted, given):
            known = one.label_set in self.names.ids
            if known and (one.predicted is not None or one.given is not None):
                label = self.names.labels.get((one.label_set, label_of(one)), 0)
                self.changes.append((place, self.names.ids[one.label_set], label, KINDS.index(one.kind)))


def collect(project: Project, document_ids: Sequence[int], names: Names | None = None) -> Columns:
    """Six statements, however many documents."""
    found = _Found(names or Names.of(project.pk))
    rows = Document.objects.filter(project=project, pk__in=document_ids).order_by("pk")
    documents = [_document(row) for row in rows.values_list("pk", "created_at", Length("text"), "meta")]
    ids = [row[0] for row in documents]
    golds = {row[0]: row[1:] for row in _golds(ids)}
    answers = list(_answers(ids))
    people: dict[int, int] = {}
    for row in answers:
        people[row["document_id"]] = people.get(row["document_id"], 0) + 1
    for row in answers:
        _add_answer(found, row, golds.get(row["document_id"]), is_shared=people[row["document_id"]] > 1)
    for document_id, (answer, source, by, at) in golds.items():
        voice = (document_id, VoiceKind.GOLD, by or 0, SOURCES.index(source), _minute(at), 0.0, 0, 0)
        found.say(voice, from_stored(answer))
    for row in _predictions(list(golds)):
        _add_prediction(found, row, golds[row["document_id"]][3])
    return Columns(
        np.array(documents, DOCUMENT),
        np.array(found.voices, VOICE),
        np.array(found.values, VALUE),
        np.array(found.items, ITEM),
        np.array(found.changes, CHANGE),
    )


def _document(row: Row) -> Row:
    pk, created_at, length, meta = row
    said = meta.get("language") or meta.get("lang") or ""
    return pk, _minute(created_at), length, str(said).encode()[:LANGUAGE_BYTES]


def _golds(ids: Sequence[int]) -> QuerySet[Gold, Row]:
    return Gold.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "answer", "source", "by_id", "changed_at")


def _answers(ids: Sequence[int]) -> Iterable[Mapping[str, Any]]:  # Any: values of several fields
    review = Review.objects.filter(annotation=OuterRef("pk")).order_by("-pk").values("verdict")[:1]
    rows = Annotation.objects.filter(document__in=ids, status=Status.SUBMITTED).without_hidden_gold()
    found: Iterable[Mapping[str, Any]] = (  # Any: as above
        rows.annotate(
            is_bulk=Exists(BulkItem.objects.filter(annotation=OuterRef("pk"), labeling__undone_at=None)),
            verdict=Subquery(review),
            shown=F("prediction__answer"),
            shown_version=F("prediction__version"),
        )
        .order_by("document_id", "user_id")
        .values(
            *("document_id", "user_id", "answer", "seconds", "changed_at", "is_blind", "is_bulk", "verdict"),
            *("shown", "shown_version"),
        )
    )
    return found


def _add_answer(found: _Found, row: Mapping[str, Any], gold: Row | None, *, is_shared: bool) -> None:  # Any: as above
    flags = Flag.BLIND * row["is_blind"] | Flag.BULK * row["is_bulk"] | Flag.SHOWN * (row["shown"] is not None)
    if gold is not None and _is_tested(row["user_id"], gold[1], gold[2], is_shared=is_shared):
        flags |= Flag.TESTED
    verdict = VERDICTS.index(row["verdict"]) + 1 if row["verdict"] else 0
    version = row["shown_version"] or 0
    at = _minute(row["changed_at"])
    voice = (row["document_id"], VoiceKind.PERSON, row["user_id"], version, at, row["seconds"], int(flags), verdict)
    given = from_stored(row["answer"])
    found.say(voice, given)
    if row["shown"] is not None:
        found.change(from_stored(row["shown"]), given)


def _is_tested(user_id: int, source: str, by_id: int | None, *, is_shared: bool) -> bool:
    """As `own_work.pairs_with_gold`: somebody else had a say in the gold."""
    if source in (Source.REVIEW, Source.ADJUDICATION):
        return True
    return source != Source.AUTO_ACCEPT and (by_id != user_id or is_shared)


def _predictions(ids: Sequence[int]) -> Iterable[Mapping[str, Any]]:  # Any: values of several fields
    rows = Prediction.objects.filter(document__in=ids, version__isnull=False).order_by("document_id", "version")
    return rows.values("document_id", "version", "answer", "confidence", "created_at")


def _add_prediction(found: _Found, row: Mapping[str, Any], gold_at: datetime) -> None:  # Any: as above
    flags = Flag.FRESH if row["created_at"] <= gold_at else 0
    at = _minute(row["created_at"])
    voice = (row["document_id"], VoiceKind.MODEL, 0, row["version"], at, 0.0, int(flags), 0)
    confidence = row["confidence"] if isinstance(row["confidence"], dict) else {}
    found.say(voice, from_stored(row["answer"]), confidence)


def _minute(at: datetime) -> int:
    return int(at.timestamp() // 60)


def _number(sure: object, value: object) -> float:
    return _plain(sure.get(str(value))) if isinstance(sure, dict) else _plain(sure)


def _plain(number: object) -> float:
    return float(number) if isinstance(number, int | float) and not isinstance(number, bool) else float("nan")


def _digest(rows: Sequence[tuple[int, int, int]]) -> int:
    """One number for a set of items; 0 for none."""
    if not rows:
        return 0
    return int.from_bytes(blake2b(repr(sorted(set(rows))).encode(), digest_size=8).digest(), "little", signed=True)

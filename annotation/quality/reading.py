"""A project's columns as a report asks for them, and the answers to one label set side by side."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from annotation.documents.filters import readings
from annotation.documents.models import Document
from annotation.projects.models import Project
from annotation.quality.asked import Asked
from annotation.quality.columns import LANGUAGE_BYTES, Columns, Flag, Mask, Table, VoiceKind
from annotation.quality.services import columns_of

Ints = NDArray[np.int64]


def read_columns(project: Project, asked: Asked, tables: Collection[str] = ("values", "items", "changes")) -> Columns:
    """One statement, and one more for a filter of meta. Days narrow people's answers alone."""
    columns = columns_of(project, ("documents", "voices", *tables))
    kept = _documents(project, asked, columns)
    if kept is not None:
        ids = columns.documents["document"][kept]
        columns = replace(columns, documents=columns.documents[kept])
        columns = columns.only(is_among(columns.voices["document"], ids))
    if asked.since or asked.until:
        is_other = columns.voices["kind"] != VoiceKind.PERSON
        columns = columns.only(is_other | is_between(columns.voices["minute"], asked))
    return columns


def is_between(minutes: NDArray[np.int32], asked: Asked) -> Mask:
    kept = np.ones(len(minutes), dtype=bool)
    if asked.first_minute is not None:
        kept &= minutes >= asked.first_minute
    if asked.end_minute is not None:
        kept &= minutes < asked.end_minute
    return kept


def is_among(ids: Ints, sorted_ids: Ints) -> Mask:
    places = np.searchsorted(sorted_ids, ids)
    places[places == len(sorted_ids)] = 0
    return sorted_ids[places] == ids if len(sorted_ids) else np.zeros(len(ids), dtype=bool)


def _documents(project: Project, asked: Asked, columns: Columns) -> Mask | None:
    if not asked.language and not asked.meta:
        return None
    kept = np.ones(len(columns.documents), dtype=bool)
    if asked.language:
        said = columns.documents["language"]
        is_unsaid = said == b"" if asked.language == project.language else np.zeros(len(said), dtype=bool)
        kept &= (said == asked.language.encode()[:LANGUAGE_BYTES]) | is_unsaid
    if asked.meta:
        rows = Document.objects.filter(project=project)
        for key, value in asked.meta:
            has_value = Q()
            for reading in readings(value):
                has_value |= Q(meta__contains={key: reading})
            rows = rows.filter(has_value)
        ids = np.fromiter(rows.order_by("pk").values_list("pk", flat=True), dtype=np.int64)
        kept &= is_among(columns.documents["document"], ids)
    return kept


@dataclass(frozen=True, slots=True)
class Given:
    """Answers to one label set, row by row; of several labels or spans the value is a number for the whole set."""

    voice: Ints
    document: Ints
    user: Ints
    version: Ints
    minute: Ints
    flags: Ints
    value: Ints
    confidence: NDArray[np.float32]

    def where(self, kept: "Mask | NDArray[np.intp] | slice") -> "Given":
        return Given(*(getattr(self, name)[kept] for name in self.__slots__))

    def has(self, flag: Flag) -> Mask:
        return (self.flags & flag) > 0

    def __len__(self) -> int:
        return len(self.document)


def given(columns: Columns, label_set: int, kind: VoiceKind) -> Given:
    rows = columns.values[columns.values["label_set"] == label_set]
    rows = rows[columns.voices["kind"][rows["voice"]] == kind]
    voices = columns.voices[rows["voice"]]
    numbers = {name: voices[name].astype(np.int64) for name in ("document", "user", "version", "minute", "flags")}
    return Given(voice=rows["voice"].astype(np.int64), value=rows["value"], confidence=rows["confidence"], **numbers)


def beside(columns: Columns, label_set: int, rows: Given) -> tuple[Given, Given]:
    """The rows whose document has gold that answers the label set, and that gold, row by row."""
    gold = given(columns, label_set, VoiceKind.GOLD)
    gold = gold.where(np.argsort(gold.document))
    if not len(gold):
        nobody = np.zeros(len(rows), dtype=bool)
        return rows.where(nobody), rows.where(nobody)
    places = np.minimum(np.searchsorted(gold.document, rows.document), len(gold) - 1)
    known = gold.document[places] == rows.document
    matching = Given(*(getattr(gold, name)[places[known]] for name in Given.__slots__))
    return rows.where(known), matching


def people_of(columns: Columns) -> Mask:
    return np.asarray(columns.voices["kind"] == VoiceKind.PERSON)


def is_timed(voices: Table) -> Mask:
    """A person's answers whose time is known and their own: not those given to many documents at once."""
    known = (voices["kind"] == VoiceKind.PERSON) & (voices["seconds"] > 0)
    return np.asarray(known & ((voices["flags"] & Flag.BULK) == 0))

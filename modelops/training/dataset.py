"""The gold a run learns from and is tested on. The split depends on the text alone: test documents never train."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.utils import timezone

from annotation.annotations.models import GoldChange, Source
from annotation.answers.answer import JsonAnswer
from annotation.projects.models import Kind, LabelSet, Project
from modelops.evaluation.split import is_test

LEARNABLE = (Kind.CHOICE.value, Kind.CHOICES.value, Kind.SPAN.value)


@dataclass(frozen=True, slots=True)
class LabelSetShape:
    """What a model has to know about a label set, labels in their order."""

    name: str
    kind: str
    labels: tuple[str, ...]
    overlap: bool
    part_role: str
    max_spans: int | None


@dataclass(frozen=True, slots=True)
class GoldDocument:
    document_id: int
    text: str
    parts: tuple[tuple[int, int], ...]
    roles: tuple[str, ...]
    answer: JsonAnswer
    is_test: bool


@dataclass(frozen=True, slots=True)
class Dataset:
    label_sets: tuple[LabelSetShape, ...]
    documents: tuple[GoldDocument, ...]

    @property
    def train(self) -> list[GoldDocument]:
        return [document for document in self.documents if not document.is_test]

    @property
    def test(self) -> list[GoldDocument]:
        return [document for document in self.documents if document.is_test]

    @property
    def taught(self) -> tuple[LabelSetShape, ...]:
        """The label sets that the training gold answers at all."""
        answered = {name for document in self.train for name in document.answer}
        return tuple(shape for shape in self.label_sets if shape.name in answered)

    @property
    def kinds(self) -> dict[str, str]:
        return {shape.name: shape.kind for shape in self.taught}

    def snapshot(self, change: int) -> dict[str, Any]:  # Any: JSON
        """What identifies this dataset later: place in the log of gold, counts, hash of the ids."""
        ids = ",".join(str(document.document_id) for document in self.documents)
        return {
            "change": change,
            "documents": len(self.documents),
            "train": len(self.train),
            "test": len(self.test),
            "sha256": hashlib.sha256(ids.encode()).hexdigest(),
            "taken_at": timezone.now().isoformat(),
        }


def last_change(project_id: int) -> int:
    return GoldChange.objects.filter(project_id=project_id).aggregate(last=Max("pk"))["last"] or 0


def shapes_of(project_id: int) -> tuple[LabelSetShape, ...]:
    """The label sets a model can learn: choice, choices and span, with at least one label."""
    rows = LabelSet.objects.filter(project_id=project_id, kind__in=LEARNABLE).prefetch_related("labels")
    shapes = [
        LabelSetShape(
            name=row.name,
            kind=row.kind,
            labels=tuple(label.name for label in row.labels.all()),
            overlap=row.overlap,
            part_role=row.part_role,
            max_spans=row.max_spans,
        )
        for row in rows
    ]
    return tuple(shape for shape in shapes if shape.labels)


def has_something_to_learn(project_id: int) -> bool:
    """Whether `shapes_of` would find a label set; one statement."""
    return LabelSet.objects.filter(project_id=project_id, kind__in=LEARNABLE, labels__isnull=False).exists()


def read_dataset(project: Project, change: int) -> Dataset:
    """Gold as it stood at this place of the log, whatever happened since: a run that is resumed reads the same.

    What the model itself answered (auto-accept) is never tested on.
    """
    shapes = shapes_of(project.pk)
    rows = (
        GoldChange.objects.filter(project=project, pk__lte=change)
        .order_by("document_id", "-pk")
        .distinct("document_id")
        .values_list(
            "document_id", "answer", "source", "deleted", "document__text", "document__parts", "document__text_key"
        )
    )
    documents = []
    for document_id, answer, source, is_deleted, text, parts, key in rows.iterator(chunk_size=2000):
        known = known_values(answer, shapes)
        tests = is_test(project.salt, key)
        if is_deleted or not known or (tests and source == Source.AUTO_ACCEPT):
            continue
        places = tuple((part["start"], part["end"]) for part in parts)
        roles = tuple(part["role"] for part in parts)
        documents.append(GoldDocument(document_id, text, places, roles, known, tests))
    return Dataset(shapes, tuple(documents))


def known_values(answer: Mapping[str, Any], shapes: Sequence[LabelSetShape]) -> JsonAnswer:  # Any: JSON
    """The part of a gold answer that can be learned; labels that were removed since are left out."""
    known: JsonAnswer = {}
    for shape in shapes:
        value = answer.get(shape.name)
        if shape.kind == Kind.CHOICE:
            if value in shape.labels:
                known[shape.name] = value
        elif isinstance(value, list):
            known[shape.name] = [
                item for item in value if (item["label"] if isinstance(item, dict) else item) in shape.labels
            ]
    return known

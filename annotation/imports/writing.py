"""Write checked rows: documents and predictions as they come, people's answers and gold at the end.

All of it happens inside the caller's transaction.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.annotations.gold import NewGold, record_gold
from annotation.annotations.importing import NewAnnotation, record_annotations
from annotation.annotations.models import Source
from annotation.audit.acting import leave_out_rows
from annotation.documents.services import copy_rows, encoded, ids_of, insert_documents, known_texts, texts_present
from annotation.imports.readers.shapes import RowProblem
from annotation.imports.row_answers import NewPrediction
from annotation.imports.rows import NewRow
from annotation.predictions.found_by import certainty_of, labels_of
from annotation.projects.models import Label, LabelSet, Project

ROWS_AT_ONCE = 2_000
_COPY_PREDICTIONS = """
    COPY annotation_prediction (document_id, project_id, version, source, answer, confidence, labels, certainty,
        created_at) FROM STDIN
"""


class Writer:
    """Counts what it wrote. Answers wait in files: gold takes the project's order lock and closes documents, so it
    comes last, and what people said of documents that are known comes just before.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.imported = 0
        self.duplicates = 0
        self.warnings: Counter[str] = Counter()
        self._gold = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  # `close` does
        self._annotations = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  # as above
        self._groups: dict[str, int] = {}

    def close(self) -> None:
        self._gold.close()
        self._annotations.close()

    def write(self, rows: Sequence[NewRow]) -> list[RowProblem]:
        """Write these rows but for duplicates; the problems are ids that stand for another text already."""
        sorted_rows = without_duplicates(self.project.pk, self._without_group_members(rows))
        new, problems = sorted_rows.new, sorted_rows.problems
        self.duplicates += len(sorted_rows.duplicates)
        if new:
            self._write_new(new)
        self._keep_annotations_of_known([row for row in sorted_rows.duplicates if row.annotations])
        return problems

    def _write_new(self, new: Sequence[NewRow]) -> None:
        documents = [row.document for row in new]
        seen = texts_present(project_id=self.project.pk, documents=documents)
        for row in new:
            self.warnings.update(row.warnings)
            self.warnings.update(["duplicate_text"] if row.document.sha256 in seen else [])
            seen.add(row.document.sha256)
        ids = insert_documents(project=self.project, documents=documents)
        self._write_predictions(ids, new)
        for document_id, row in zip(ids, new, strict=True):
            if row.gold is not None:
                self._gold.write(json.dumps([document_id, row.gold.as_json(), row.by_id]) + "\n")
            if row.group:
                self._groups[row.group] = document_id
            self._keep_annotations(document_id, row)
        self.imported += len(new)

    def _without_group_members(self, rows: Sequence[NewRow]) -> list[NewRow]:
        """Leave out rows about a document that an earlier row of this file brought, and keep their annotations."""
        places: dict[str, int] = {}
        kept: list[NewRow] = []
        for row in rows:
            if row.group in self._groups:
                self._keep_annotations(self._groups[row.group], row)
                self.duplicates += 1
            elif row.group and row.group in places:
                kept[places[row.group]] = merged(kept[places[row.group]], row)
                self.duplicates += 1
            else:
                places[row.group] = len(kept)
                kept.append(row)
        return kept

    def _keep_annotations_of_known(self, rows: Sequence[NewRow]) -> None:
        names = [row.document.external_id for row in rows]
        ids = ids_of(project_id=self.project.pk, external_ids=[name for name in names if name is not None])
        for row in rows:
            self._keep_annotations(ids[str(row.document.external_id)], row)

    def _keep_annotations(self, document_id: int, row: NewRow) -> None:
        for given in row.annotations:
            line = [document_id, given.user_id, given.answer.as_json(), given.seconds]
            self._annotations.write(json.dumps(line) + "\n")

    def write_answers(self) -> None:
        leave_out_rows()
        self._annotations.seek(0)
        while lines := list(islice(self._annotations, ROWS_AT_ONCE)):
            record_annotations([NewAnnotation(*json.loads(line)) for line in lines])
        self._gold.seek(0)
        while lines := list(islice(self._gold, ROWS_AT_ONCE)):
            record_gold(self.project.pk, [NewGold(*json.loads(line)) for line in lines], Source.IMPORT)

    def _write_predictions(self, ids: Sequence[int], rows: Sequence[NewRow]) -> None:
        now = timezone.now()
        copied = (
            self._prediction(document_id, row.prediction, now)
            for document_id, row in zip(ids, rows, strict=True)
            if row.prediction is not None
        )
        copy_rows(_COPY_PREDICTIONS, copied)

    def _prediction(self, document_id: int, new: NewPrediction, now: datetime) -> tuple[object, ...]:
        answer = new.answer.as_json()
        found_by = (labels_of(answer), certainty_of(answer, new.confidence))
        content = (encoded(answer), encoded(new.confidence))
        return (document_id, self.project.pk, None, new.source, *content, *found_by, now)


@dataclass
class Sorted:
    """Rows with new documents, those that bring nothing but a known one, and ids that stand for another text."""

    new: list[NewRow] = field(default_factory=list)
    duplicates: list[NewRow] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


def without_duplicates(project_id: int, rows: Sequence[NewRow]) -> Sorted:
    ids = {row.document.external_id for row in rows if row.document.external_id is not None}
    known = known_texts(project_id=project_id, external_ids=ids)
    found = Sorted()
    for row in rows:
        name = row.document.external_id
        if name is None or name not in known:
            found.new.append(row)
        elif known[name] == row.document.sha256:
            found.duplicates.append(row)
        else:
            message = _("The id “%(id)s” stands for another text already.") % {"id": name}
            found.problems.append(RowProblem(row.number, row.line, "id", "duplicate_id", message, row.file))
        if name is not None:
            known.setdefault(name, row.document.sha256)
    return found


def merged(first: NewRow, other: NewRow) -> NewRow:
    return replace(first, annotations=first.annotations + other.annotations)


def create_labels(project_id: int, new_labels: Sequence[tuple[str, str]]) -> None:
    """Add labels, by label set name, behind those there are."""
    if not new_labels:
        return
    sets = {row.name: row for row in LabelSet.objects.select_for_update().filter(project_id=project_id)}
    places = Counter(Label.objects.filter(label_set__project_id=project_id).values_list("label_set__name", flat=True))
    labels = []
    for name, label in new_labels:
        labels.append(Label(label_set=sets[name], name=label, position=places[name]))
        places[name] += 1
    Label.objects.bulk_create(labels, ignore_conflicts=True)

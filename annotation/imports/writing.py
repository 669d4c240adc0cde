"""Write checked rows: documents and predictions as they come, gold at the end, all inside the caller's transaction."""

import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.annotations.gold import NewGold, record_gold
from annotation.annotations.models import Source
from annotation.documents.services import copy_rows, insert_documents, known_texts, texts_present
from annotation.imports.readers.shapes import RowProblem
from annotation.imports.rows import NewRow
from annotation.projects.models import Label, LabelSet, Project

ROWS_AT_ONCE = 2_000
_COPY_PREDICTIONS = """
    COPY annotation_prediction (document_id, version, source, answer, confidence, created_at) FROM STDIN
"""


class Writer:
    """Counts what it wrote. Gold waits in a file: writing it takes the project's order lock, so it comes last."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.imported = 0
        self.duplicates = 0
        self.warnings: Counter[str] = Counter()
        self._gold = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  # `close` does

    def close(self) -> None:
        self._gold.close()

    def write(self, rows: Sequence[NewRow]) -> list[RowProblem]:
        """Write these rows but for duplicates; the problems are ids that stand for another text already."""
        new, problems = self._without_duplicates(rows)
        if not new:
            return problems
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
        self.imported += len(new)
        return problems

    def write_gold(self) -> None:
        self._gold.seek(0)
        while lines := list(islice(self._gold, ROWS_AT_ONCE)):
            record_gold(self.project.pk, [NewGold(*json.loads(line)) for line in lines], Source.IMPORT)

    def _without_duplicates(self, rows: Sequence[NewRow]) -> tuple[list[NewRow], list[RowProblem]]:
        ids = {row.document.external_id for row in rows if row.document.external_id is not None}
        known = known_texts(project_id=self.project.pk, external_ids=ids)
        new: list[NewRow] = []
        problems: list[RowProblem] = []
        for row in rows:
            name = row.document.external_id
            if name is None or name not in known:
                new.append(row)
            elif known[name] == row.document.sha256:
                self.duplicates += 1
            else:
                message = _("The id “%(id)s” stands for another text already.") % {"id": name}
                problems.append(RowProblem(row.number, row.line, "id", "duplicate_id", message))
            if name is not None:
                known.setdefault(name, row.document.sha256)
        return new, problems

    def _write_predictions(self, ids: Sequence[int], rows: Sequence[NewRow]) -> None:
        now = timezone.now()
        copied = (
            (document_id, None, found.source, json.dumps(found.answer.as_json()), json.dumps(found.confidence), now)
            for document_id, row in zip(ids, rows, strict=True)
            if (found := row.prediction) is not None
        )
        copy_rows(_COPY_PREDICTIONS, copied)


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

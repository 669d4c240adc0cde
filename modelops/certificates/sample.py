"""What a version's certificates rest on: random documents with people's answers that it never learned from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from annotation.annotations.models import Gold, GoldChange
from annotation.predictions.models import Prediction
from annotation.projects.models import Kind, LabelSet
from modelops.evaluation.metrics import is_answered, items
from modelops.evaluation.split import is_test
from modelops.registry.models import ModelVersion
from modelops.selection.models import random_gold
from modelops.training.models import Run

# Of a larger sample the newest are looked at: more changes nothing any more.
MOST_DOCUMENTS = 20_000
# Stands for the whole document among the names of label sets.
WHOLE = ""


@dataclass
class Judged:
    """One label set, or the whole document: how sure the model was and whether it was right, document by document."""

    ids: list[int] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)
    is_right: list[bool] = field(default_factory=list)

    def add(self, document_id: int, confidence: float, *, is_right: bool) -> None:
        self.ids.append(document_id)
        self.confidences.append(confidence)
        self.is_right.append(is_right)


@dataclass(frozen=True)
class Sample:
    """By label set, and under WHOLE. `truths`: by label set of a choice, the probability given to the true label.

    `unlearned`: required label sets that the version can't answer, so that no document of it is whole.
    """

    judged: dict[str, Judged]
    truths: dict[str, list[float]]
    unlearned: list[str]


def sample_of(version: ModelVersion) -> Sample:
    """Four statements, however large the sample."""
    label_sets = list(LabelSet.objects.filter(project_id=version.project_id))
    kinds = {row.name: row.kind for row in label_sets if row.kind != Kind.TEXT}
    learned = _learned(version)
    sample = Sample(
        judged={name: Judged() for name in [WHOLE, *(name for name in kinds if name in learned)]},
        truths={name: [] for name, kind in kinds.items() if kind == Kind.CHOICE and name in learned},
        unlearned=[row.name for row in label_sets if row.required and row.name not in learned],
    )
    salt = version.project.salt
    golds = _gold_of(version).select_related("document").only("document_id", "answer", "document__text_key")
    unseen = {
        gold.document_id: gold.answer
        for gold in golds
        if not getattr(gold, "is_known_text", True) or is_test(salt, gold.document.text_key)
    }
    for row in _own_predictions(version).filter(document_id__in=list(unseen)).iterator(chunk_size=2000):
        _judge(sample, kinds, row, unseen[row.document_id])
    return sample


def is_same(kinds: Mapping[str, str], one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:  # Any: JSON
    """Whether two whole answers agree in every label set; no value and an empty one are the same."""
    return all(items(kind, one.get(name)) == items(kind, other.get(name)) for name, kind in kinds.items())


def _judge(sample: Sample, kinds: Mapping[str, str], row: Prediction, gold: Mapping[str, Any]) -> None:  # Any: JSON
    own: Mapping[str, Any] = row.own_answer or {}  # Any: JSON
    if row.document_confidence is not None:
        is_right = is_same(kinds, own, gold)
        sample.judged[WHOLE].add(row.document_id, row.document_confidence, is_right=is_right)
    for name, sure in row.whole_confidence.items():
        if name not in sample.judged or not is_answered(kinds[name], gold.get(name)):
            continue
        is_right = items(kinds[name], own.get(name)) == items(kinds[name], gold[name])
        sample.judged[name].add(row.document_id, sure, is_right=is_right)
        # What a fast head says of a document it may have learned from is no honest probability.
        if name in sample.truths and name not in row.made_by:
            sample.truths[name].append(float(row.confidence.get(name, {}).get(gold[name], 0.0)))


def _learned(version: ModelVersion) -> set[str]:
    """Label sets that the version answers at all."""
    first = _own_predictions(version).order_by("-pk").values_list("whole_confidence", flat=True).first()
    return set(first or ())


def _own_predictions(version: ModelVersion) -> QuerySet[Prediction]:
    rows = Prediction.objects.filter(project=version.project_id, version=version.number, source="")
    return rows.filter(own_answer__isnull=False, document_confidence__isnull=False)


def _gold_of(version: ModelVersion) -> QuerySet[Gold]:
    """Random gold, newest first, with whether the version's run may have read a text like it."""
    run = Run.objects.filter(version=version).first()
    change = run.snapshot.get("change") if run else None
    before = Q(pk__lte=change) if change is not None else Q(changed_at__lte=version.created_at)
    alike = OuterRef("document__text_key")
    read = GoldChange.objects.filter(before, project=version.project_id, document__text_key=alike)
    rows = random_gold(version.project_id).annotate(is_known_text=Exists(read))
    return rows.order_by("-document_id")[:MOST_DOCUMENTS]

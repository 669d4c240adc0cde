"""Two versions on common ground: the same test documents, today's gold, the answers that are stored."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from annotation.annotations.models import Gold
from annotation.answers.answer import JsonAnswer
from annotation.projects.models import Project
from modelops.evaluation.compare import Comparison, compare
from modelops.evaluation.flips import Flips, flips_of
from modelops.evaluation.models import Evaluation
from modelops.evaluation.split import is_test
from modelops.registry.models import ModelVersion
from modelops.registry.predictions import answers_of
from modelops.training.dataset import known_values, shapes_of

Answers = list[Mapping[str, Any]]  # Any: JSON


@dataclass(frozen=True, slots=True)
class Ground:
    """The documents that have gold and an answer of both; the lists go by `ids`. `kinds`: of the label sets learned."""

    ids: list[int]
    gold: Answers
    before: Answers
    now: Answers
    kinds: dict[str, str]

    def compare(self) -> Comparison:
        return compare(self.kinds, self.gold, self.now, self.before)

    def flips(self) -> dict[str, Flips]:
        return flips_of(self.kinds, self.gold, self.before, self.now)


def common_ground(before: ModelVersion, now: ModelVersion, ids: Collection[int] | None = None) -> Ground:
    """On these documents, or else on all of the project's test documents: five statements."""
    project: Project = now.project
    shapes = shapes_of(project.pk)
    rows = Gold.objects.filter(project=project).exclude(source="auto_accept").order_by("document_id")
    if ids is not None:
        rows = rows.filter(document_id__in=ids)
    gold: dict[int, JsonAnswer] = {
        document_id: known_values(answer, shapes)
        for document_id, answer, key in rows.values_list("document_id", "answer", "document__text_key")
        if is_test(project.salt, key)
    }
    new, old = answers_of(now.number, gold), answers_of(before.number, gold)
    both = [document_id for document_id in gold if document_id in new and document_id in old]
    answered = {name for document_id in both for name in new[document_id]}
    return Ground(
        ids=both,
        gold=[gold[document_id] for document_id in both],
        before=[old[document_id] for document_id in both],
        now=[new[document_id] for document_id in both],
        kinds={shape.name: shape.kind for shape in shapes if shape.name in answered},
    )


def evaluated_ids(*versions: ModelVersion) -> set[int] | None:
    """The documents that these versions were evaluated on; None where no evaluation is kept."""
    rows = Evaluation.objects.filter(version__in=versions).values_list("outcomes__documents", flat=True)
    return {document_id for ids in rows for document_id in ids or ()} or None

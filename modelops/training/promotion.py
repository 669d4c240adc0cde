"""Promote or roll back by hand. The gate looks again first, because production or gold may have changed since the run;
and no version whose files were damaged on the disk goes live, whoever asks for it.
"""

from typing import Any

from annotation.annotations.models import Gold
from annotation.people.models import User
from annotation.projects.models import Project
from modelops.evaluation.compare import compare, first_version
from modelops.registry.models import ModelVersion, StepKind
from modelops.registry.predictions import answers_of
from modelops.registry.services import (
    GateRefused,
    check_checkpoint,
    note,
    production_of,
    promote,
    rollback,
    version_before,
)
from modelops.training.dataset import is_test, known_values, shapes_of

# The stored figures are kept when production has answered fewer of the test documents than this share.
FEWEST_ANSWERED = 0.8


def promote_checked(version: ModelVersion, *, user: User, force: bool = False, reason: str = "") -> ModelVersion:
    """Raises GateRefused with the fresh comparison, unless forced with a reason; BrokenCheckpoint whatever is said."""
    check_checkpoint(version)
    comparison = compare_again(version)
    if comparison != version.comparison:
        ModelVersion.objects.filter(pk=version.pk).update(comparison=comparison)
    try:
        return promote(version, user=user, force=force, reason=reason)
    except GateRefused:
        version.comparison = comparison
        note(version, StepKind.REFUSED, user)
        raise


def rollback_checked(project: Project, user: User) -> ModelVersion:
    """Raises NothingToRollBackTo, or BrokenCheckpoint: then what is in production stays there."""
    before = version_before(project)
    if before is not None:
        check_checkpoint(before)
    return rollback(project, user)


def compare_again(version: ModelVersion) -> dict[str, Any]:  # Any: JSON
    """From stored predictions alone, on today's gold of the test split that both versions have answered."""
    project: Project = version.project
    production = production_of(project)
    if production is None or production.pk == version.pk:
        return first_version()
    shapes = shapes_of(project.pk)
    rows = Gold.objects.filter(project=project).exclude(source="auto_accept").order_by("document_id")
    gold = {
        document_id: known_values(answer, shapes)
        for document_id, answer, key in rows.values_list("document_id", "answer", "document__text_key")
        if is_test(project.salt, key)
    }
    new, old = answers_of(version.number, gold), answers_of(production.number, gold)
    both = [document_id for document_id in gold if document_id in new and document_id in old]
    is_same_pair = version.comparison.get("against") == production.number
    if is_same_pair and len(both) < FEWEST_ANSWERED * version.comparison.get("documents", 0):
        return dict(version.comparison)
    answered = {name for document_id in both for name in new[document_id]}
    kinds = {shape.name: shape.kind for shape in shapes if shape.name in answered}
    compared = compare(
        kinds,
        [gold[document_id] for document_id in both],
        [new[document_id] for document_id in both],
        [old[document_id] for document_id in both],
    )
    return {**compared, "against": production.number}

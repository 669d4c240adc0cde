"""Promote or roll back by hand. The gate looks again first, because production or gold may have changed since the run;
and no version whose files were damaged on the disk goes live, whoever asks for it.
"""

from typing import Any

from annotation.people.models import User
from annotation.projects.models import Project
from modelops.evaluation.compare import first_version
from modelops.registry.models import ModelVersion, StepKind
from modelops.registry.services import (
    GateRefused,
    check_checkpoint,
    note,
    production_of,
    promote,
    rollback,
    version_before,
)
from modelops.training.comparing import common_ground

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
    ground = common_ground(production, version)
    is_same_pair = version.comparison.get("against") == production.number
    if is_same_pair and len(ground.ids) < FEWEST_ANSWERED * version.comparison.get("documents", 0):
        return dict(version.comparison)
    return {**ground.compare(), "against": production.number}

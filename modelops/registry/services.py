"""Which version is in production, and how it came there."""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.events.services import publish_mixed
from annotation.people.models import User
from annotation.projects.models import Project
from modelops import signals
from modelops.registry.checkpoints import UnsafeCheckpoint, verified
from modelops.registry.models import ModelVersion, Stage, StepKind, VersionStep
from modelops.registry.predictions import lent_document_ids, updates_for

logger = logging.getLogger(__name__)


class GateRefused(Exception):
    """The gate finds the version worse than the one in production; `comparison` says where."""

    def __init__(self, comparison: dict[str, Any]) -> None:  # Any: JSON
        super().__init__(_("The gate finds this version worse than the one in production."))
        self.comparison = comparison


class BrokenCheckpoint(Exception):
    """The version's files are not those that its run wrote: it could answer nothing."""

    def __init__(self, version: ModelVersion, error: UnsafeCheckpoint) -> None:
        super().__init__(
            _("The files of version %(number)d are damaged, so it can't go into production: %(error)s")
            % {"number": version.number, "error": error}
        )


class NothingToRollBackTo(Exception):
    def __init__(self) -> None:
        super().__init__(_("No earlier version was in production."))


@dataclass(frozen=True, slots=True)
class NewVersion:
    """What a run made. `documents`: how many gold answers it learned from."""

    path: str
    sha256: str
    encoder: str
    documents: int
    arguments: dict[str, Any] = field(default_factory=dict)  # Any: JSON
    metrics: dict[str, Any] = field(default_factory=dict)  # Any: JSON
    comparison: dict[str, Any] = field(default_factory=dict)  # Any: JSON


@transaction.atomic
def register(*, project_id: int, new: NewVersion) -> ModelVersion:
    """Add a candidate under the project's next number."""
    Project.objects.select_for_update(no_key=True).get(pk=project_id)
    last = ModelVersion.objects.filter(project_id=project_id).aggregate(last=Max("number"))["last"] or 0
    version = ModelVersion.objects.create(
        project_id=project_id,
        number=last + 1,
        path=new.path,
        sha256=new.sha256,
        encoder=new.encoder,
        documents=new.documents,
        arguments=new.arguments,
        metrics=new.metrics,
        comparison=new.comparison,
    )
    transaction.on_commit(lambda: signals.version_registered.send(sender=ModelVersion, version_id=version.pk))
    return version


def production_of(project: Project) -> ModelVersion | None:
    if project.production_version is None:
        return None
    return ModelVersion.objects.filter(project=project, number=project.production_version).first()


def check_checkpoint(version: ModelVersion) -> None:
    """Raises BrokenCheckpoint unless the files are there, plain, and the ones that were registered."""
    try:
        verified(version.path, version.sha256)
    except UnsafeCheckpoint as error:
        raise BrokenCheckpoint(version, error) from error


@transaction.atomic
def promote(version: ModelVersion, *, user: User | None, force: bool = False, reason: str = "") -> ModelVersion:
    """Put this version in production and retire the one before it.

    Raises GateRefused when `version.comparison` says worse, unless forced with a reason, which is kept in the
    version's step. Twice is harmless.
    """
    if force and not reason.strip():
        raise ValidationError({"reason": ValidationError(_("Say why the gate is to be passed over."), "required")})
    project = Project.objects.select_for_update(no_key=True).get(pk=version.project_id)
    version = ModelVersion.objects.get(pk=version.pk)
    if project.production_version == version.number:
        return version
    if version.comparison.get("verdict") == "worse" and not force:
        raise GateRefused(version.comparison)
    _put_in_production(project, version, timezone.now())
    note(version, StepKind.FORCED if force else StepKind.PROMOTED, user, reason)
    return version


def version_before(project: Project) -> ModelVersion | None:
    """The version that a rollback would bring back."""
    versions = ModelVersion.objects.filter(project=project, promoted_at__isnull=False).order_by("-promoted_at")
    current = versions.filter(number=project.production_version or 0).first()
    return versions.filter(promoted_at__lt=current.promoted_at).first() if current else None


@transaction.atomic
def rollback(project: Project, user: User | None) -> ModelVersion:
    """Bring back the version that was in production before; its stored predictions are shown at once.

    Each further call goes one step further back. Raises NothingToRollBackTo.
    """
    project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    current, before = production_of(project), version_before(project)
    if current is None or before is None:
        raise NothingToRollBackTo
    _put_in_production(project, before, before.promoted_at)
    # What was rolled back leaves the line of earlier versions; promoting it again puts it in front.
    ModelVersion.objects.filter(pk=current.pk).update(promoted_at=None)
    note(before, StepKind.ROLLED_BACK, user)
    return before


def note(version: ModelVersion, kind: StepKind, user: User | None, reason: str = "") -> None:
    """Write down what happened to a version, who did it and why, with the figures it was decided on."""
    VersionStep.objects.create(
        version=version, kind=kind, by=user, reason=reason.strip()[:500], comparison=version.comparison
    )
    logger.info("version %s: %s by %s", version.pk, kind.value, user.pk if user else None)


def _put_in_production(project: Project, version: ModelVersion, promoted_at: datetime | None) -> None:
    others = ModelVersion.objects.filter(project=project, stage=Stage.PRODUCTION).exclude(pk=version.pk)
    others.update(stage=Stage.RETIRED)
    ModelVersion.objects.filter(pk=version.pk).update(stage=Stage.PRODUCTION, promoted_at=promoted_at)
    Project.objects.filter(pk=project.pk).update(production_version=version.number)
    version.stage, version.promoted_at = Stage.PRODUCTION, promoted_at
    promoted = ("version.promoted", {"version": version.pk, "number": version.number})
    publish_mixed(project.pk, [promoted, *updates_for(version.number, lent_document_ids(project.pk))])
    transaction.on_commit(lambda: signals.version_promoted.send(sender=ModelVersion, version_id=version.pk))

"""Erase a document, keep which versions had learned from it, and learn anew without it on demand."""

import logging
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from annotation.documents.models import Document
from annotation.finding.erasing import erase_document
from annotation.people.models import User
from annotation.projects.models import Project
from modelops import signals
from modelops.erasures.lineage import versions_taught_by
from modelops.erasures.models import Erasure
from modelops.live.models import Embedding
from modelops.registry.models import ModelVersion
from modelops.training.models import Run
from modelops.training.services import request_run

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """One erasure with the versions that had learned from the document, as they stand today."""

    erasure: Erasure
    versions: list[ModelVersion]

    @property
    def is_in_production(self) -> bool:
        return any(version.stage == "production" for version in self.versions)


def erase(*, document: Document, user: User, reason: str = "") -> Erasure:
    """Erase it with all that people said about it, and its embedding where no other document has the same text."""
    project: Project = document.project
    document_id, sha256 = document.pk, document.text_sha256
    with transaction.atomic():
        Document.objects.select_for_update().get(pk=document_id)
        versions = versions_taught_by(document)
        erase_document(document=document)
        if not Document.objects.filter(text_sha256=sha256).exists():
            Embedding.objects.filter(text_sha256=sha256).delete()
        row = Erasure.objects.create(
            project=project, document_id=document_id, versions=versions, reason=reason[:500], by=user
        )
        transaction.on_commit(lambda: signals.refit_requested.send(sender=Erasure, project_id=project.pk))
    logger.info("document %s of project %s was erased; versions %s knew it", document_id, project.pk, versions)
    return row


@transaction.atomic
def learn_anew(*, project: Project, user: User) -> Run:
    """Start a run on the gold there is now; it is noted with every erasure that waits for one.

    Raises AlreadyActive, or ValidationError where nothing waits or there is no gold left.
    """
    waiting = waiting_for_a_run(project.pk)
    documents = sorted(waiting.values_list("document_id", flat=True))
    if not documents:
        message = _("No erased document waits for a run.")
        raise ValidationError({"run": ValidationError(message, code="nothing_waits")})
    said = ", ".join(map(str, documents[:10])) + (" …" if len(documents) > 10 else "")
    run = request_run(project=project, user=user, arguments={}, reason=_("Without erased documents: %s") % said)
    waiting.update(run=run)
    return run


def waiting_for_a_run(project_id: int) -> QuerySet[Erasure]:
    """Those that a version had learned from and after which no run was started."""
    return Erasure.objects.filter(project=project_id, run__isnull=True).exclude(versions=[])


def standings(rows: list[Erasure]) -> list[Standing]:
    """One statement."""
    numbers = {number for row in rows for number in row.versions}
    projects = {row.project_id for row in rows}
    found = ModelVersion.objects.filter(project__in=projects, number__in=numbers).defer("metrics", "comparison")
    by_number = {(version.project_id, version.number): version for version in found}
    return [
        Standing(
            row, [by_number[row.project_id, number] for number in row.versions if (row.project_id, number) in by_number]
        )
        for row in rows
    ]

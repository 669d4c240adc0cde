"""Look at the sample: certify what can be, end what holds no longer, and let audits speak."""

import logging
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from annotation.annotations.models import Gold
from annotation.documents.models import Document
from annotation.people.models import User
from annotation.projects.models import Kind, LabelSet, Project
from annotation.queue.models import Assignment, AssignmentKind, AssignmentState
from modelops.certificates.alerting import raise_revoked
from modelops.certificates.certify import Certified, certify
from modelops.certificates.looks import delta_of, size_for_next
from modelops.certificates.models import Audit, Certificate, CertificateState, End
from modelops.certificates.sample import WHOLE, Judged, is_same, sample_of
from modelops.certificates.watch import evidence, is_broken
from modelops.registry.models import ModelVersion
from modelops.selection.models import PEOPLE

logger = logging.getLogger(__name__)
_REVOKED = (End.MANAGER, End.AUDIT)


@dataclass(frozen=True, slots=True)
class Asked:
    """The promise that a project asks for: this precision, at this confidence level."""

    target: float
    level: float

    @property
    def delta(self) -> float:
        return 1.0 - self.level

    @classmethod
    def by(cls, project: Project) -> "Asked | None":
        found = project.auto_accept
        return cls(found["precision"], found["confidence"]) if found else None


@dataclass(frozen=True, slots=True)
class AuditFigures:
    checked: int
    wrong: int
    waiting: int
    evidence: float


def certify_version(version: ModelVersion, asked: Asked) -> list[Certificate]:
    """Take every look that is due; the certificates that came of it, refused ones too. Raises nothing when none is."""
    sample = sample_of(version)
    made = []
    for name, judged in sample.judged.items():
        if name == WHOLE and sample.unlearned:
            continue
        certificate = _look(version, name, judged, asked)
        if certificate is not None:
            made.append(certificate)
    return made


def next_size(version: ModelVersion, label_set: str, asked: Asked) -> int:
    """How many random documents the next look needs."""
    looks = _looks(version, label_set, asked)
    return size_for_next(
        looks=len(looks), last_size=looks[0].sample if looks else 0, target=asked.target, delta=asked.delta
    )


def _looks(version: ModelVersion, label_set: str, asked: Asked) -> list[Certificate]:
    """Those taken so far, newest first."""
    rows = Certificate.objects.filter(version=version, label_set=label_set)
    return list(rows.filter(target=asked.target, asked_level=asked.level).order_by("-pk"))


def _look(version: ModelVersion, name: str, judged: Judged, asked: Asked) -> Certificate | None:
    looks = _looks(version, name, asked)
    needed = next_size(version, name, asked)
    if len(judged.ids) < needed or any(row.end in _REVOKED for row in looks):
        return None
    delta = delta_of(len(looks) + 1, asked.delta)
    found = certify(judged.confidences, judged.is_right, target=asked.target, delta=delta)
    certificate = Certificate(
        project_id=version.project_id,
        version=version,
        label_set=name,
        target=asked.target,
        asked_level=asked.level,
        level=1.0 - delta,
        look=len(looks) + 1,
        state=CertificateState.REFUSED,
        sample=len(judged.ids),
        sample_ids=judged.ids,
    )
    if isinstance(found, Certified):
        certificate.threshold, certificate.coverage, certificate.bound = found.threshold, found.coverage, found.bound
        certificate.over, certificate.right = found.over, found.right
    else:
        certificate.missing = found.missing
    _keep(certificate, is_certified=isinstance(found, Certified))
    return certificate


@transaction.atomic
def _keep(certificate: Certificate, *, is_certified: bool) -> None:
    """A stricter or refused look takes nothing back: what an earlier look promised still holds."""
    present = Certificate.objects.valid().filter(project=certificate.project_id, label_set=certificate.label_set)
    former = present.select_for_update().first()
    if is_certified:
        is_looser = former is None or (former.threshold or 0.0) >= (certificate.threshold or 0.0)
        if is_looser:
            present.update(state=CertificateState.ENDED, end=End.REPLACED, ended_at=timezone.now())
            certificate.state = CertificateState.VALID
        else:
            certificate.state, certificate.end = CertificateState.ENDED, End.REPLACED
            certificate.ended_at = timezone.now()
    certificate.save()
    logger.info("%s for label set %r of version %s", certificate, certificate.label_set, certificate.version_id)


def end_outdated(project: Project, version: ModelVersion | None, asked: Asked | None) -> None:
    """End certificates of another version or promise; one of a version that came back holds again."""
    for row in Certificate.objects.valid().filter(project=project):
        if version is None or row.version_id != version.pk:
            _end(row, End.VERSION)
        elif asked != Asked(row.target, row.asked_level):
            _end(row, End.SETTINGS)
    if version is None or asked is None:
        return
    back = Certificate.objects.filter(project=project, version=version, target=asked.target, asked_level=asked.level)
    for row in back.filter(end__in=(End.VERSION, End.SETTINGS)):
        if not Certificate.objects.valid().filter(project=project, label_set=row.label_set).exists():
            Certificate.objects.filter(pk=row.pk).update(state=CertificateState.VALID, end="", ended_at=None)


@transaction.atomic
def _end(certificate: Certificate, end: End) -> None:
    present = Certificate.objects.valid().filter(pk=certificate.pk)
    if present.update(state=CertificateState.ENDED, end=end, ended_at=timezone.now()):
        _release_audits(certificate)


def audit_figures(certificate: Certificate) -> AuditFigures:
    """Of all audits of this version under the same promise, whichever look they belong to."""
    rows = list(_audits(certificate).values_list("is_right", flat=True))
    wrong, waiting = rows.count(False), rows.count(None)
    checked = len(rows) - waiting
    return AuditFigures(checked, wrong, waiting, evidence(checked, wrong, certificate.target))


def check_audits(certificate: Certificate) -> bool:
    """Note what people answered to audits; True when that broke the certificate and it is revoked."""
    _note_answers(certificate)
    figures = audit_figures(certificate)
    if not is_broken(figures.checked, figures.wrong, certificate.target):
        return False
    with transaction.atomic():
        ended = Certificate.objects.valid().filter(pk=certificate.pk)
        if ended.update(state=CertificateState.ENDED, end=End.AUDIT, ended_at=timezone.now()):
            _release_audits(certificate)
            raise_revoked(certificate, End.AUDIT, checked=figures.checked, wrong=figures.wrong)
            logger.warning("%s was broken by %s wrong of %s audits", certificate, figures.wrong, figures.checked)
    return True


def _audits(certificate: Certificate) -> QuerySet[Audit]:
    return Audit.objects.filter(
        certificate__version=certificate.version_id,
        certificate__label_set=certificate.label_set,
        certificate__target=certificate.target,
    )


def _note_answers(certificate: Certificate) -> None:
    """An audit counts when its gold came from people who were lent the document for it; otherwise it is void."""
    audits = _audits(certificate).filter(document__gold__isnull=False).select_related("document__gold")
    lent = Assignment.objects.filter(
        document=OuterRef("document"), kind=AssignmentKind.AUDIT, state=AssignmentState.DONE
    )
    kinds = dict(
        LabelSet.objects.filter(project=certificate.project_id).exclude(kind=Kind.TEXT).values_list("name", "kind")
    )
    now = timezone.now()
    for audit in audits.annotate(was_lent=Exists(lent)):
        gold: Gold = audit.document.gold
        if not audit.was_lent or gold.source not in PEOPLE:
            audit.delete()
            Document.objects.filter(pk=audit.document_id).update(is_audit=False)
            continue
        is_right = is_same(kinds, audit.answer, gold.answer)
        if audit.is_right != is_right:
            Audit.objects.filter(pk=audit.pk).update(is_right=is_right, checked_at=now)


def _release_audits(certificate: Certificate) -> None:
    """Documents that wait for an audit nobody needs any more are ordinary ones again."""
    waiting = _audits(certificate).filter(is_right=None)
    ids = list(waiting.values_list("document_id", flat=True))
    waiting.delete()
    Document.objects.filter(pk__in=ids).update(is_audit=False)


@transaction.atomic
def revoke(certificate: Certificate, *, user: User, returns: bool) -> Certificate:
    """Stop auto-accepting under it. `returns`: what was accepted under it goes back to the queue."""
    row = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if row.state == CertificateState.VALID:
        row.state, row.end, row.ended_at, row.ended_by = CertificateState.ENDED, End.MANAGER, timezone.now(), user
        figures = audit_figures(row)
        _release_audits(row)
        raise_revoked(row, End.MANAGER, checked=figures.checked, wrong=figures.wrong, by=user)
    row.is_returning = row.is_returning or returns
    row.save(update_fields=["state", "end", "ended_at", "ended_by", "is_returning"])
    return row


class CannotRestore(Exception):
    """The certificate can't hold again: its version is gone, its promise was changed, or audits broke it."""


@transaction.atomic
def restore(certificate: Certificate) -> Certificate:
    """Undo a manager's revocation. What went back to the queue and is still open is accepted again by and by."""
    project = Project.objects.select_for_update(no_key=True).get(pk=certificate.project_id)
    row = Certificate.objects.select_for_update().select_related("version").get(pk=certificate.pk)
    asked = Asked.by(project)
    fits = asked == Asked(row.target, row.asked_level) and project.production_version == row.version.number
    has_other = Certificate.objects.valid().filter(project=project, label_set=row.label_set).exists()
    if row.end != End.MANAGER or not fits or has_other:
        raise CannotRestore
    row.state, row.end, row.ended_at, row.ended_by, row.is_returning = CertificateState.VALID, "", None, None, False
    row.save(update_fields=["state", "end", "ended_at", "ended_by", "is_returning"])
    return row

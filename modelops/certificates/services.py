"""Keep a project's certificates and what follows from them up to date: the row of work, and one slice of it."""

from typing import Any

from django.db import transaction
from django.db.models import Q

from annotation.annotations.models import GoldChange, Source
from annotation.projects.models import Project
from modelops import signals
from modelops.certificates import accepting
from modelops.certificates.looking import Asked, certify_version, check_audits, end_outdated
from modelops.certificates.models import Certificate, CertificateWork
from modelops.registry.models import ModelVersion
from modelops.registry.services import production_of
from modelops.work.services import claim, is_mine, queue_anew, resend_lost, tell_after_commit, work_off

BATCHES_A_SLICE = 4


@transaction.atomic
def request_work(project_id: int) -> CertificateWork:
    """Queue a new pass over the project. A slice under way stops at its next batch."""
    row = queue_anew(CertificateWork, project_id, cursor=0, done=0)
    send_after_commit(row)
    return row


def send_after_commit(row: CertificateWork) -> None:
    tell_after_commit(signals.certificates_requested, row)


def auto_accept_by(version_id: int) -> None:
    """After a version has answered everything: only where something may be accepted."""
    version = ModelVersion.objects.select_related("project").get(pk=version_id)
    if version.project.auto_accept is not None:
        request_work(version.project_id)


def run(project_id: int) -> None:
    """Work for a moment, then leave the rest to the next message."""
    row = claim(CertificateWork.objects.filter(project=project_id).select_related("project"))
    if row is not None:
        work_off(row, _slice, send_after_commit)


def make_rounds() -> None:
    """Start what gold, settings or another version in production made due; send again what was lost."""
    has_certificates = Certificate.objects.filter(Q(state="valid") | Q(is_returning=True)).values("project_id")
    projects = Project.objects.filter(Q(auto_accept__isnull=False) | Q(pk__in=has_certificates))
    known = dict(CertificateWork.objects.filter(project__in=projects).values_list("project_id", "seen"))
    for project in projects:
        if known.get(project.pk) != _seen(project):
            request_work(project.pk)
    resend_lost(signals.certificates_requested, CertificateWork.objects.all())


def _seen(project: Project) -> dict[str, Any]:  # Any: JSON
    """What a pass depends on. Our own gold is left out, or every pass would call for the next."""
    changes = GoldChange.objects.filter(project=project).exclude(source=Source.AUTO_ACCEPT)
    return {
        "change": changes.order_by("-pk").values_list("pk", flat=True).first() or 0,
        "version": project.production_version,
        "asked": project.auto_accept,
        "returning": list(_returning(project).values_list("pk", flat=True)),
    }


def _returning(project: Project) -> Any:  # Any: a QuerySet of Certificate
    return Certificate.objects.filter(project=project, is_returning=True).order_by("pk")


def _slice(row: CertificateWork) -> bool:
    """True when nothing is left to do."""
    project = row.project
    if row.cursor == 0:
        CertificateWork.objects.filter(pk=row.pk).update(seen=_seen(project))
        _look(project)
    for _batch in range(BATCHES_A_SLICE):
        if not is_mine(row, done=row.done):
            return False
        if not _do_batch(row, project):
            return True
    return False


def _look(project: Project) -> None:
    asked, version = Asked.by(project), production_of(project)
    end_outdated(project, version, asked)
    if version is None or asked is None:
        return
    for certificate in Certificate.objects.valid().filter(project=project, label_set=""):
        check_audits(certificate)
    certify_version(version, asked)


def _do_batch(row: CertificateWork, project: Project) -> bool:
    """Return or accept one batch; False when nothing was left."""
    returning = _returning(project).first()
    if returning is not None:
        row.done += accepting.return_batch(returning)
        return True
    certificate = Certificate.objects.valid().of_documents().filter(project=project).select_related("version").first()
    if certificate is None:
        return False
    batch = accepting.accept_batch(certificate, after=row.cursor)
    row.done += batch.accepted
    if batch.last is None:
        CertificateWork.objects.filter(pk=row.pk).update(cursor=0)
        return False
    row.cursor = batch.last
    CertificateWork.objects.filter(pk=row.pk).update(cursor=batch.last)
    return True

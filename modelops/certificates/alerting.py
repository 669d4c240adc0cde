"""Say that a certificate holds no longer, in the transaction that ends it."""

from django.utils import timezone

from annotation.alerts.models import AlertKind
from annotation.alerts.rules import rules_of_many
from annotation.alerts.services import Cause, raise_alert
from annotation.people.models import User
from annotation.projects.models import LabelSet
from modelops.certificates.models import Certificate, End


def raise_revoked(certificate: Certificate, end: End, *, checked: int, wrong: int, by: User | None = None) -> None:
    """Unless the project wants no such alerts. Whoever revoked it is not told."""
    rule = rules_of_many(AlertKind.CERTIFICATE, [certificate.project_id])[certificate.project_id]
    if not rule.is_on:
        return
    named = LabelSet.objects.filter(project=certificate.project_id, name=certificate.label_set).values("name", "titles")
    figures = {
        "certificate": certificate.pk,
        "label_set": named.first() if certificate.label_set else None,
        "end": end.value,
        "checked": checked,
        "wrong": wrong,
        "precision": certificate.target,
    }
    told = ("certificate", "checked", "wrong", "precision")
    cause = Cause(
        AlertKind.CERTIFICATE, certificate.label_set, figures, timezone.now(), told=told, by_id=by.pk if by else None
    )
    raise_alert(certificate.project_id, cause)

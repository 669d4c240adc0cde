from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from modelops.work.models import SlicedWork


class CertificateState(models.TextChoices):
    VALID = "valid", _("Certified")
    REFUSED = "refused", _("Not certified")
    ENDED = "ended", _("Ended")


class End(models.TextChoices):
    """Why a certificate holds no longer."""

    VERSION = "version", _("Another version is in production")
    SETTINGS = "settings", _("Another precision or confidence level was asked for")
    REPLACED = "replaced", _("A larger sample gave a newer one")
    MANAGER = "manager", _("Revoked by a manager")
    AUDIT = "audit", _("Revoked by the audit")


class CertificateQuerySet(QuerySet["Certificate"]):
    def valid(self) -> "CertificateQuerySet":
        return self.filter(state=CertificateState.VALID)

    def of_documents(self) -> "CertificateQuerySet":
        """Those of the whole document: the only ones under which anything is auto-accepted."""
        return self.filter(label_set="")


class Certificate(models.Model):
    """One look at the random sample, and what it promised: the stated precision at this confidence level, or nothing.

    `label_set`: empty for the whole document. `level`: what this look may spend of the confidence level asked for, see
    looks.py. `sample`: documents looked at, `sample_ids` by id; `over` of them were as sure as `threshold`, `right` of
    those were right, and `bound` is the lower bound of the precision. `accepted`: documents accepted under it so far.
    `is_returning`: what was accepted under it goes back to the queue.
    """

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="certificates")
    version = models.ForeignKey("modelops.ModelVersion", on_delete=models.CASCADE, related_name="certificates")
    label_set = models.CharField(max_length=100, blank=True)
    target = models.FloatField()
    asked_level = models.FloatField()
    level = models.FloatField()
    look = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=CertificateState.choices)
    threshold = models.FloatField(null=True, blank=True)
    coverage = models.FloatField(null=True, blank=True)
    bound = models.FloatField(null=True, blank=True)
    sample = models.PositiveIntegerField()
    over = models.PositiveIntegerField(default=0)
    right = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(null=True, blank=True)
    sample_ids = models.JSONField(default=list)
    accepted = models.PositiveIntegerField(default=0)
    is_returning = models.BooleanField(default=False)
    end = models.CharField(max_length=10, choices=End.choices, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        app_label = "modelops"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "label_set"], condition=Q(state="valid"), name="one_valid_certificate"
            ),
        ]

    def __str__(self) -> str:
        return f"certificate {self.pk}: {self.state}"


class Audit(models.Model):
    """A document that the certificate would have accepted and that people answer instead, without being told.

    `answer`: what the model would have put in; `is_right`: whether people answered the same, null until they have.
    """

    certificate = models.ForeignKey(Certificate, on_delete=models.CASCADE, related_name="audits")
    document = models.ForeignKey("annotation.Document", on_delete=models.CASCADE, related_name="+")
    answer = models.JSONField(default=dict)
    confidence = models.FloatField()
    is_right = models.BooleanField(null=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "modelops"
        constraints = [models.UniqueConstraint(fields=["certificate", "document"], name="one_audit_a_document")]
        indexes = [models.Index(fields=["certificate"], condition=Q(is_right=None), name="audit_waiting")]

    def __str__(self) -> str:
        return f"audit of document {self.document_id} under {self.certificate_id}"


class CertificateWork(SlicedWork):
    """The work of certifying, auditing and auto-accepting in a project; at most one row a project.

    `seen`: what it last looked at, see services.py. `cursor`: the last document that was met in this pass.
    """

    project = models.OneToOneField("annotation.Project", on_delete=models.CASCADE, related_name="+")
    seen = models.JSONField(default=dict)
    cursor = models.BigIntegerField(default=0)

    class Meta:
        app_label = "modelops"

    def __str__(self) -> str:
        return f"certificates of project {self.project_id}: {self.state}"

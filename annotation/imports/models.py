from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ImportState(models.TextChoices):
    PREVIEW = "preview", _("Not started")
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class OnError(models.TextChoices):
    REJECT = "reject", _("Import nothing if one row is bad")
    SKIP = "skip", _("Import the good rows and list the bad ones")


class Import(models.Model):
    """One file on its way into documents. The row is the truth of the work: state, heartbeat, attempt."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="imports")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=255, help_text="As the client called it; shown, never used as a path.")
    file = models.FileField(upload_to="imports/")
    format = models.CharField(max_length=10)
    options = models.JSONField(default=dict)
    on_error = models.CharField(max_length=10, choices=OnError.choices, default=OnError.REJECT)
    key = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.QUEUED)
    progress = models.FloatField(default=0.0)
    imported = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    rejected_count = models.PositiveIntegerField(default=0)
    rejected = models.JSONField(default=list)
    warnings = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    attempt = models.PositiveIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "annotation"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["project", "key"], condition=~Q(key=""), name="import_key_once")]

    def __str__(self) -> str:
        return f"{self.filename}: {self.state}"

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")


class Prelabeling(models.Model):
    """The work of storing one version's predictions for a project's documents; at most one row a version."""

    version = models.OneToOneField("modelops.ModelVersion", on_delete=models.CASCADE, related_name="prelabeling")
    state = models.CharField(max_length=10, choices=WorkState.choices, default=WorkState.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    attempt = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "modelops"

    def __str__(self) -> str:
        return f"prelabeling by {self.version_id}: {self.state}"


class PredictRequest(models.Model):
    """One `predict/` call: the web process never loads torch, so a worker answers through this row."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+")
    texts = models.JSONField()
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "modelops"

    def __str__(self) -> str:
        return f"predict request {self.pk}"

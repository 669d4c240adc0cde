from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Run(models.Model):
    """One training from start to end. `attempt` fences: only the worker that holds the newest attempt may write."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="runs")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    stage = models.CharField(max_length=20, blank=True, help_text="What a running run is at: data, training, …")
    progress = models.FloatField(default=0.0)
    metrics = models.JSONField(default=dict)
    arguments = models.JSONField(default=dict)
    snapshot = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    attempt = models.PositiveIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    version = models.OneToOneField(
        "modelops.ModelVersion", on_delete=models.SET_NULL, null=True, blank=True, related_name="run"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "modelops"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project"], condition=Q(state__in=["queued", "running"]), name="one_run_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}: {self.state}"

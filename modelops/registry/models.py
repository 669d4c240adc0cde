from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    CANDIDATE = "candidate", _("Candidate")
    PRODUCTION = "production", _("Production")
    RETIRED = "retired", _("Retired")


class ModelVersion(models.Model):
    """A numbered checkpoint of a project. `path` is relative to settings.CHECKPOINTS; `sha256` covers the folder."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.CANDIDATE)
    metrics = models.JSONField(default=dict)
    arguments = models.JSONField(default=dict)
    comparison = models.JSONField(default=dict)
    encoder = models.CharField(max_length=100)
    documents = models.PositiveIntegerField(default=0)
    path = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    promoted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "modelops"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="version_number_once"),
            models.UniqueConstraint(fields=["project"], condition=Q(stage="production"), name="one_in_production"),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

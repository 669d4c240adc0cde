from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    CANDIDATE = "candidate", _("Candidate")
    PRODUCTION = "production", _("Production")
    RETIRED = "retired", _("Retired")


class ModelVersionQuerySet(QuerySet["ModelVersion"]):
    def with_evaluation(self) -> "ModelVersionQuerySet":
        """With all that a page or card of a version reads: project, run, evaluation, but for the long lists in them."""
        rows = self.select_related("project", "run", "evaluation")
        return rows.defer("evaluation__outcomes", "run__metrics")


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

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        app_label = "modelops"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="version_number_once"),
            models.UniqueConstraint(fields=["project"], condition=Q(stage="production"), name="one_in_production"),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    @property
    def may_answer_in_int8(self) -> bool:
        """Whether its run found it no worse so; versions made before that was judged say nothing."""
        return bool(self.metrics.get("int8", {}).get("verdict") == "not_worse")


class StepKind(models.TextChoices):
    PROMOTED = "promoted", _("Promoted")
    FORCED = "forced", _("Promoted against the gate")
    REFUSED = "refused", _("Refused")
    ROLLED_BACK = "rolled_back", _("Rolled back to")


class VersionStep(models.Model):
    """What happened to a version, never changed afterwards. `by` is nobody where the loop itself decided."""

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=12, choices=StepKind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    comparison = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "modelops"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.kind}"

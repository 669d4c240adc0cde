from django.db import models

from modelops.work.models import SlicedWork, WorkerCall


class Prelabeling(SlicedWork):
    """The work of storing one version's predictions for a project's documents; at most one row a version."""

    version = models.OneToOneField("modelops.ModelVersion", on_delete=models.CASCADE, related_name="prelabeling")

    class Meta:
        app_label = "modelops"

    def __str__(self) -> str:
        return f"prelabeling by {self.version_id}: {self.state}"


class PredictRequest(WorkerCall):
    """One `predict/` call."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+")
    texts = models.JSONField()

    class Meta:
        app_label = "modelops"

    def __str__(self) -> str:
        return f"predict request {self.pk}"

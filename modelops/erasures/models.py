from django.conf import settings
from django.db import models


class Erasure(models.Model):
    """That a document was erased, and the numbers of the versions that had learned from it. Nothing of its content.

    `document_id` is no foreign key: the row outlives the document. `run`: the one that learned anew without it.
    """

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+")
    document_id = models.BigIntegerField()
    versions = models.JSONField(default=list)
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    run = models.ForeignKey("modelops.Run", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        app_label = "modelops"
        ordering = ["-id"]
        indexes = [models.Index(fields=["project", "-id"], name="erasure_newest")]

    def __str__(self) -> str:
        return f"document {self.document_id} of project {self.project_id}"

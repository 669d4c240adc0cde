from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Verdict(models.TextChoices):
    ACCEPT = "accept", _("Accept")
    CORRECT = "correct", _("Correct")
    SEND_BACK = "send_back", _("Send back")


class Review(models.Model):
    """One reviewer's verdict on one annotation, as it stood at `annotation_version`. Never changed afterwards."""

    annotation = models.ForeignKey("annotation.Annotation", on_delete=models.PROTECT, related_name="reviews")
    annotation_version = models.PositiveIntegerField()
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    answer = models.JSONField(null=True, blank=True)
    comment = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "annotation"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.verdict} of annotation {self.annotation_id}"

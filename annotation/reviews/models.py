from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Verdict(models.TextChoices):
    ACCEPT = "accept", _("Accept")
    CORRECT = "correct", _("Correct")
    SEND_BACK = "send_back", _("Send back")


class Review(models.Model):
    """One reviewer's verdict on one annotation, as it stood at `annotation_version`. Only its undo changes it."""

    annotation = models.ForeignKey("annotation.Annotation", on_delete=models.PROTECT, related_name="reviews")
    annotation_version = models.PositiveIntegerField()
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    answer = models.JSONField(null=True, blank=True)
    comment = models.TextField(blank=True)
    # The stretch that the comment is about, in code points, and the comment as it stands in the document's talk.
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    said = models.ForeignKey("annotation.Comment", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    seconds = models.FloatField(default=0.0)
    # What the reviewer answered before seeing anybody's answer; null where they saw it from the start.
    first_answer = models.JSONField(null=True, blank=True)
    # A repeated call with the same key makes no second review.
    key = models.CharField(max_length=100, blank=True, default="")
    # What the undo puts back: {"document_state", "gold", "item_state"}.
    before = models.JSONField(default=dict, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "annotation"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["reviewer", "key"], condition=~Q(key=""), name="review_key_once")
        ]

    def __str__(self) -> str:
        return f"{self.verdict} of annotation {self.annotation_id}"


class AgreeingBatch(models.Model):
    """Documents that were settled at once because most people agreed; undone at once, too."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "annotation"

    def __str__(self) -> str:
        return f"batch {self.pk} by {self.reviewer_id}"


class Adjudication(models.Model):
    """One reviewer's answer where several people differed. Only its undo changes it."""

    document = models.ForeignKey("annotation.Document", on_delete=models.PROTECT, related_name="adjudications")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answer = models.JSONField(default=dict)
    comment = models.TextField(blank=True)
    seconds = models.FloatField(default=0.0)
    batch = models.ForeignKey(AgreeingBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="rows")
    key = models.CharField(max_length=100, blank=True, default="")
    before = models.JSONField(default=dict, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "annotation"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["reviewer", "key"], condition=~Q(key=""), name="adjudication_key_once")
        ]

    def __str__(self) -> str:
        return f"adjudication of document {self.document_id}"

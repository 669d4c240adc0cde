from django.conf import settings
from django.db import models
from django.db.models import Q


class BulkLabeling(models.Model):
    """One answer given to many documents at once by one person; undone at once, too."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # Empty where whole answers were given: near-duplicates labeled together.
    label_set = models.CharField(max_length=100, blank=True)
    value = models.JSONField(null=True, blank=True)
    # A replay with the same key answers what the first one did.
    key = models.CharField(max_length=100, blank=True)
    refused = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "annotation"
        constraints = [
            models.UniqueConstraint(fields=["user", "project", "key"], condition=~Q(key=""), name="bulk_key_once")
        ]

    def __str__(self) -> str:
        return f"bulk labeling {self.pk} by {self.user_id}"


class BulkItem(models.Model):
    """One document of a bulk labeling, with what stood there before."""

    labeling = models.ForeignKey(BulkLabeling, on_delete=models.CASCADE, related_name="items")
    document = models.ForeignKey("annotation.Document", on_delete=models.CASCADE, related_name="+")
    # Null once the undo has deleted an annotation that the bulk labeling had made.
    annotation = models.ForeignKey("annotation.Annotation", on_delete=models.SET_NULL, null=True, related_name="+")
    annotation_version = models.PositiveIntegerField()
    status = models.CharField(max_length=10)
    # The caller's annotation before, null where there was none.
    annotation_before = models.JSONField(null=True)
    document_state = models.CharField(max_length=15)
    has_taken_slot = models.BooleanField(default=False)
    # The caller's open lease that this labeling ended.
    assignment = models.ForeignKey("annotation.Assignment", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        app_label = "annotation"
        constraints = [models.UniqueConstraint(fields=["labeling", "document"], name="bulk_document_once")]

    def __str__(self) -> str:
        return f"document {self.document_id} of bulk labeling {self.labeling_id}"

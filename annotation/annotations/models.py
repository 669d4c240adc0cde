from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from annotation.queue.models import Assignment, AssignmentKind


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    SKIPPED = "skipped", _("Skipped")


class Source(models.TextChoices):
    """Where a gold answer came from."""

    ANNOTATION = "annotation", _("Annotation")
    REVIEW = "review", _("Review")
    ADJUDICATION = "adjudication", _("Adjudication")
    IMPORT = "import", _("Import")
    AUTO_ACCEPT = "auto_accept", _("Auto-accept")


class AnnotationQuerySet(QuerySet["Annotation"]):
    def without_hidden_gold(self) -> "AnnotationQuerySet":
        """Leave out answers whose document was lent to check the person: they are no news about the document."""
        lent = Assignment.objects.filter(document=OuterRef("document"), user=OuterRef("user"))
        return self.exclude(Exists(lent.filter(kind=AssignmentKind.HIDDEN)))


class Annotation(models.Model):
    """One person's whole answer for one document. `version` rises with every save: the contract's If-Match."""

    document = models.ForeignKey("annotation.Document", on_delete=models.PROTECT, related_name="annotations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="annotations")
    answer = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    version = models.PositiveIntegerField(default=1)
    seconds = models.FloatField(default=0.0)
    prediction = models.ForeignKey(
        "annotation.Prediction", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Whether the person was lent the document without its prediction.
    is_blind = models.BooleanField(default=False, db_default=False)
    # The number of the guidelines in force when it was submitted; 0: submitted before they were noted, or not at all.
    guidelines_version = models.PositiveIntegerField(default=0, db_default=0)
    # What a reviewer said who sent it back, until it is submitted again: {"by", "text", "start", "end", "at"}.
    sent_back = models.JSONField(null=True, blank=True)
    # Idempotency keys of the last saves, hashed and cut, newest last: a replay of any of them changes nothing.
    recent_keys = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = AnnotationQuerySet.as_manager()

    class Meta:
        app_label = "annotation"
        constraints = [models.UniqueConstraint(fields=["document", "user"], name="one_annotation_a_person")]
        # A person's newest work, for their own figures; ids never change, so saving again stays cheap.
        indexes = [models.Index(fields=["user", "-id"], name="annotation_of_person")]

    def __str__(self) -> str:
        return f"document {self.document_id} by {self.user_id}: {self.status}"


class Gold(models.Model):
    """The one accepted answer for a document. `by` is nobody for imported gold."""

    document = models.OneToOneField(
        "annotation.Document", on_delete=models.PROTECT, primary_key=True, related_name="gold"
    )
    project = models.ForeignKey("annotation.Project", on_delete=models.PROTECT, related_name="+")
    answer = models.JSONField(default=dict)
    source = models.CharField(max_length=15, choices=Source.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Of what was auto-accepted: {"certificate", "version", "confidence"}.
    grounds = models.JSONField(default=dict, db_default={}, blank=True)
    changed_at = models.DateTimeField(auto_now=True)
    # Filled in by the database, for filters: the labels of the answer, and whether any prediction of the document, of
    # whatever version, has ever said something else.
    labels = ArrayField(models.TextField(), default=list, editable=False)
    contradicted = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        app_label = "annotation"
        indexes = [
            GinIndex(fields=["project", "labels"], name="gold_labels"),
            models.Index(fields=["project", "document"], condition=Q(contradicted=True), name="gold_contradicted"),
            models.Index(fields=["project", "document"], condition=Q(source="auto_accept"), name="gold_auto_accepted"),
        ]

    def __str__(self) -> str:
        return f"gold of {self.document_id}"


class GoldChange(models.Model):
    """The ordered log behind the change feed. Its ids rise in the order of commits within a project."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+")
    document = models.ForeignKey("annotation.Document", on_delete=models.CASCADE, related_name="+")
    answer = models.JSONField(default=dict)
    source = models.CharField(max_length=15, choices=Source.choices)
    grounds = models.JSONField(default=dict, db_default={}, blank=True)
    deleted = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "annotation"
        indexes = [models.Index(fields=["project", "id"], name="gold_change_feed")]

    def __str__(self) -> str:
        return f"{self.pk}: document {self.document_id}"

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce


class CommentQuerySet(QuerySet["Comment"]):
    def present(self) -> "CommentQuerySet":
        return self.filter(deleted_at__isnull=True)


class Comment(models.Model):
    """What a person says about a document, or about a stretch of it (code points, end excluded)."""

    document = models.ForeignKey("annotation.Document", on_delete=models.PROTECT, related_name="comments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    # A repeated call with the same key makes no second comment.
    key = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        app_label = "annotation"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], condition=~Q(key=""), name="comment_key_once"),
            models.CheckConstraint(
                condition=Q(start__isnull=True, end__isnull=True) | Q(start__lt=F("end")), name="comment_stretch"
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk} on document {self.document_id}"


class FlagQuerySet(QuerySet["Flag"]):
    def open(self) -> "FlagQuerySet":
        return self.filter(resolved_at__isnull=True)


class Flag(models.Model):
    """A person's wish that somebody looks at a document. It is open until a reviewer or a manager resolves it."""

    document = models.ForeignKey("annotation.Document", on_delete=models.PROTECT, related_name="flags")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = FlagQuerySet.as_manager()

    class Meta:
        app_label = "annotation"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["document", "user"], name="one_flag_a_person"),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="flag_resolved_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"flag of {self.user_id} on document {self.document_id}"


def comment_count(document: str) -> Combinable:
    """How many comments stand at a document; `document` is the path to its key in the outer query."""
    rows = Comment.objects.present().filter(document=OuterRef(document)).order_by().values("document")
    return Coalesce(Subquery(rows.annotate(number=models.Count("pk")).values("number")), Value(0))


def is_flagged(document: str) -> Exists:
    return Exists(Flag.objects.open().filter(document=OuterRef(document)))

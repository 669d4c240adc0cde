from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet


class DiscussionQuerySet(QuerySet["Discussion"]):
    def open(self) -> "DiscussionQuerySet":
        return self.filter(resolved_at__isnull=True)

    def with_counts(self) -> "DiscussionQuerySet":
        present = Q(posts__deleted_at__isnull=True)
        counts = {"post_count": models.Count("posts", filter=present)}
        return self.annotate(**counts)


class Discussion(models.Model):
    """A question about a label that people settle together. It ends in a line of the guidelines, or without one."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="discussions")
    # Names, as answers hold them; both empty for a question about the guidelines as a whole.
    label_set = models.CharField(max_length=100, blank=True)
    label = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=200)
    # A document that shows what is meant.
    document = models.ForeignKey(
        "annotation.Document", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The version of the guidelines that has the line which it ended in.
    guidelines_version = models.ForeignKey(
        "annotation.GuidelinesVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="discussions"
    )
    line = models.TextField(blank=True)
    line_zh = models.TextField(blank=True)

    # Filled in by with_counts().
    post_count: int = 0

    objects = DiscussionQuerySet.as_manager()

    class Meta:
        app_label = "annotation"
        ordering = ["-id"]
        indexes = [models.Index(fields=["project", "-id"], name="discussion_list")]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="discussion_resolved_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return self.title


class DiscussionPost(models.Model):
    discussion = models.ForeignKey(Discussion, on_delete=models.CASCADE, related_name="posts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "annotation"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"post {self.pk} in discussion {self.discussion_id}"

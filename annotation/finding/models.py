from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _


class SavedViewQuerySet(QuerySet["SavedView"]):
    def of(self, project_id: int, user_id: int) -> "SavedViewQuerySet":
        """A person's own views of the project and those that are shared with everybody in it."""
        return self.filter(Q(owner=user_id) | Q(is_shared=True), project=project_id)


class SavedView(models.Model):
    """Filters of the list of documents under a name, as the query string of the page."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    query = models.TextField(blank=True)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        app_label = "annotation"
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["project", "owner", "name"], name="saved_view_name_once")]

    def __str__(self) -> str:
        return self.name


class ChangeKind(models.TextChoices):
    PRIORITY = "priority", _("Priority")
    REOPENED = "reopened", _("Sent back to the queue")


class BulkChange(models.Model):
    """What a manager did to many documents at once. `before`: what stood there, one object a document, for the undo."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=ChangeKind.choices)
    before = models.JSONField(default=list)
    number = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "annotation"
        indexes = [models.Index(fields=["project", "user", "-id"], name="bulk_change_of_person")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.number} documents by {self.user_id}"

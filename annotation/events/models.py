from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Max, Min, Q, QuerySet
from django.utils import timezone


class EventQuerySet(QuerySet["Event"]):
    def after(self, project_id: int, since: int) -> "EventQuerySet":
        return self.filter(project_id=project_id, pk__gt=since).order_by("pk")

    def last_id(self, project_id: int) -> int:
        return self.filter(project_id=project_id).aggregate(last=Max("pk"))["last"] or 0

    async def ahas_forgotten(self, since: int) -> bool:
        """Events after `since` may have been pruned. Ids are shared by all projects, so this errs on the safe side."""
        found = await self.aaggregate(first=Min("pk"))
        return found["first"] is not None and since + 1 < found["first"]

    async def alast_id(self, project_id: int) -> int:
        found = await self.filter(project_id=project_id).aaggregate(last=Max("pk"))
        return found["last"] or 0


class Event(models.Model):
    """A message to open pages: a row first, then a NOTIFY. Ids rise in the order of commits within a project."""

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+")
    type = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        app_label = "annotation"
        indexes = [
            models.Index(fields=["project", "id"], name="event_by_project"),
            models.Index(fields=["project"], condition=Q(type="presence.changed"), name="event_of_presence"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"


class PresenceQuerySet(QuerySet["Presence"]):
    def fresh(self) -> "PresenceQuerySet":
        return self.filter(seen_at__gt=timezone.now() - Presence.STALE_AFTER)


class Presence(models.Model):
    """One open page of one person. Its pings keep it fresh; the tick takes away what a killed process left behind."""

    STALE_AFTER = timedelta(seconds=60)

    connection = models.UUIDField(primary_key=True)
    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    objects = PresenceQuerySet.as_manager()

    class Meta:
        app_label = "annotation"
        indexes = [models.Index(fields=["project", "user"], name="presence_in_project")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.project_id}"

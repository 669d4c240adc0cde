from django.db import models
from django.db.models import Q


class Watch(models.Model):
    """What is kept of the watch over a project; at most one row a project.

    `noted_at`: something came that no column tells of. `seen_at`: all that came before was looked at. `claimed_until`:
    a worker looks; when it dies another may from then on. `drift_day`: the last day that was compared with those
    before. `waiting_since`: since when people are there and nothing has happened.
    """

    project = models.OneToOneField("annotation.Project", on_delete=models.CASCADE, related_name="+")
    noted_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    drift_day = models.DateField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "modelops"
        indexes = [models.Index(fields=["project"], condition=Q(waiting_since__isnull=False), name="watch_waiting")]

    def __str__(self) -> str:
        return f"watch over project {self.project_id}"

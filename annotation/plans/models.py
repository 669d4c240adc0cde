from django.conf import settings
from django.db import models


class AssignmentPlan(models.Model):
    """The rules of a project by which people get documents, as they stood from one change to the next.

    `number` rises from 1 within a project; the newest is in force. `rules`: see plans/rules.py. `languages`: the
    languages of people, by user id. `routed_to`: documents up to this id have their lane by this plan; null when all
    have. Plans are never changed: to take one back, its forerunner is written anew.
    """

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="assignment_plans")
    number = models.PositiveIntegerField()
    rules = models.JSONField(default=list)
    languages = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    routed_to = models.BigIntegerField(null=True, default=0, editable=False)

    class Meta:
        app_label = "annotation"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="assignment_plan_number_once")]

    def __str__(self) -> str:
        return f"plan {self.number} of {self.project_id}"


class Lane(models.Model):
    """Documents of a project that the same people may take, under the same terms. Derived from documents and plan.

    `terms` says who may (plans/lanes.py); it is whole in itself, so a lane means the same under every later plan.
    """

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=64)
    terms = models.JSONField()

    class Meta:
        app_label = "annotation"
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="lane_number_once"),
            models.UniqueConstraint(fields=["project", "key"], name="lane_key_once"),
        ]

    def __str__(self) -> str:
        return f"lane {self.number} of {self.project_id}"

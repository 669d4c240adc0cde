from django.db import models


class FastHead(models.Model):
    """What a project's fast head has learned and how it does; the heads themselves live in a worker's memory.

    `change`: the place in the log of gold up to which it learned. `refits` counts up and names each state of the heads;
    `base`: the version in production that it refines, 0 for none. `figures`: one entry a label set, see `figures.py`.
    """

    project = models.OneToOneField("annotation.Project", on_delete=models.CASCADE, related_name="+")
    change = models.BigIntegerField(default=0)
    base = models.PositiveIntegerField(default=0)
    gold = models.PositiveIntegerField(default=0)
    refits = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    figures = models.JSONField(default=dict)
    refitted_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "modelops"

    def __str__(self) -> str:
        return f"fast head of project {self.project_id}: refit {self.refits}"

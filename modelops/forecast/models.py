from django.db import models

from modelops.work.models import SlicedWork


class Forecast(SlicedWork):
    """A project's learning curves as last measured; at most one row a project.

    `change`: the place in the log of gold. `curves`: by label set what `measuring.py` found, for `curve.py` to read.
    """

    project = models.OneToOneField("annotation.Project", on_delete=models.CASCADE, related_name="+")
    change = models.BigIntegerField(default=0)
    curves = models.JSONField(default=dict)
    measured_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "modelops"

    def __str__(self) -> str:
        return f"forecast of project {self.project_id}: {self.state}"

from django.db import models


class Evaluation(models.Model):
    """What a version's run found out about it; written once, with the version.

    `report`: figures by label set, see `report.py`. `outcomes`: the test documents with their gold and what was right,
    see `outcomes.py`. `learned`: counts of the gold that it learned from, see `learned.py`.
    """

    version = models.OneToOneField("modelops.ModelVersion", on_delete=models.CASCADE, related_name="evaluation")
    report = models.JSONField(default=dict)
    outcomes = models.JSONField(default=dict)
    learned = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "modelops"

    def __str__(self) -> str:
        return f"evaluation of {self.version_id}"

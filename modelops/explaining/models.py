from django.db import models

from modelops.work.models import WorkerCall


class Explanation(WorkerCall):
    """Which words drove a prediction; once a worker has answered, the row serves every later call.

    `result`: {label set: {label: [{"start", "end", "weight"}]}}. `attempt` rises when it is asked anew after a failure.
    """

    prediction = models.OneToOneField("annotation.Prediction", on_delete=models.CASCADE, related_name="+")
    attempt = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "modelops"

    def __str__(self) -> str:
        return f"explanation of prediction {self.prediction_id}"

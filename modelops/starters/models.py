from django.db import models


class LabelStarter(models.Model):
    """A manager's word on which starter answers a label before there is gold; empty: none. Without a row its name says.

    `starter` is a key of `answering.ALL`.
    """

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+")
    label = models.OneToOneField("annotation.Label", on_delete=models.CASCADE, related_name="+")
    starter = models.CharField(max_length=40, blank=True)

    class Meta:
        app_label = "modelops"

    def __str__(self) -> str:
        return f"{self.label_id}: {self.starter or 'none'}"

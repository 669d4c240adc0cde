from django.conf import settings
from django.db import models


class QualityMark(models.Model):
    """A document whose columns are out of date. Written by triggers of the tables that the reports read."""

    project = models.ForeignKey(
        "annotation.Project", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    document = models.ForeignKey(
        "annotation.Document", on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        app_label = "annotation"
        indexes = [models.Index(fields=["project", "document"], name="quality_mark")]

    def __str__(self) -> str:
        return f"document {self.document_id} of {self.project_id}"


class QualitySlice(models.Model):
    """What reports read of the documents with ids from `place` on: one packed array a field (columns.py)."""

    pk = models.CompositePrimaryKey("project_id", "place")
    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+", db_index=False)
    place = models.BigIntegerField()
    documents = models.BinaryField()
    voices = models.BinaryField()
    values = models.BinaryField()
    items = models.BinaryField()
    changes = models.BinaryField()
    built_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "annotation"

    def __str__(self) -> str:
        return f"columns of project {self.project_id} from document {self.place} on"


class Skill(models.Model):
    """How often a person gives a label where it is right, by Dawid and Skene's estimate, with a 95 % interval.

    `label_name` is empty for all labels of the set together. `documents`: about so many stand behind the figure.
    """

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="skills")
    label_set = models.ForeignKey("annotation.LabelSet", on_delete=models.CASCADE, related_name="+")
    label_name = models.CharField(max_length=100, blank=True)
    value = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    documents = models.FloatField()

    class Meta:
        app_label = "annotation"
        constraints = [
            models.UniqueConstraint(fields=["project", "user", "label_set", "label_name"], name="skill_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.label_set_id} {self.label_name}: {self.value:.2f}"


class SkillState(models.Model):
    """What the skills of a project were last worked out from: so many answers, at that time."""

    project = models.OneToOneField("annotation.Project", on_delete=models.CASCADE, primary_key=True, related_name="+")
    answers = models.PositiveIntegerField(default=0)
    calculated_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "annotation"

    def __str__(self) -> str:
        return f"skills of {self.project_id}, from {self.answers} answers"

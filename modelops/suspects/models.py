from django.conf import settings
from django.db import models

from modelops.work.models import SlicedWork


class Suspect(models.Model):
    """A gold value beside what other gold says about it: `likelihood` is the cross-validated p(given value).

    A person may say that it is right; that stays for as long as the value does, however often the list is made anew.
    """

    project = models.ForeignKey("annotation.Project", on_delete=models.CASCADE, related_name="+")
    document = models.ForeignKey("annotation.Document", on_delete=models.CASCADE, related_name="+")
    label_set = models.CharField(max_length=100)
    given = models.JSONField()
    suggested = models.JSONField()
    likelihood = models.FloatField()
    found_at = models.DateTimeField(auto_now=True)
    dismissed_value = models.JSONField(null=True, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    dismissed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "modelops"
        constraints = [models.UniqueConstraint(fields=["document", "label_set"], name="one_suspect_a_label_set")]
        indexes = [models.Index(fields=["project", "likelihood", "id"], name="suspect_ranking")]

    def __str__(self) -> str:
        return f"{self.label_set} of document {self.document_id}: {self.likelihood:.3f}"


class SuspectWork(SlicedWork):
    """The work of finding suspicious gold; at most one row a project. `change`: the place in the log of gold."""

    project = models.OneToOneField("annotation.Project", on_delete=models.CASCADE, related_name="+")
    change = models.BigIntegerField(default=0)

    class Meta:
        app_label = "modelops"

    def __str__(self) -> str:
        return f"suspicious gold of project {self.project_id}: {self.state}"

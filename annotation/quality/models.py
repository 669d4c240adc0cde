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

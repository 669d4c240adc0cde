from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from annotation.annotations.models import Gold, Source
from annotation.bulk.models import BulkItem
from annotation.documents.models import Document
from annotation.queue.models import Assignment, AssignmentKind, AssignmentState
from modelops.work.models import SlicedWork

PEOPLE = (Source.ANNOTATION, Source.REVIEW, Source.ADJUDICATION)


class Draw(models.Model):
    """How one document came to its place in the queue; it stays as it was once the document has been lent.

    `probability` is the chance with which this document falls into the random share (1 where everything is drawn), and
    `is_random` whether it did. That depends on the document's id and the project's salt alone, never on a text or a
    model, so the random documents that people answered are a fair sample of the project: see `random_gold`.
    `doubts`: by label set, how unsure model version `version` is, 0 to 1.
    `group_size`: how many documents the text stands for, where it was chosen as typical of them.
    """

    document = models.OneToOneField(
        "annotation.Document", on_delete=models.CASCADE, primary_key=True, related_name="draw"
    )
    is_random = models.BooleanField()
    probability = models.FloatField()
    function = models.CharField(max_length=40)
    group_size = models.PositiveIntegerField(default=0, db_default=0)
    version = models.PositiveIntegerField(null=True)
    doubts = models.JSONField(default=dict, db_default={})
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "modelops"
        constraints = [
            models.CheckConstraint(condition=Q(probability__gte=0) & Q(probability__lte=1), name="draw_probability"),
        ]

    def __str__(self) -> str:
        return f"document {self.document_id} by {self.function}"


class Ranking(SlicedWork):
    """The work of putting a project's queue in order, and what the last one did; at most one row a project.

    `reason` is a code that a page puts into words with `facts`. `total`: the documents in the pool.
    """

    project = models.OneToOneField("annotation.Project", on_delete=models.CASCADE, related_name="+")
    function = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict)
    ranked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "modelops"

    def __str__(self) -> str:
        return f"ranking of project {self.project_id}: {self.state}"


def random_gold(project_id: int) -> QuerySet[Gold]:
    """Gold from people on documents that chance alone put before them: an honest sample of the project.

    Left out is what somebody picked: put first or last by a manager, labeled in bulk, opened by hand, imported, or lent
    to check the person. Every row has `document.draw.probability`.
    """
    lent = Assignment.objects.filter(
        document=OuterRef("document"), kind=AssignmentKind.QUEUE, state=AssignmentState.DONE
    )
    in_bulk = BulkItem.objects.filter(document=OuterRef("document"), labeling__undone_at=None)
    return Gold.objects.filter(
        Exists(lent),
        ~Exists(in_bulk),
        project=project_id,
        source__in=PEOPLE,
        document__draw__is_random=True,
        document__urgency=0,
    )


def without_draw(project_id: int) -> QuerySet[Document]:
    """Documents that no ranking has met yet."""
    return Document.objects.filter(project=project_id, draw=None)

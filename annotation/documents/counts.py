"""How many documents a project has, by state, without reading them: the database keeps the changes, a reader adds up.

A row for each project would be changed by everybody who takes or answers a document, and one would wait for the other.
So every change is a row of its own, written by triggers on the documents; the tick makes few rows of many.
"""

from collections.abc import Iterable

from django.db import connection, models
from django.db.models import F, Sum

from annotation.documents.models import State

_STATES = tuple(State.values)
# A project's rows are joined when they are more than this.
FEW = 50

_JOIN = f"""
    WITH many AS (
        SELECT project_id FROM annotation_documentcount GROUP BY 1 HAVING count(*) > %s
    ), gone AS (
        DELETE FROM annotation_documentcount WHERE project_id IN (SELECT project_id FROM many) RETURNING *
    )
    INSERT INTO annotation_documentcount (project_id, open, {", ".join(f'"{state}"' for state in _STATES)})
    SELECT project_id, sum(open), {", ".join(f'sum("{state}")' for state in _STATES)} FROM gone
    WHERE EXISTS (SELECT 1 FROM annotation_project WHERE id = gone.project_id) GROUP BY 1
"""


class DocumentCount(models.Model):
    """A change of the numbers, or several joined. Written by the database; `open`: documents with slots."""

    project = models.ForeignKey(
        "annotation.Project", on_delete=models.CASCADE, related_name="document_counts", db_constraint=False
    )
    open = models.BigIntegerField(default=0)
    new = models.BigIntegerField(default=0)
    assigned = models.BigIntegerField(default=0)
    annotated = models.BigIntegerField(default=0)
    gold = models.BigIntegerField(default=0)
    auto_accepted = models.BigIntegerField(default=0)

    class Meta:
        app_label = "annotation"

    def __str__(self) -> str:
        return f"{self.open} open in project {self.project_id}"


def open_documents(project_ids: Iterable[int]) -> dict[int, int]:
    """Documents that may still be lent, by project; one statement."""
    rows = DocumentCount.objects.filter(project_id__in=list(project_ids)).values_list("project_id")
    return dict(rows.annotate(Sum("open")).order_by())


def documents_by_state(project_id: int) -> dict[str, int]:
    """One statement; every state is there."""
    rows = DocumentCount.objects.filter(project_id=project_id)
    found = rows.aggregate(**{f"in_{state}": Sum(F(state)) for state in _STATES})
    return {state: found[f"in_{state}"] or 0 for state in _STATES}


def done_and_open(project_id: int) -> tuple[int, int]:
    """Documents that somebody or a certificate has answered, and those that may still be lent; one statement."""
    answered = F(State.ANNOTATED) + F(State.GOLD) + F(State.AUTO_ACCEPTED)
    found = DocumentCount.objects.filter(project_id=project_id).aggregate(done=Sum(answered), left=Sum("open"))
    return found["done"] or 0, found["left"] or 0


def join_counts() -> None:
    """Make one row of a project's many; the tick calls it."""
    with connection.cursor() as cursor:
        cursor.execute(_JOIN, [FEW])

"""Put a project's queue in the order in which labeling teaches most."""

from collections.abc import Sequence

from django.db import connection

from annotation.documents.models import URGENT, Document
from annotation.predictions.models import Prediction
from annotation.projects.models import LabelSet, Project, Selection
from modelops.registry.models import ModelVersion
from modelops.selection.acquisition import Candidate, priorities

# A larger pool is ranked by its first documents in queue order; the rest keeps the place it has.
MOST_RANKED = 20_000


def rank(version_id: int, document_ids: Sequence[int] | None) -> int:
    """Set the priority of these open documents, or of all of the project; the number of documents ranked.

    A slice is ranked against itself for the time being; the whole pool is ranked when every document is answered.
    """
    version = ModelVersion.objects.select_related("project").get(pk=version_id)
    pool = _pool(version, document_ids)
    project = version.project
    share = 1.0 if project.selection == Selection.RANDOM else project.random_share
    kinds = dict(LabelSet.objects.filter(project=project).values_list("name", "kind"))
    places = priorities(kinds, pool, random_share=share, salt=project.salt)
    _store([candidate.document_id for candidate in pool], places)
    return len(pool)


def _pool(version: ModelVersion, document_ids: Sequence[int] | None) -> list[Candidate]:
    project: Project = version.project
    waiting = Document.objects.filter(project=project).open().in_queue_order()
    if document_ids is not None:
        waiting = waiting.filter(pk__in=document_ids)
    rows = Prediction.objects.filter(
        document_id__in=list(waiting.values_list("pk", flat=True)[:MOST_RANKED]), version=version.number, source=""
    ).order_by("document_id")
    return [Candidate(*row) for row in rows.values_list("document_id", "answer", "confidence")]


def _store(document_ids: Sequence[int], places: Sequence[float]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE annotation_document AS document SET priority = new.priority + %s * document.urgency
            FROM unnest(%s::bigint[], %s::float8[]) AS new(id, priority)
            WHERE document.id = new.id AND document.slots > 0
            """,
            [URGENT, list(document_ids), list(places)],
        )

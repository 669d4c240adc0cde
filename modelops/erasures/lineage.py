"""Which documents a version learned from, and which versions learned from a document: read from the log of gold."""

from django.db.models import Subquery

from annotation.annotations.models import GoldChange
from annotation.documents.models import Document
from modelops.evaluation.split import is_test
from modelops.registry.models import ModelVersion
from modelops.training.models import Run

MOST_LISTED = 1_000


def versions_taught_by(document: Document) -> list[int]:
    """Numbers of the versions whose run had the document's gold among what it learned from, oldest first."""
    if is_test(document.project.salt, document.text_key):
        return []
    changes = list(GoldChange.objects.filter(document=document).order_by("pk").values_list("pk", "deleted"))
    runs = Run.objects.filter(project=document.project_id, version__isnull=False).order_by("version__number")
    found = []
    for number, change in runs.values_list("version__number", "snapshot__change"):
        before = [deleted for pk, deleted in changes if pk <= int(change or 0)]
        if before and not before[-1]:
            found.append(number)
    return found


def documents_behind(version: ModelVersion, after: int = 0) -> list[int]:
    """Ids of the documents it learned from, above `after`; at most 1,000. Erased ones are gone from the list."""
    run: Run | None = Run.objects.filter(version=version).first()
    if run is None:
        return []
    rows = GoldChange.objects.filter(project=version.project_id, pk__lte=int(run.snapshot.get("change") or 0))
    newest = rows.order_by("document_id", "-pk").distinct("document_id").values("pk")
    learned = GoldChange.objects.filter(pk__in=Subquery(newest), deleted=False, document_id__gt=after)
    found = []
    for pk, key in learned.order_by("document_id").values_list("document_id", "document__text_key").iterator():
        if not is_test(version.project.salt, key):
            found.append(pk)
        if len(found) == MOST_LISTED:
            break
    return found

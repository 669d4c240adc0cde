"""Erase a document with all that people said about it. There is no way back."""

from django.db import transaction

from annotation.annotations.models import Annotation, Gold
from annotation.audit.acting import leave_out_rows
from annotation.comments.models import Comment, Flag
from annotation.documents.counts import open_documents
from annotation.documents.models import Document
from annotation.events.services import publish_mixed
from annotation.reviews.models import Adjudication, Review

# Before what they stand on; the rest goes with the document.
_FIRST = (
    (Review, "annotation__document"),
    (Adjudication, "document"),
    (Annotation, "document"),
    (Gold, "document"),
    (Comment, "document"),
    (Flag, "document"),
)


@transaction.atomic
def erase_document(*, document: Document) -> None:
    """The audit log is told by the caller, in one entry: the rows themselves would repeat what is to be forgotten."""
    project_id = document.project_id
    leave_out_rows()
    Document.objects.select_for_update().get(pk=document.pk)
    for table, path in _FIRST:
        table._default_manager.filter(**{path: document.pk}).delete()
    Document.objects.filter(pk=document.pk).delete()
    publish_mixed(project_id, [("queue.changed", {"open": open_documents([project_id]).get(project_id, 0)})])

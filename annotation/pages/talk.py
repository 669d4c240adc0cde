"""Comments and flags on a document's page."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from annotation.access import membership_for, project_for, signed_in
from annotation.comments.models import Comment, Flag
from annotation.comments.services import NewComment, add_comment, delete_comment, resolve_flags
from annotation.documents.models import Document
from annotation.projects.models import Membership, Role

SHOWN = 500


def talk_of(document: Document, membership: Membership) -> dict[str, Any]:  # Any: for the template
    """Two statements: the thread, and the flags. A comment on a stretch comes with the words it is about."""
    comments = Comment.objects.present().filter(document=document).select_related("user")[:SHOWN]
    is_manager = membership.role == Role.MANAGER
    return {
        "thread": [(row, _quote(document, row), is_manager or row.user_id == membership.user_id) for row in comments],
        "flags": Flag.objects.filter(document=document).select_related("user", "resolved_by"),
        "can_resolve": membership.role != Role.ANNOTATOR,
    }


def _quote(document: Document, comment: Comment) -> str:
    return "" if comment.start is None else document.text[comment.start : comment.end]


def _document(request: HttpRequest, project_id: int, document_id: int, at_least: Role = Role.ANNOTATOR) -> Document:
    project = project_for(request.user, project_id, at_least=at_least)
    return get_object_or_404(Document.objects.select_related("project"), pk=document_id, project=project)


@login_required
@require_POST
def comment(request: HttpRequest, project_id: int, document_id: int) -> HttpResponse:
    document = _document(request, project_id, document_id)
    text = request.POST.get("text", "").replace("\r\n", "\n")
    try:
        add_comment(document=document, user=signed_in(request.user), new=NewComment(text))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("document", project_id, document_id)


@login_required
@require_POST
def remove_comment(request: HttpRequest, project_id: int, document_id: int, comment_id: int) -> HttpResponse:
    """One's own; a manager anybody's."""
    membership = membership_for(request.user, project_id)
    document = _document(request, project_id, document_id)
    found = get_object_or_404(
        Comment.objects.present().select_related("user", "document"), pk=comment_id, document=document
    )
    if found.user_id != membership.user_id:
        membership_for(request.user, project_id, at_least=Role.MANAGER)
    delete_comment(comment=found)
    return redirect("document", project_id, document_id)


@login_required
@require_POST
def resolve(request: HttpRequest, project_id: int, document_id: int) -> HttpResponse:
    document = _document(request, project_id, document_id, Role.REVIEWER)
    if resolve_flags(document=document, by=signed_in(request.user)):
        messages.success(request, _("The flags of this document are resolved."))
    return redirect("document", project_id, document_id)

"""Erase a document for good; which versions had learned from it; learn anew without it."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotation.access import membership_for
from annotation.annotations.models import Annotation, Gold
from annotation.comments.models import Comment
from annotation.documents.models import Document
from annotation.projects.models import Membership, Role
from modelops.erasures.lineage import versions_taught_by
from modelops.erasures.models import Erasure
from modelops.erasures.services import erase, learn_anew, standings, waiting_for_a_run
from modelops.pages.runs import begun

PAGE_SIZE = 50


@login_required
@require_safe
def erasures(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    rows = Erasure.objects.filter(project=project_id).select_related("by", "run")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "membership": membership,
        "page": page,
        "rows": standings(list(page)),
        "waiting": waiting_for_a_run(project_id).count(),
    }
    return render(request, "modelops/pages/erasures.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def erase_document(request: HttpRequest, project_id: int, document_id: int) -> HttpResponse:
    """The page that says what will be gone; a POST that repeats the document's name erases it."""
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    document = get_object_or_404(Document.objects.select_related("project"), pk=document_id, project=project_id)
    if request.method != "POST":
        return _ask(request, membership, document)
    if request.POST.get("name", "").strip() != str(document):
        messages.error(request, _("Type the document's name exactly to erase it."))
        return _ask(request, membership, document, status=422)
    row = erase(document=document, user=membership.user, reason=request.POST.get("reason", ""))
    messages.success(request, _("Document %(number)d is erased.") % {"number": row.document_id})
    return redirect("erasures", project_id)


def _ask(request: HttpRequest, membership: Membership, document: Document, status: int = 200) -> HttpResponse:
    context = {
        "membership": membership,
        "document": document,
        "annotations": Annotation.objects.filter(document=document).count(),
        "has_gold": Gold.objects.filter(document=document).exists(),
        "comments": Comment.objects.filter(document=document).count(),
        "versions": versions_taught_by(document),
        "same_text": Document.objects.filter(project=document.project_id, text_key=document.text_key).count() - 1,
    }
    return render(request, "modelops/pages/erase_document.html", context, status=status)


@login_required
@require_POST
def run_without_erased(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    ask = partial(learn_anew, project=membership.project, user=membership.user)
    return begun(request, project_id, ask, otherwise="erasures")

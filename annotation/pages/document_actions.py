"""What is sent from the list of documents: changes to many at once, their undo, and saved views."""

from collections.abc import Callable
from urllib.parse import parse_qsl

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from annotation.access import membership_for
from annotation.documents.filters import MOST_IDS
from annotation.finding.actions import ACTIONS, carry_out
from annotation.finding.applying import found_documents
from annotation.finding.changing import (
    Changed,
    chosen_ids,
    deletable,
    undo_change,
)
from annotation.finding.models import BulkChange, SavedView
from annotation.finding.services import ViewAsked, change_view, may_change, save_view
from annotation.pages.filter_form import Asked, list_url, read_asked
from annotation.projects.models import Membership, Role


@login_required
@require_POST
def change(request: HttpRequest, project_id: int) -> HttpResponse:
    """One action on the chosen documents or on all that the filters find; managers only."""
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    action = request.POST.get("action", "")
    asked = _chosen(request)
    back = list_url(project_id, request.POST.get("query", ""))
    if asked is None:
        messages.error(request, _("Choose documents first."))
        return redirect(back)
    if action == "export":
        return redirect(f"{reverse('api-export', args=[project_id])}?{urlencode({'format': 'jsonl'})}&{asked.query()}")
    try:
        ids = chosen_ids(found_documents(membership.project, membership.user, asked.filter))
        if action == "delete" and request.POST.get("confirmed") != "yes":
            return _ask_to_delete(request, membership, ids, back)
        _SAID[action](request, carry_out(action, project=membership.project, user=membership.user, ids=ids))
    except KeyError:
        messages.error(request, _("Choose what to do."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(back)


def _chosen(request: HttpRequest) -> Asked | None:
    """None where nothing is chosen: an empty selection must not become everything."""
    whole = read_asked(parse_qsl(request.POST.get("query", "")[:8_000]))
    if request.POST.get("scope") == "all":
        return None if whole.refused else whole
    ids = [raw for raw in request.POST.getlist("document") if raw.isascii() and raw.isdecimal() and len(raw) < 19]
    return read_asked([("ids", ",".join(ids[:MOST_IDS]))]) if ids else None


def _ask_to_delete(request: HttpRequest, membership: Membership, ids: list[int], back: str) -> HttpResponse:
    number = deletable(membership.project, ids).count()
    context = {
        "membership": membership,
        "number": number,
        "kept": len(ids) - number,
        "documents": [] if request.POST.get("scope") == "all" else ids,
        "scope": request.POST.get("scope", ""),
        "query": request.POST.get("query", ""),
        "back": back,
    }
    return render(request, "annotation/pages/delete_documents.html", context)


def _say_prioritized(request: HttpRequest, changed: Changed) -> None:
    said = ngettext(
        "The place in the queue of %(number)d document was changed.",
        "The place in the queue of %(number)d documents was changed.",
        changed.number,
    )
    messages.success(request, said % {"number": changed.number})


def _say_reopened(request: HttpRequest, changed: Changed) -> None:
    said = ngettext(
        "%(number)d document is back in the queue.", "%(number)d documents are back in the queue.", changed.number
    )
    messages.success(request, said % {"number": changed.number})
    _say_passed_over(request, changed, _("without gold, in somebody's hands, or in practice"))


def _say_deleted(request: HttpRequest, changed: Changed) -> None:
    said = ngettext("%(number)d document was deleted.", "%(number)d documents were deleted.", changed.number)
    messages.success(request, said % {"number": changed.number})
    _say_passed_over(request, changed, _("somebody has worked on them"))


def _say_practiced(request: HttpRequest, changed: Changed) -> None:
    said = ngettext(
        "%(number)d document was added to practice.", "%(number)d documents were added to practice.", changed.number
    )
    messages.success(request, said % {"number": changed.number})
    _say_passed_over(request, changed, _("without gold, or in practice already"))


def _say_passed_over(request: HttpRequest, changed: Changed, why: str) -> None:
    if changed.passed_over:
        said = ngettext(
            "%(number)d document was left as it is: %(why)s.",
            "%(number)d documents were left as they are: %(why)s.",
            changed.passed_over,
        )
        messages.warning(request, said % {"number": changed.passed_over, "why": why})


_SAID: dict[str, Callable[[HttpRequest, Changed], None]] = {
    **dict.fromkeys(ACTIONS, _say_prioritized),
    "reopen": _say_reopened,
    "delete": _say_deleted,
    "practice": _say_practiced,
}


@login_required
@require_POST
def undo(request: HttpRequest, project_id: int, change_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    rows = BulkChange.objects.filter(project=membership.project, user=membership.user).defer("before")
    try:
        undone = undo_change(change=get_object_or_404(rows, pk=change_id))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        said = ngettext("Undone for %(number)d document.", "Undone for %(number)d documents.", undone.number)
        messages.success(request, said % {"number": undone.number})
        _say_passed_over(request, undone, _("somebody has worked on them since"))
    return redirect(list_url(project_id, request.POST.get("query", "")))


@login_required
@require_POST
def keep_view(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id)
    query = read_asked(parse_qsl(request.POST.get("query", "")[:8_000])).plain_query
    asked = ViewAsked(request.POST.get("name", ""), query, request.POST.get("is_shared") == "on")
    try:
        view = save_view(membership=membership, asked=asked)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return redirect(list_url(project_id, query))


@login_required
@require_POST
def change_saved(request: HttpRequest, project_id: int, view_id: int) -> HttpResponse:
    """Rename, share or delete a view: one's own, and shared ones for a manager."""
    membership = membership_for(request.user, project_id)
    views = SavedView.objects.of(project_id, membership.user_id)
    view = get_object_or_404(views, pk=view_id)
    if not may_change(view, membership):
        raise PermissionDenied("This view belongs to somebody else.")
    if request.POST.get("action") == "delete":
        view.delete()
        messages.success(request, _("The view is deleted."))
        return redirect(list_url(project_id, view.query))
    asked = ViewAsked(request.POST.get("name", ""), is_shared=request.POST.get("is_shared") == "on")
    try:
        change_view(view=view, membership=membership, asked=asked)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(list_url(project_id, view.query))

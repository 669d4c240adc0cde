"""Gold that deserves a second look: unlikely values, and near-duplicates that were answered differently."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotation.access import membership_for, signed_in
from annotation.documents.models import Document
from annotation.pages.answers import Row, rows_of
from annotation.projects.models import LabelSet, Role
from modelops.suspects.models import Suspect, SuspectWork
from modelops.suspects.services import conflicts_of, dismiss, request_suspects, suspects_of

PAGE_SIZE = 25
EXCERPT_CHARS = 160


@dataclass(frozen=True, slots=True)
class SuspectRow:
    suspect: Suspect
    excerpt: str
    given: Row
    suggested: Row
    percent: float


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """Each member: the document, an excerpt, and the answers in which the group differs."""

    members: list[tuple[Document, str, list[Row]]]


@login_required
@require_safe
def suspects(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.REVIEWER)
    label_sets = {row.name: row for row in LabelSet.objects.filter(project=project_id).prefetch_related("labels")}
    rows = suspects_of(project_id).filter(label_set__in=label_sets).select_related("document")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "membership": membership,
        "is_manager": membership.role == Role.MANAGER,
        "work": SuspectWork.objects.filter(project=project_id).first(),
        "page": page,
        "rows": [_suspect(row, label_sets[row.label_set]) for row in page],
        "conflicts": _conflicts(project_id, label_sets),
    }
    return render(request, "modelops/pages/suspects.html", context)


def _suspect(row: Suspect, label_set: LabelSet) -> SuspectRow:
    text = row.document.text
    given, suggested = (_shown(value, label_set, text) for value in (row.given, row.suggested))
    return SuspectRow(row, text[:EXCERPT_CHARS], given, suggested, round(100 * row.likelihood, 1))


def _shown(value: object, label_set: LabelSet, text: str) -> Row:
    [row] = rows_of({label_set.name: value}, [label_set], text)
    return row


def _conflicts(project_id: int, label_sets: dict[str, LabelSet]) -> list[ConflictRow]:
    found = conflicts_of(project_id)
    documents = Document.objects.in_bulk([member.document_id for one in found for member in one.members])
    return [
        ConflictRow(
            [
                (
                    documents[member.document_id],
                    documents[member.document_id].text[:EXCERPT_CHARS],
                    [_shown(member.answer.get(name), label_sets[name], "") for name in one.label_sets],
                )
                for member in one.members
            ]
        )
        for one in found
    ]


@login_required
@require_POST
def find_suspects(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    request_suspects(membership.project)
    messages.success(request, _("A worker makes the list anew; it takes a minute or two."))
    return redirect("suspects", project_id)


@login_required
@require_POST
def dismiss_suspect(request: HttpRequest, project_id: int, suspect_id: int) -> HttpResponse:
    membership_for(request.user, project_id, at_least=Role.REVIEWER)
    suspect = Suspect.objects.filter(pk=suspect_id, project=project_id).first()
    if suspect is None:
        raise Http404
    dismiss(suspect, user=signed_in(request.user))
    messages.success(request, _("Kept: it is right."))
    return redirect("suspects", project_id)

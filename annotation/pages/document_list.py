"""The list of documents: filters, saved views, and what managers do to many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet, Value
from django.db.models.functions import Greatest, Lower, StrIndex, Substr
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from annotation.access import membership_for, signed_in
from annotation.annotations.models import Annotation, Status
from annotation.comments.models import comment_count, is_flagged
from annotation.documents import excerpts
from annotation.documents.excerpts import Piece
from annotation.documents.filters import MOST_IDS
from annotation.documents.models import Document, DocumentQuerySet, State
from annotation.finding.applying import MOST_COUNTED, counted, found
from annotation.finding.changing import last_change
from annotation.finding.keyset import BadCursor, Found, Page, page_of
from annotation.finding.models import SavedView
from annotation.finding.secrets import told, with_secrets
from annotation.pages.documents import language_of
from annotation.pages.filter_form import Asked, read_asked
from annotation.people.models import User
from annotation.predictions.models import Prediction
from annotation.projects.models import Kind, Label, Membership, Project, Role

PAGE_SIZE = 50
EXCERPT_CHARS = 240
CHARS_BEFORE = 60
MOST_LABELS = 6
MOST_PEOPLE = 3
ORDERS = (("-id", _("Newest first")), ("id", _("Oldest first")), ("priority", _("As in the queue")))


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """A row of the list; `gold` and `predicted` are titles of labels."""

    document: Document
    state: str
    language: str
    pieces: list[Piece]
    gold: list[str]
    predicted: list[str]
    certainty: float | None
    people: list[str]
    further_people: int


@login_required
@require_safe
def document_list(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id)
    project, user = membership.project, signed_in(request.user)
    asked = read_asked(request.GET.items())
    those = found(project, user, asked.filter)
    titles = _titles(project)
    waits = bool(asked.like) and not asked.filter.ids
    page = Page([]) if waits else _page(those, user, asked)
    number, has_more = (0, False) if waits else counted(those)
    is_manager = membership.role == Role.MANAGER
    context = {
        "membership": membership,
        "asked": asked,
        "chips": asked.chips(titles),
        "rows": _rows(page.rows, project, asked, titles),
        "waits_for_similar": waits,
        "like": _like(project, asked),
        "states": State.choices,
        "orders": ORDERS,
        "titles": titles,
        "people": project.memberships.order_by("user__username").values_list("user__username", flat=True),
        "number": number,
        "has_more": has_more,
        "most_counted": MOST_COUNTED,
        "next_url": asked.url(cursor=page.next) if page.next else "",
        "previous_url": asked.url(cursor=page.previous) if page.previous else "",
        "views": _views(membership, asked),
        "is_manager": is_manager,
        "undoable": last_change(project, user) if is_manager else None,
        "most_ids": MOST_IDS,
    }
    return render(request, "annotation/pages/documents.html", context)


def _titles(project: Project) -> dict[str, str]:
    """Title by name of every label, text label sets have none."""
    rows = Label.objects.filter(label_set__project=project).exclude(label_set__kind=Kind.TEXT)
    ordered = rows.select_related("label_set").order_by("label_set__position", "position", "pk")
    return {row.name: str(row.title) for row in ordered}


def _like(project: Project, asked: Asked) -> Document | None:
    if not asked.like:
        return None
    return get_object_or_404(Document.objects.only("id", "external_id"), project=project, pk=asked.like)


def _page(those: Found, user: User, asked: Asked) -> Page:
    def dressed(rows: DocumentQuerySet) -> QuerySet[Document]:
        return _dressed(rows, user, asked)

    if asked.like:
        places = {pk: place for place, pk in enumerate(asked.filter.ids)}
        return Page(sorted(dressed(those.rows)[:MOST_IDS], key=lambda row: places[row.pk]))
    try:
        return page_of(those, dressed, order=asked.order, cursor=asked.cursor, limit=PAGE_SIZE)
    except BadCursor:
        return page_of(those, dressed, order=asked.order, cursor="", limit=PAGE_SIZE)


def _dressed(found: DocumentQuerySet, user: User, asked: Asked) -> QuerySet[Document]:
    """Only a stretch of each text is read: a text may have 200,000 characters."""
    word = excerpts.first_word(asked.filter.q)
    start = Greatest(StrIndex(Lower("text"), Lower(Value(word))) - CHARS_BEFORE, Value(1)) if word else Value(1)
    rows = with_secrets(found, user).annotate(excerpt=Substr("text", start, EXCERPT_CHARS), excerpt_start=start)
    rows = rows.annotate(comment_count=comment_count("pk"), is_flagged=is_flagged("pk"))
    return rows.select_related("gold").defer("text", "parts", "gold__answer")


def _rows(
    documents: Sequence[Document], project: Project, asked: Asked, titles: dict[str, str]
) -> list[ListedDocument]:
    """Two statements more, however many rows."""
    told_of = {row.pk: told(row) for row in documents}
    shown = [pk for pk, may in told_of.items() if may.prediction]
    predictions = Prediction.objects.current(shown, project.production_version) if shown else {}
    people = _people([pk for pk, may in told_of.items() if may.gold])
    listed = []
    for row in documents:
        seen = predictions.get(row.pk)
        gold = getattr(row, "gold", None) if told_of[row.pk].gold else None
        names = people.get(row.pk, [])
        listed.append(
            ListedDocument(
                document=row,
                state=told_of[row.pk].state,
                language=language_of(row, project),
                pieces=_pieces(row, asked.filter.q),
                gold=_labels(gold.labels, titles) if gold else [],
                predicted=_labels(seen.labels, titles) if seen else [],
                certainty=seen.certainty if seen else None,
                people=names[:MOST_PEOPLE],
                further_people=max(0, len(names) - MOST_PEOPLE),
            )
        )
    return listed


def _pieces(row: Document, words: str) -> list[Piece]:
    """An ellipsis where text is left out."""
    excerpt, start = getattr(row, "excerpt", ""), getattr(row, "excerpt_start", 1)
    found = excerpts.marked(excerpt, words)
    before = [Piece("…", is_found=False)] if start > 1 else []
    return [*before, *found, *([Piece("…", is_found=False)] if len(excerpt) == EXCERPT_CHARS else [])]


def _labels(names: Sequence[str], titles: dict[str, str]) -> list[str]:
    return [titles[name] for name in titles if name in names][:MOST_LABELS]


def _people(ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = Annotation.objects.filter(document__in=ids).exclude(status=Status.DRAFT).order_by("id")
    for document_id, name in rows.values_list("document_id", "user__username"):
        found.setdefault(document_id, []).append(name)
    return found


def _views(membership: Membership, asked: Asked) -> list[dict[str, Any]]:  # Any: for the template
    present = asked.query(with_order=True)
    rows = SavedView.objects.of(membership.project_id, membership.user_id).select_related("owner")
    return [
        {
            "view": row,
            "is_current": row.query == present,
            "is_own": row.owner_id == membership.user_id,
            "may_change": row.owner_id == membership.user_id or membership.role == Role.MANAGER,
        }
        for row in rows
    ]

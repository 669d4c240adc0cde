"""The manager's page of practice: which documents people learn the job on, and how far everybody is."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.db.models.functions import Left
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from annotation.access import membership_for, signed_in
from annotation.documents.models import Document
from annotation.pages.answers import Row, rows_of
from annotation.pages.documents import EXCERPT_CHARS, language_of
from annotation.pages.practice_forms import AddPracticeForm, DrawPracticeForm, PracticeItemForm
from annotation.practice.items import (
    add_at_random,
    add_items,
    change_item,
    documents_to_add,
    move_item,
    open_queue,
    people_in_practice,
    remove_item,
)
from annotation.practice.models import ItemKind, PracticeItem
from annotation.projects.models import Kind, LabelSet, Membership, Project, Role

PAGE_SIZE = 50
MOST_FOUND = 20


@login_required
@require_safe
def practice(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    project = membership.project
    label_sets = list(project.label_sets.prefetch_related("labels"))
    chosen = {name: request.GET.get(name, "").replace("\0", "")[:200].strip() for name in ("q", "label")}
    items = PracticeItem.objects.filter(project=project, is_active=True, gold_set=None).select_related("document__gold")
    page = Paginator(items.order_by("kind", "position", "id"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "membership": membership,
        "project": project,
        "items": [
            (item, PracticeItemForm(instance=item), *_shown(item.document, label_sets, project)) for item in page
        ],
        "page": page,
        "people": people_in_practice(project),
        "label_sets": [each for each in label_sets if each.kind != Kind.TEXT],
        "chosen": chosen,
        "found": [
            (row, *_shown(row, label_sets, project)) for row in _found(project, label_sets, **chosen)[:MOST_FOUND]
        ],
        "kinds": ItemKind.choices,
        "draw": DrawPracticeForm(),
    }
    return render(request, "annotation/pages/practice.html", context)


def _shown(document: Document, label_sets: list[LabelSet], project: Project) -> tuple[list[Row], str]:
    return rows_of(document.gold.answer, label_sets, document.text), language_of(document, project)


def _found(project: Project, label_sets: list[LabelSet], q: str, label: str) -> QuerySet[Document]:
    """Documents with gold that could be added; nothing before somebody has looked for something."""
    rows = documents_to_add(project)
    if not q and not label:
        return rows.none()
    if q:
        rows = rows.filter(text__icontains=q)
    if label:
        rows = rows.with_gold_label(label, [each.name for each in label_sets if each.kind != Kind.TEXT])
    return rows.select_related("gold").annotate(excerpt=Left("text", EXCERPT_CHARS)).order_by("-id")


@login_required
@require_POST
def add(request: HttpRequest, project_id: int) -> HttpResponse:
    project = membership_for(request.user, project_id, at_least=Role.MANAGER).project
    form = AddPracticeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose documents with gold to practice on."))
        return redirect("practice", project_id)
    wanted, kind = form.cleaned_data["documents"], ItemKind(form.cleaned_data["kind"])
    try:
        count = add_items(project=project, user=signed_in(request.user), document_ids=wanted, kind=kind)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        _say_added(request, count)
    return redirect("practice", project_id)


@login_required
@require_POST
def draw(request: HttpRequest, project_id: int) -> HttpResponse:
    project = membership_for(request.user, project_id, at_least=Role.MANAGER).project
    form = DrawPracticeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say how many documents, from 1 to 200."))
        return redirect("practice", project_id)
    count, kind = form.cleaned_data["count"], ItemKind(form.cleaned_data["kind"])
    try:
        added = add_at_random(project=project, user=signed_in(request.user), count=count, kind=kind)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        _say_added(request, added)
    return redirect("practice", project_id)


def _say_added(request: HttpRequest, count: int) -> None:
    if count:
        text = ngettext("%(count)d document is added.", "%(count)d documents are added.", count)
        messages.success(request, text % {"count": count})
    else:
        messages.warning(request, _("There is no further document with gold."))


@login_required
@require_POST
def change(request: HttpRequest, project_id: int, item_id: int) -> HttpResponse:
    """Save, move or remove one item: the button that was pressed says which."""
    item = _item(request, project_id, item_id)
    verb = request.POST.get("verb", "save")
    form = PracticeItemForm(request.POST, instance=item)
    if verb in ("up", "down"):
        move_item(item=item, is_up=verb == "up")
    elif verb == "remove":
        remove_item(item=item)
        messages.success(request, _("The document is no longer practiced on. What people answered stays."))
    elif form.is_valid():
        given = form.cleaned_data
        change_item(item=item, kind=ItemKind(given["kind"]), note=given["note"], note_zh=given["note_zh"])
        messages.success(request, _("Saved."))
    else:
        messages.error(request, " ".join(str(problem) for problems in form.errors.values() for problem in problems))
    page = request.POST.get("page", "")
    place = "" if verb == "remove" else f"#item-{item.pk}"
    return redirect(f"{reverse('practice', args=[project_id])}?page={page if page.isdecimal() else 1}{place}")


def _item(request: HttpRequest, project_id: int, item_id: int) -> PracticeItem:
    project = membership_for(request.user, project_id, at_least=Role.MANAGER).project
    return get_object_or_404(PracticeItem, pk=item_id, project=project, is_active=True)


@login_required
@require_POST
def person(request: HttpRequest, project_id: int, membership_id: int) -> HttpResponse:
    """Open the queue to somebody without practice, or ask them to practice again."""
    project = membership_for(request.user, project_id, at_least=Role.MANAGER).project
    row = get_object_or_404(Membership.objects.select_related("user"), pk=membership_id, project=project)
    is_open = request.POST.get("verb") == "open"
    open_queue(membership=row, is_open=is_open)
    text = _("The queue is open to %(name)s.") if is_open else _("%(name)s is asked to practice again.")
    messages.success(request, text % {"name": row.user.username})
    return redirect("practice", project_id)

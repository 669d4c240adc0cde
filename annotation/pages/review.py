"""The review page: the data it starts with, and settling at once what most people agree on."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotation.access import membership_for, project_for, signed_in
from annotation.annotations.review_items import ReviewReason
from annotation.pages.annotate import label_set_json
from annotation.pages.answers import rows_of
from annotation.people.models import User
from annotation.projects.models import LabelSet, Membership, Project, ReviewPolicy, Role
from annotation.reviews.agreeing import agreeing, settle_agreeing
from annotation.reviews.models import AgreeingBatch
from annotation.reviews.page_strings import review_strings
from annotation.reviews.undoing import undo_batch

Boot = dict[str, Any]  # Any: JSON


@gzip_page
@never_cache
@login_required
@require_safe
def review_page(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.REVIEWER)
    project = membership.project
    label_sets = list(LabelSet.objects.filter(project=project).prefetch_related("labels"))
    chosen = _chosen(request)
    desk = _boot(project, signed_in(request.user), label_sets, chosen)
    context = {
        "membership": membership,
        "desk": desk,
        "chosen": chosen,
        "people": _people(project, signed_in(request.user)),
        "label_sets": [row for row in label_sets if row.kind != "text"],
        "reasons": ReviewReason.choices,
        "is_reviewed": project.review != ReviewPolicy.NONE or project.is_shared,
    }
    return render(request, "annotation/reviews/review.html", context)


def _boot(project: Project, user: User, label_sets: list[LabelSet], chosen: dict[str, str]) -> Boot:
    return {
        "project": {"id": project.pk, "name": project.name, "url": reverse("project", args=[project.pk])},
        "language": get_language() or "en",
        "labelSets": [label_set_json(row) for row in label_sets],
        "api": "/api/v1/",
        "strings": review_strings(),
        "preferences": user.preferences,
        "documents": reverse("documents", args=[project.pk]),
        "filters": _filters(chosen),
    }


def _chosen(request: HttpRequest) -> dict[str, str]:
    """`label` is "set:label", as the form sends it."""
    given = {name: request.GET.get(name, "") for name in ("person", "label", "reason")}
    if not given["person"].isdecimal() or len(given["person"]) > 18:
        given["person"] = ""
    if given["reason"] not in ReviewReason.values:
        given["reason"] = ""
    return given


def _filters(chosen: dict[str, str]) -> Boot:
    label_set, _, label = chosen["label"].partition(":")
    found: Boot = {"reason": chosen["reason"], "label_set": label_set if label else "", "label": label}
    return found | ({"person": int(chosen["person"])} if chosen["person"] else {})


def _people(project: Project, reader: User) -> list[tuple[str, str]]:
    rows = Membership.objects.filter(project=project).exclude(user=reader).select_related("user")
    return sorted(((str(row.user_id), row.user.shown_name) for row in rows), key=lambda row: row[1].casefold())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def agreeing_page(request: HttpRequest, project_id: int) -> HttpResponse:
    """What most people answered alike, to be settled at once."""
    membership = membership_for(request.user, project_id, at_least=Role.REVIEWER)
    project, reviewer = membership.project, signed_in(request.user)
    if request.method == "POST":
        ids = [int(raw) for raw in request.POST.getlist("item") if raw.isdecimal() and len(raw) < 19]
        batch = settle_agreeing(project=project, reviewer=reviewer, item_ids=ids)
        return redirect(f"{reverse('agreeing', args=[project_id])}?settled={batch.pk}")
    label_sets = list(LabelSet.objects.filter(project=project).prefetch_related("labels"))
    rows = [
        {"found": row, "answer": rows_of(row.answer, label_sets, row.item.document.text)}
        for row in agreeing(project=project, reviewer=reviewer)
    ]
    context = {"membership": membership, "rows": rows, "batch": _batch(request, project, reviewer)}
    return render(request, "annotation/reviews/agreeing.html", context)


def _batch(request: HttpRequest, project: Project, reviewer: User) -> dict[str, Any] | None:  # Any: for the template
    raw = request.GET.get("settled", "")
    if not raw.isdecimal() or len(raw) > 18:
        return None
    batch = AgreeingBatch.objects.filter(pk=int(raw), project=project, reviewer=reviewer, undone_at=None).first()
    return None if batch is None else {"row": batch, "number": batch.rows.filter(undone_at=None).count()}


@login_required
@require_POST
def undo_agreeing(request: HttpRequest, project_id: int, batch_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, at_least=Role.REVIEWER)
    batch = get_object_or_404(AgreeingBatch, pk=batch_id, project=project)
    try:
        number = undo_batch(batch=batch, reviewer=signed_in(request.user))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        said = ngettext("%(number)d document is open again.", "%(number)d documents are open again.", number)
        messages.success(request, said % {"number": number})
    return redirect("agreeing", project_id)

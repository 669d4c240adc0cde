"""Bulk mode: many documents, one answer. The page comes empty; documents come over the API."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from annotation.access import membership_for
from annotation.bulk.page_strings import page_strings
from annotation.projects.models import LabelSet

KINDS = ("choice", "choices")


@login_required
@require_safe
def bulk(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id)
    sets = LabelSet.objects.filter(project=membership.project).prefetch_related("labels")
    choices = [row for row in sets if row.kind in KINDS]
    boot = {
        "project": membership.project_id,
        "api": "/api/v1/",
        "language": get_language() or "en",
        "labelSets": [_label_set(row) for row in choices],
        "strings": page_strings(),
    }
    context = {"membership": membership, "label_sets": choices, "bulk": boot, "has_others": len(sets) > 1}
    return render(request, "annotation/bulk/bulk.html", context)


def _label_set(row: LabelSet) -> dict[str, Any]:  # Any: JSON
    labels = [
        {"name": label.name, "title": str(label.title), "color": label.color, "definition": label.definition}
        for label in row.labels.all()
    ]
    return {"name": row.name, "title": str(row.title), "kind": row.kind, "labels": labels}

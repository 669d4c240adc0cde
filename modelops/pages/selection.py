"""Why these documents: which function orders the queue now, and why the next documents come next."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotation.access import membership_for
from annotation.documents.models import Document
from annotation.pages.documents import language_of
from annotation.predictions.models import Prediction
from annotation.projects.models import Project, Role
from modelops.pages.figures import titles_of
from modelops.selection.models import Draw, Ranking, random_gold
from modelops.selection.words import document_words, function_words, reason_words, trusted_words

SHOWN = 30
EXCERPT_CHARS = 160


@dataclass(frozen=True, slots=True)
class NextRow:
    place: int
    document: Document
    excerpt: str
    language: str
    is_random: bool
    reason: str


@login_required
@require_safe
def selection(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.REVIEWER)
    project = membership.project
    ranking = Ranking.objects.filter(project=project).first()
    titles = titles_of(project.pk)
    context = {
        "membership": membership,
        "is_manager": membership.role == Role.MANAGER,
        "ranking": ranking,
        "function": function_words(ranking.function) if ranking else "",
        "reason": reason_words(ranking.reason) if ranking else "",
        "trusted": trusted_words(ranking.facts.get("trusted", []), titles) if ranking else "",
        "random_share": 100 if ranking and ranking.function == "random" else round(100 * project.random_share),
        "random_gold": random_gold(project.pk).count(),
        "rows": _next(project, titles),
    }
    return render(request, "modelops/pages/selection.html", context)


def _next(project: Project, titles: Mapping[str, str]) -> list[NextRow]:
    documents = list(Document.objects.filter(project=project).open().in_queue_order().select_related("draw")[:SHOWN])
    shown = Prediction.objects.current([one.pk for one in documents], project.production_version)
    rows = []
    for place, document in enumerate(documents, start=1):
        draw: Draw | None = getattr(document, "draw", None)
        prediction = shown.get(document.pk)
        words = document_words(draw, document.urgency, prediction.confidence if prediction else {}, titles)
        excerpt = document.text[:EXCERPT_CHARS]
        is_random = draw is not None and draw.is_random and not document.urgency
        rows.append(NextRow(place, document, excerpt, language_of(document, project), is_random, words))
    return rows

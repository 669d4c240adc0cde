"""The model card of a version: a page, and files to take along."""

import json

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotation.access import membership_for
from modelops.evaluation.card import card_of
from modelops.evaluation.card_words import intended_use, learned_rows, limit_words, markdown_of
from modelops.evaluation.options import option_words
from modelops.evaluation.words import figure_words, reason_words, verdict_words
from modelops.pages.figures import arguments_of
from modelops.pages.version_figures import set_views
from modelops.pages.versions import label_sets_of_project, version_in


@login_required
@require_safe
def version_card(request: HttpRequest, project_id: int, version_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id)
    version = version_in(project_id, pk=version_id)
    label_sets = label_sets_of_project(project_id)
    titles = {row.name: row.title for row in label_sets}
    card = card_of(version)
    report = {"label_sets": card["label_sets"]} if getattr(version, "evaluation", None) else {}
    labels = {row.name: {label.name: str(label.title) for label in row.labels.all()} for row in label_sets}
    context = {
        "membership": membership,
        "version": version,
        "card": card,
        "uses": intended_use(card),
        "limits": [limit_words(limit, titles) for limit in card["limits"]],
        "learned": learned_rows(card),
        "options": option_words(card["options"]),
        "gold": [
            (
                titles.get(name, name),
                [(labels.get(name, {}).get(label, label), count) for label, count in counts.items()],
            )
            for name, counts in card["learned_from"].get("labels", {}).items()
        ],
        "sets": set_views(report, label_sets, ""),
        "gate": [
            verdict_words(version.comparison),
            *figure_words(version.comparison, titles),
            *reason_words(version.comparison, titles),
        ],
        "arguments": arguments_of(version.arguments),
    }
    return render(request, "modelops/pages/card.html", context)


@login_required
@require_safe
def version_card_markdown(request: HttpRequest, project_id: int, version_id: int) -> HttpResponse:
    membership_for(request.user, project_id)
    version = version_in(project_id, pk=version_id)
    titles = {row.name: row.title for row in label_sets_of_project(project_id)}
    return _file(markdown_of(card_of(version), titles), "text/markdown; charset=utf-8", f"v{version.number}.md")


@login_required
@require_safe
def version_card_json(request: HttpRequest, project_id: int, version_id: int) -> HttpResponse:
    membership_for(request.user, project_id)
    version = version_in(project_id, pk=version_id)
    text = json.dumps(card_of(version), ensure_ascii=False, indent=2) + "\n"
    return _file(text, "application/json", f"v{version.number}.json")


def _file(text: str, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        text, content_type=kind, headers={"Content-Disposition": f'attachment; filename="model-card-{name}"'}
    )

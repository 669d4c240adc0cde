"""The documents behind one count of a person's own corrections."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.db.models.functions import Left
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotation.access import membership_for, signed_in
from annotation.answers.diff import CorrectionKind, corrections
from annotation.documents.models import Document
from annotation.pages.correction_words import KIND_WORDS
from annotation.pages.documents import EXCERPT_CHARS, language_of
from annotation.projects.models import Kind, LabelSet
from annotation.quality.corrected import label_of
from annotation.quality.own_work import OwnAnswer, newest_answers

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Choice:
    """Which corrections are asked for."""

    label_set: LabelSet
    label: str
    kind: CorrectionKind


@dataclass(frozen=True, slots=True)
class CorrectedRow:
    """`given`: labels that the person gave in place of the model's, where they differ from it."""

    document: Document
    language: str
    given: list[str]


@login_required
@require_safe
def my_corrections(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id)
    label_sets = LabelSet.objects.filter(project_id=project_id).prefetch_related("labels")
    choice = _choice(request, {row.name: row for row in label_sets})
    answers = newest_answers(project=membership.project, user=signed_in(request.user))
    found = list(_matching(answers, choice))
    start = _start(request.GET.get("from", ""))
    shown = found[start : start + PAGE_SIZE]
    rows = Document.objects.filter(pk__in=[document_id for document_id, _ in shown])
    documents = rows.annotate(excerpt=Left("text", EXCERPT_CHARS)).defer("text", "parts").in_bulk()
    titles = {label.name: label.title for label in choice.label_set.labels.all()}
    context = {
        "membership": membership,
        "choice": choice,
        "kind": KIND_WORDS[choice.kind],
        "label": titles.get(choice.label, choice.label),
        "total": len(found),
        "rows": [
            CorrectedRow(
                documents[document_id],
                language_of(documents[document_id], membership.project),
                [titles.get(name, name) for name in given],
            )
            for document_id, given in shown
        ],
        "next": start + PAGE_SIZE if len(found) > start + PAGE_SIZE else None,
    }
    return render(request, "annotation/pages/my_corrections.html", context)


def _choice(request: HttpRequest, label_sets: dict[str, LabelSet]) -> Choice:
    name, kind = request.GET.get("label_set", ""), request.GET.get("kind", "")
    if name not in label_sets or kind not in KIND_WORDS:
        raise Http404
    return Choice(label_sets[name], request.GET.get("label", ""), kind)


def _start(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 6 else 0


def _matching(answers: list[OwnAnswer], choice: Choice) -> Iterator[tuple[int, list[str]]]:
    """Documents with such a correction, newest first, each with the labels that were given instead."""
    texts = [choice.label_set.name] if choice.label_set.kind == Kind.TEXT else []
    for answer in answers:
        if answer.predicted is None:
            continue
        same = [
            correction
            for correction in corrections(answer.predicted, answer.answer)
            if correction.label_set == choice.label_set.name
            and correction.kind == choice.kind
            and label_of(correction, texts) == choice.label
            and (correction.predicted is not None or correction.given is not None)
        ]
        if same:
            given = {one.given for one in same if one.given and one.given != one.predicted and not texts}
            yield answer.document_id, sorted(given)

"""What a person's corrections changed: after each promoted version, which documents it now answers as they did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from annotation.access import membership_for, signed_in
from annotation.answers.answer import Answer, Value
from annotation.documents.models import Document
from annotation.pages.answers import Row, rows_of
from annotation.pages.documents import language_of
from annotation.projects.models import LabelSet, Project
from modelops.evaluation.lessons import Ground, Lesson, Lessons, scores
from modelops.registry.models import ModelVersion
from modelops.training.lessons import lessons_for

PAGE_SIZE = 20
EXCERPT_CHARS = 160
MOST_VERSIONS = 50

GROUND_WORDS: dict[Ground, Promise] = {
    "unseen": _("Documents it never saw"),
    "trained": _("Documents it learned from"),
    "unknown": _("All documents"),
}
# The same of one document.
ONE_WORDS: dict[Ground, Promise | str] = {
    "unseen": _("never seen by it"),
    "trained": _("it learned from it"),
    "unknown": "",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One label set of a fixed document, as a reader sees it."""

    was: Row
    now: Row


@dataclass(frozen=True, slots=True)
class FixedRow:
    document: Document
    excerpt: str
    language: str
    before: int
    ground: Promise | str
    changes: list[Change]


@login_required
@require_safe
def my_changes(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id)
    project = membership.project
    promoted = ModelVersion.objects.filter(project=project, promoted_at__isnull=False).order_by("-promoted_at")
    versions = list(promoted[:MOST_VERSIONS])
    asked = request.GET.get("version", "")
    version = next((row for row in versions if str(row.number) == asked), versions[0] if versions else None)
    context = {"membership": membership, "versions": versions, "version": version}
    if version is not None:
        lessons = lessons_for(project=project, version=version, user=signed_in(request.user))
        context |= _figures(project, lessons, _start(request.GET.get("from", "")), version)
    return render(request, "modelops/pages/my_changes.html", context)


def _start(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 6 else 0


def _figures(project: Project, lessons: Lessons, start: int, version: ModelVersion) -> dict[str, object]:
    fixed = lessons.fixed
    following = start + PAGE_SIZE
    return {
        "corrected": len(lessons.lessons),
        "answered": sum(lesson.is_answered for lesson in lessons.lessons),
        "fixed": len(fixed),
        "kept": lessons.kept,
        "lost": lessons.lost,
        "scores": [
            (GROUND_WORDS[score.ground], score, round(100 * score.low), round(100 * score.high))
            for score in scores(lessons.lessons)
        ],
        "rows": _rows(project, fixed[start:following]),
        "next_url": f"?{urlencode({'version': version.number, 'from': following})}" if len(fixed) > following else "",
    }


def _rows(project: Project, lessons: Sequence[Lesson]) -> list[FixedRow]:
    label_sets = {row.name: row for row in LabelSet.objects.filter(project=project).prefetch_related("labels")}
    documents = Document.objects.filter(project=project).in_bulk([lesson.document_id for lesson in lessons])
    return [_row(project, lesson, documents[lesson.document_id], label_sets) for lesson in lessons]


def _row(project: Project, lesson: Lesson, document: Document, label_sets: Mapping[str, LabelSet]) -> FixedRow:
    changes = [
        Change(
            was=_shown(label_sets[case.label_set], case.was, document.text),
            now=_shown(label_sets[case.label_set], case.now, document.text),
        )
        for case in lesson.cases
    ]
    excerpt = document.text[:EXCERPT_CHARS]
    language = language_of(document, project)
    return FixedRow(document, excerpt, language, lesson.before, ONE_WORDS[lesson.ground], changes)


def _shown(label_set: LabelSet, value: Value, text: str) -> Row:
    [row] = rows_of(Answer({label_set.name: value}).as_json(), [label_set], text)
    return row

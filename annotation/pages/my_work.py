"""A person's own figures in a project: pace, agreement, what they corrected. Nobody is ranked."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from annotation.access import membership_for, signed_in
from annotation.pages.agreement_words import readings
from annotation.pages.correction_words import KIND_WORDS
from annotation.projects.models import Kind, LabelSet
from annotation.quality.agreement import FEWEST_DOCUMENTS, agreements
from annotation.quality.corrected import KINDS, LabelTally, tally
from annotation.quality.own_work import (
    MOST_READ,
    OwnAnswer,
    documents_by_day,
    newest_answers,
    pairs_with_gold,
    pairs_with_others,
)
from annotation.quality.pace import IDLE_CAP_SECONDS, Day, last_days, pace_of


@dataclass(frozen=True, slots=True)
class DayBar:
    """One day of the chart; `height` from 0 to 100."""

    day: Day
    height: int

    @property
    def top(self) -> int:
        return 100 - self.height


@dataclass(frozen=True, slots=True)
class TallyRow:
    """`cells`: how often, and the page with these documents."""

    title: str
    label: str
    cells: list[tuple[int, str]]


@login_required
@require_safe
def my_work(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id)
    project, user = membership.project, signed_in(request.user)
    label_sets = list(LabelSet.objects.filter(project=project).prefetch_related("labels"))
    answers = newest_answers(project=project, user=user)
    beside = pairs_with_others(answers, user=user)
    gold = pairs_with_gold(answers, user=user, shared={pair.document_id for pair in beside})
    kinds = {row.name: row.kind for row in label_sets}
    titles = {row.name: row.title for row in label_sets}
    predicted = [answer for answer in answers if answer.predicted is not None]
    context = {
        "membership": membership,
        "answers": len(answers),
        "is_cut": len(answers) == MOST_READ,
        "blind": sum(answer.is_blind for answer in answers),
        "pace": pace_of([answer.seconds for answer in answers]),
        "cap_minutes": round(IDLE_CAP_SECONDS / 60),
        "days": _bars(last_days(documents_by_day(project=project, user=user), timezone.localdate())),
        "fewest": FEWEST_DOCUMENTS,
        "with_gold": readings(agreements(kinds, gold), titles),
        "with_others": readings(agreements(kinds, beside), titles),
        "predicted": len(predicted),
        "kinds": [KIND_WORDS[kind] for kind in KINDS],
        "corrected": _tally_rows(project_id, predicted, label_sets),
    }
    return render(request, "annotation/pages/my_work.html", context)


def _bars(days: Sequence[Day]) -> list[DayBar]:
    most = max((day.documents for day in days), default=0)
    return [DayBar(day, round(100 * day.documents / most) if most else 0) for day in days]


def _tally_rows(project_id: int, predicted: Sequence[OwnAnswer], label_sets: Sequence[LabelSet]) -> list[TallyRow]:
    names = [row.name for row in label_sets]
    texts = [row.name for row in label_sets if row.kind == Kind.TEXT]
    pairs = ((answer.predicted, answer.answer) for answer in predicted if answer.predicted is not None)
    by_name = {row.name: row for row in label_sets}
    return [_tally_row(project_id, row, by_name[row.label_set]) for row in tally(pairs, names, texts)]


def _tally_row(project_id: int, row: LabelTally, label_set: LabelSet) -> TallyRow:
    label = next((label.title for label in label_set.labels.all() if label.name == row.label), row.label)
    address = reverse("my_corrections", args=[project_id])
    chosen = {"label_set": row.label_set, "label": row.label}
    cells = [(row.counts[kind], f"{address}?{urlencode({**chosen, 'kind': kind})}") for kind in KINDS]
    return TallyRow(label_set.title, label, cells)

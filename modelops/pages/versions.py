"""One version, and what a manager does with it; two versions side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from annotation.access import membership_for
from annotation.projects.models import LabelSet, Membership, Role
from modelops.evaluation.compare import Comparison
from modelops.evaluation.fact_words import by_words, value_words
from modelops.evaluation.flips import CHANGES, SEED_SHARE, Change, Flips
from modelops.evaluation.options import option_words
from modelops.evaluation.words import figure_words, reason_words, verdict_words
from modelops.pages.charts import percent
from modelops.pages.version_figures import set_views
from modelops.registry.models import ModelVersion
from modelops.training.comparing import common_ground, evaluated_ids

CHANGE_WORDS: dict[Change, Promise] = {
    "lost": _("right before, wrong now"),
    "won": _("wrong before, right now"),
    "changed": _("wrong both times, in another way"),
}
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class FlipRow:
    """One label set: how many documents, and for each kind of change how many and where they are."""

    title: str
    documents: int
    percent: float
    cells: list[tuple[Promise, int, str]]


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One label set of a comparison; shares as percentages, the difference in points with its 90 % interval."""

    title: str
    documents: int
    before: float
    now: float
    low: float
    high: float
    won: int
    lost: int
    p_worse: float


def version_in(project_id: int, **wanted: int) -> ModelVersion:
    version = ModelVersion.objects.with_evaluation().filter(project_id=project_id, **wanted).first()
    if version is None:
        raise Http404
    return version


def label_sets_of_project(project_id: int) -> list[LabelSet]:
    return list(LabelSet.objects.filter(project_id=project_id).prefetch_related("labels"))


def may_see_documents(membership: Membership) -> bool:
    """The documents behind a figure show their gold, which annotators may have in hand to be checked by."""
    return membership.role in (Role.REVIEWER, Role.MANAGER)


@login_required
@require_safe
def version_page(request: HttpRequest, project_id: int, version_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id)
    version = version_in(project_id, pk=version_id)
    label_sets = label_sets_of_project(project_id)
    titles = {row.name: row.title for row in label_sets}
    evaluation = getattr(version, "evaluation", None)
    documents = reverse("version_documents", args=[project_id, version.pk])
    before = ModelVersion.objects.filter(project_id=project_id, number=version.comparison.get("against") or 0).first()
    context = {
        "membership": membership,
        "is_manager": membership.role == Role.MANAGER,
        "may_see_documents": may_see_documents(membership),
        "version": version,
        "run": getattr(version, "run", None),
        "evaluation": evaluation,
        "sets": set_views(evaluation.report, label_sets, documents) if evaluation else [],
        "verdict": verdict_words(version.comparison),
        "figures": figure_words(version.comparison, titles),
        "reasons": reason_words(version.comparison, titles),
        "options": option_words(version.metrics),
        "before": before,
        "flips": flip_rows(before, version, titles) if before else [],
        "seed_percent": round(100 * SEED_SHARE),
        "steps": version.steps.select_related("by"),
        "numbers": _other_numbers(project_id, version),
    }
    return render(request, "modelops/pages/version.html", context)


def _other_numbers(project_id: int, version: ModelVersion) -> list[int]:
    rows = ModelVersion.objects.filter(project_id=project_id).exclude(pk=version.pk)
    return list(rows.values_list("number", flat=True)[:MOST_LISTED])


def flip_rows(before: ModelVersion, now: ModelVersion, titles: Mapping[str, str]) -> list[FlipRow]:
    flips = common_ground(before, now, evaluated_ids(before, now)).flips()
    return _flip_rows(flips, before, now, titles)


def _flip_rows(
    flips: Mapping[str, Flips], before: ModelVersion, now: ModelVersion, titles: Mapping[str, str]
) -> list[FlipRow]:
    base = reverse("version_documents", args=[now.project_id, now.pk])

    def url(name: str, change: Change) -> str:
        return f"{base}?{urlencode({'label_set': name, 'against': before.number, 'change': change})}"

    return [
        FlipRow(
            titles.get(name, name),
            found.documents,
            percent(found.share),
            [(CHANGE_WORDS[change], found.count(change), url(name, change)) for change in CHANGES],
        )
        for name, found in flips.items()
    ]


@login_required
@require_safe
def compare_versions(request: HttpRequest, project_id: int) -> HttpResponse:
    """Any two versions on the documents that either was tested on, with today's gold."""
    membership = membership_for(request.user, project_id)
    numbers = list(ModelVersion.objects.filter(project_id=project_id).values_list("number", flat=True)[:MOST_LISTED])
    now, before = _asked(request.GET.get("now", ""), numbers, 0), _asked(request.GET.get("before", ""), numbers, 1)
    context: dict[str, Any] = {  # Any: a template's context
        "membership": membership,
        "may_see_documents": may_see_documents(membership),
        "numbers": numbers,
        "seed_percent": round(100 * SEED_SHARE),
    }
    if now and before and now != before:
        context |= _compared(version_in(project_id, number=before), version_in(project_id, number=now))
    return render(request, "modelops/pages/compare.html", context | {"now_number": now, "before_number": before})


def _asked(raw: str, numbers: Sequence[int], place: int) -> int | None:
    """The version asked for, or else the newest (the one before it)."""
    asked = next((number for number in numbers if str(number) == raw), None)
    return asked or (numbers[place] if len(numbers) > place else None)


def _compared(before: ModelVersion, now: ModelVersion) -> dict[str, Any]:  # Any: a template's context
    titles = {row.name: row.title for row in LabelSet.objects.filter(project=now.project_id)}
    ground = common_ground(before, now, evaluated_ids(before, now))
    comparison = {**ground.compare(), "against": before.number}
    return {
        "before": before,
        "now": now,
        "documents": len(ground.ids),
        "verdict": verdict_words(comparison),
        "figures": figure_words(comparison, titles),
        "reasons": reason_words(comparison, titles),
        "differences": _differences(comparison, titles),
        "slices": _slices(before, now, titles),
        "flips": _flip_rows(ground.flips(), before, now, titles),
    }


def _differences(comparison: Comparison, titles: Mapping[str, str]) -> list[DifferenceRow]:
    return [
        DifferenceRow(
            title=titles.get(name, name),
            documents=row["documents"],
            before=percent(row["production"]),
            now=percent(row["candidate"]),
            low=percent(row["low"]),
            high=percent(row["high"]),
            won=row["won"],
            lost=row["lost"],
            p_worse=row["p_worse"],
        )
        for name, row in comparison["label_sets"].items()
    ]


def _slices(before: ModelVersion, now: ModelVersion, titles: Mapping[str, str]) -> list[tuple[str, str, str, Any, Any]]:
    """(label set, by, value, before, now) for the slices of which both evaluations have a figure."""
    old, new = _slice_figures(before), _slice_figures(now)
    return [
        (titles.get(name, name), by_words(by), value_words(by, value), percent(old[name, by, value]), percent(figure))
        for (name, by, value), figure in new.items()
        if (name, by, value) in old
    ]


def _slice_figures(version: ModelVersion) -> dict[tuple[str, str, str], float]:
    evaluation = getattr(version, "evaluation", None)
    sets = evaluation.report.get("label_sets", {}) if evaluation else {}
    return {
        (name, one["by"], one["value"]): one["figure"]
        for name, row in sets.items()
        for one in row["slices"]
        if one.get("figure") is not None
    }

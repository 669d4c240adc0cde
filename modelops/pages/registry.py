"""Runs and versions of a project on one page, and what a manager does with them."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotation.access import membership_for
from annotation.events.addresses import live_url
from annotation.projects.models import Membership, Role
from modelops.evaluation.words import figure_words, reason_words, verdict_words
from modelops.pages.fast_head import fast_head_state
from modelops.pages.figures import LabelSetFigures, label_sets_of, titles_of
from modelops.pages.starters import STARTERS, starter_rows
from modelops.prelabeling.models import Prelabeling
from modelops.registry.models import ModelVersion, Stage
from modelops.registry.services import BrokenCheckpoint, GateRefused, NothingToRollBackTo
from modelops.training.models import Run
from modelops.training.promotion import promote_checked, rollback_checked
from modelops.training.services import ACTIVE, decision_for

SHOWN_VERSIONS = 50
SHOWN_RUNS = 20


@dataclass(frozen=True, slots=True)
class VersionRow:
    version: ModelVersion
    figures: list[LabelSetFigures]
    verdict: str
    reasons: list[str]

    @classmethod
    def of(cls, version: ModelVersion, titles: dict[str, str]) -> "VersionRow":
        comparison = version.comparison
        reasons = reason_words(comparison, titles)
        return cls(version, label_sets_of(version.metrics, titles), verdict_words(comparison), reasons)


@login_required
@require_safe
def models(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id)
    return render(request, "modelops/pages/models.html", models_context(request, membership))


def models_context(request: HttpRequest, membership: Membership) -> dict[str, Any]:  # Any: a template's context
    project = membership.project
    titles = titles_of(project.pk)
    rows = ModelVersion.objects.filter(project=project)[:SHOWN_VERSIONS]
    versions = [VersionRow.of(version, titles) for version in rows]
    runs = list(Run.objects.filter(project=project).select_related("version")[:SHOWN_RUNS])
    production = next((row for row in versions if row.version.stage == Stage.PRODUCTION), None)
    return {
        "membership": membership,
        "is_manager": membership.role == Role.MANAGER,
        "versions": versions,
        "production": production,
        "can_roll_back": production and any(_was_before(row.version, production.version) for row in versions),
        "prelabeling": Prelabeling.objects.filter(version=production.version).first() if production else None,
        "runs": runs,
        "active": next((run for run in runs if run.state in ACTIVE), None),
        "decision": decision_for(project),
        "fast_head": fast_head_state(project, titles),
        "starter_rows": starter_rows(project.pk),
        "starters": STARTERS,
        "live": live_url(project.pk, host=request.get_host(), is_secure=request.is_secure()),
    }


def _was_before(version: ModelVersion, production: ModelVersion) -> bool:
    if version.promoted_at is None or production.promoted_at is None:
        return False
    return version.promoted_at < production.promoted_at


@login_required
@require_POST
def promote_version(request: HttpRequest, project_id: int, version_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    version = ModelVersion.objects.select_related("project").filter(pk=version_id, project_id=project_id).first()
    if version is None:
        raise Http404
    is_forced = request.POST.get("force") == "1"
    try:
        promote_checked(version, user=membership.user, force=is_forced, reason=request.POST.get("reason", ""))
    except GateRefused as error:
        titles = titles_of(project_id)
        refused = {
            "version": version,
            "figures": figure_words(error.comparison, titles),
            "reasons": reason_words(error.comparison, titles),
        }
        return _again(request, membership, 409, refused)
    except (ValidationError, BrokenCheckpoint) as error:
        messages.error(request, " ".join(error.messages) if isinstance(error, ValidationError) else str(error))
        return redirect("models", project_id)
    messages.success(request, _("Version %(number)d is in production.") % {"number": version.number})
    return redirect("models", project_id)


def _again(
    request: HttpRequest, membership: Membership, status: int, refused: dict[str, Any]
) -> HttpResponse:  # Any: context
    context = {**models_context(request, membership), "refused": refused}
    return render(request, "modelops/pages/models.html", context, status=status)


@login_required
@require_POST
def roll_back(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    try:
        version = rollback_checked(membership.project, membership.user)
        messages.success(request, _("Version %(number)d is in production again.") % {"number": version.number})
    except (NothingToRollBackTo, BrokenCheckpoint) as error:
        messages.error(request, str(error))
    return redirect("models", project_id)

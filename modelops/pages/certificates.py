"""What the model may answer alone, what that rests on, and how audits go."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotation.access import membership_for, signed_in
from annotation.projects.models import Role
from modelops.certificates.looking import CannotRestore, restore, revoke
from modelops.certificates.models import Certificate, End
from modelops.certificates.reading import Overview, Standing, overview_of
from modelops.certificates.services import request_work
from modelops.certificates.watch import ALPHA
from modelops.certificates.words import standing_words
from modelops.pages.figures import titles_of

PILLS = {"certified": "ok", "revoked": "bad", "impossible": "bad", "not_certified": ""}


@dataclass(frozen=True, slots=True)
class StandingRow:
    """Shares are percentages."""

    title: str
    words: str
    pill: str
    standing: Standing
    threshold: float | None
    coverage: float | None
    bound: float | None

    @classmethod
    def of(cls, standing: Standing) -> "StandingRow":
        found = standing.certificate
        return cls(
            title=standing.title or _("Whole document"),
            words=standing_words(standing),
            pill=PILLS[standing.state],
            standing=standing,
            threshold=_percent(found.threshold) if found else None,
            coverage=_percent(found.coverage) if found else None,
            bound=_percent(found.bound) if found else None,
        )


@dataclass(frozen=True, slots=True)
class HistoryRow:
    certificate: Certificate
    title: str
    target: float | None
    level: float | None
    can_restore: bool
    can_return: bool

    @classmethod
    def of(cls, row: Certificate, titles: dict[str, str], overview: Overview) -> "HistoryRow":
        is_present = overview.version is not None and row.version_id == overview.version.pk
        can_restore = row.end == End.MANAGER and is_present and overview.asked is not None
        can_return = row.state == "ended" and row.accepted > 0 and not row.is_returning
        title = titles.get(row.label_set, row.label_set) or _("Whole document")
        return cls(row, title, _percent(row.target), _percent(row.asked_level), can_restore, can_return)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


@login_required
@require_safe
def certificates(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id)
    project = membership.project
    overview = overview_of(project)
    titles = titles_of(project_id)
    asked = overview.asked
    context: dict[str, Any] = {  # Any: a template's context
        "membership": membership,
        "is_manager": membership.role == Role.MANAGER,
        "overview": overview,
        "target": _percent(asked.target) if asked else None,
        "level": _percent(asked.level) if asked else None,
        "rows": [StandingRow.of(standing) for standing in overview.standings],
        "history": [HistoryRow.of(row, titles, overview) for row in overview.history],
        "breaks_at": round(1 / ALPHA),
    }
    return render(request, "modelops/pages/certificates.html", context)


Change = Callable[[HttpRequest, Certificate], None]


def _change(change: Change) -> Callable[[HttpRequest, int, int], HttpResponse]:
    """A manager's act on one certificate: the worker follows it up, and the page says what happened."""

    @login_required
    @require_POST
    @wraps(change)
    def view(request: HttpRequest, project_id: int, certificate_id: int) -> HttpResponse:
        membership_for(request.user, project_id, at_least=Role.MANAGER)
        certificate = Certificate.objects.filter(pk=certificate_id, project_id=project_id).first()
        if certificate is None:
            raise Http404
        change(request, certificate)
        request_work(project_id)
        return redirect("certificates", project_id)

    return view


@_change
def revoke_certificate(request: HttpRequest, certificate: Certificate) -> None:
    returns = request.POST.get("documents") == "return"
    revoke(certificate, user=signed_in(request.user), returns=returns)
    if returns:
        messages.success(request, _("Revoked. What was accepted under it goes back to the queue."))
    else:
        messages.success(request, _("Revoked. What was accepted under it stays."))


@_change
def restore_certificate(request: HttpRequest, certificate: Certificate) -> None:
    try:
        restore(certificate)
    except CannotRestore:
        messages.error(request, _("This certificate can't hold again: its version or its promise is another by now."))
    else:
        messages.success(request, _("The certificate holds again."))

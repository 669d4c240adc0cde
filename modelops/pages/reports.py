"""Reports for reviewers and managers, each person's own page, and every table as CSV."""

import csv
import io
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from annotation.access import membership_for
from annotation.documents.filters import META
from annotation.pages.forms import LANGUAGES
from annotation.projects.models import Membership, Role
from annotation.quality.asked import Asked, read
from annotation.quality.topics import tells_moods
from modelops.pages.report_view import View, csv_rows
from modelops.reports.kept import FILTERED_SECONDS, Found, Wish, wait, wish_for
from modelops.reports.names import PERSON, TITLES
from modelops.reports.shapes import Report

# A small project's report is often there before anybody could read that it is being calculated.
PATIENCE_SECONDS = 0.1
PROGRESS = "progress"


@login_required
@require_safe
def report(request: HttpRequest, project_id: int, name: str) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.REVIEWER)
    asked, problems = read(request.GET.dict().items())
    found = _found(membership, wish_for(membership.project, name, asked))
    if PROGRESS in request.GET:
        return _progress(found)
    view = View(project_id, _csv_url(reverse("report_csv", args=[project_id, name, "KEY"]), asked))
    context = _context(membership, asked, view, found)
    context |= {"title": TITLES[name], "current": name, "problems": [problem.message for problem in problems]}
    return render(request, "modelops/pages/report.html", context)


@login_required
@require_safe
def person(request: HttpRequest, project_id: int, user_id: int) -> HttpResponse:
    membership, asked = _for_person(request, project_id, user_id)
    found = _found(membership, wish_for(membership.project, PERSON, asked, user_id))
    if PROGRESS in request.GET:
        return _progress(found)
    view = View(project_id, _csv_url(reverse("report_person_csv", args=[project_id, user_id, "KEY"]), asked))
    context = _context(membership, asked, view, found)
    title = found.kept.report.title if found.kept else TITLES["people"]
    context |= {"title": title, "current": "people", "is_own": user_id == membership.user_id}
    return render(request, "modelops/pages/report.html", context)


@login_required
@require_safe
def report_csv(request: HttpRequest, project_id: int, name: str, key: str) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.REVIEWER)
    if name not in TITLES:
        raise Http404
    asked, _problems = read(request.GET.dict().items())
    found = _found(membership, wish_for(membership.project, name, asked))
    address = reverse(f"report_{name}", args=[project_id])
    return _csv(request, found.kept.report, key, project_id) if found.kept else _not_yet(address)


@login_required
@require_safe
def person_csv(request: HttpRequest, project_id: int, user_id: int, key: str) -> HttpResponse:
    membership, asked = _for_person(request, project_id, user_id)
    found = _found(membership, wish_for(membership.project, PERSON, asked, user_id))
    address = reverse("report_person", args=[project_id, user_id])
    return _csv(request, found.kept.report, key, project_id) if found.kept else _not_yet(address)


def _for_person(request: HttpRequest, project_id: int, user_id: int) -> tuple[Membership, Asked]:
    """Everybody may see their own page; reviewers and managers see everybody's."""
    membership = membership_for(request.user, project_id)
    if membership.role == Role.ANNOTATOR and membership.user_id != user_id:
        raise PermissionDenied("This page is somebody else's.")
    asked, _problems = read(request.GET.dict().items())
    return membership, asked


def _found(membership: Membership, wish: Wish) -> Found:
    return wait(membership.project, wish, seconds=PATIENCE_SECONDS)


def _progress(found: Found) -> JsonResponse:
    """What the page asks again and again while a worker calculates."""
    made_at = found.kept.made_at.isoformat() if found.kept else None
    answer = JsonResponse({"progress": round(found.progress, 2), "made_at": made_at, "is_changed": found.is_changed})
    answer["Cache-Control"] = "no-store"
    return answer


def _not_yet(address: str) -> HttpResponse:
    """A table of a report that is being calculated: its page tells how far it is."""
    return HttpResponse(status=303, headers={"Location": address})


def _today() -> date:
    return timezone.now().date()


def _csv_url(address: str, asked: Asked) -> str:
    return f"{address}?{asked.query}" if asked.query else address


def _context(membership: Membership, asked: Asked, view: View, found: Found) -> dict[str, Any]:  # Any: a context
    project_id = membership.project_id
    query = f"?{asked.query}" if asked.query else ""
    hidden = set() if membership.role == Role.ANNOTATOR or tells_moods(project_id) else {"topics"}
    shown = [(name, title) for name, title in TITLES.items() if name not in hidden]
    names = [(name, title, reverse(f"report_{name}", args=[project_id]) + query) for name, title in shown]
    return {
        "membership": membership,
        "sections": lambda: view.sections(found.kept.report) if found.kept else [],
        "grid_key": found.key,
        "kept_seconds": FILTERED_SECONDS,
        "found": found,
        "made_at": found.kept.made_at.isoformat() if found.kept else "",
        "progress_url": f"?{urlencode([*asked.pairs, (PROGRESS, 1)])}",
        "asked": asked,
        "metas": [(f"{META}{key}", key, value) for key, value in asked.meta],
        "languages": [(code, title) for code, title in LANGUAGES if code],
        "reports": names if membership.role != Role.ANNOTATOR else [],
        "ranges": _ranges(asked),
        "today": _today(),
    }


def _ranges(asked: Asked) -> list[tuple[str, str, bool]]:
    """Title, query, is it the present one."""
    today = _today()
    found: list[tuple[str, date | None, date | None]] = [(_("All time"), None, None)]
    found += [
        (_("Last %(days)d days") % {"days": days}, today - timedelta(days=days - 1), today) for days in (7, 30, 90)
    ]
    ranges = []
    for title, since, until in found:
        one = Asked(since, until, asked.language, asked.meta)
        ranges.append((title, f"?{one.query}", (one.since, one.until) == (asked.since, asked.until)))
    return ranges


def _csv(request: HttpRequest, found: Report, key: str, project_id: int) -> HttpResponse:
    table = found.table(key)
    if table is None:
        raise Http404
    text = io.StringIO()
    base = request.build_absolute_uri("/").rstrip("/")
    csv.writer(text).writerows(csv_rows(table, View(project_id, ""), base))
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{key}.csv"'
    return answer

"""How good the model may become, what a goal costs, and when to stop."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotation.access import membership_for
from annotation.projects.models import Project, Role
from modelops.forecast.curve import Curves
from modelops.forecast.models import Forecast
from modelops.forecast.outlook import says_stop
from modelops.forecast.services import DEFAULT_TARGET, SetForecast, forecasts_of, request_forecast
from modelops.forecast.words import outlook_words
from modelops.pages.charts import percent
from modelops.pages.figures import titles_of
from modelops.reports.drawing import Point, Series, line_chart

# The curve is drawn to so many times the gold there is.
AHEAD = (1.5, 2.0, 3.0, 4.0)
TARGETS = (70, 75, 80, 85, 90, 92, 95, 97, 99)


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One tick of the chart: training documents, the measured score, the curve and its interval; percentages."""

    trained: int
    measured: float | None
    value: float
    low: float
    high: float
    is_ahead: bool


@dataclass(frozen=True, slots=True)
class SetView:
    title: str
    found: SetForecast
    words: list[str]
    chart: SafeString
    rows: list[ChartRow]
    points: list[tuple[int, int, float, int]]


@login_required
@require_safe
def forecast(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.REVIEWER)
    row = Forecast.objects.filter(project=project_id).first()
    target = _target(request.GET.get("target", ""))
    found = forecasts_of(membership.project, row, target / 100)
    outlooks = [one.outlook for one in found if one.outlook]
    context = {
        "membership": membership,
        "is_manager": membership.role == Role.MANAGER,
        "row": row,
        "target": target,
        "targets": sorted({*TARGETS, target}),
        "sets": _views(membership.project, found, target),
        "has_outlook": bool(outlooks),
        "says_stop": says_stop(outlooks),
    }
    return render(request, "modelops/pages/forecast.html", context)


@login_required
@require_POST
def measure_forecast(request: HttpRequest, project_id: int) -> HttpResponse:
    membership = membership_for(request.user, project_id, at_least=Role.MANAGER)
    request_forecast(membership.project)
    messages.success(request, _("A worker measures the curves anew; it takes a minute or two."))
    return redirect("forecast", project_id)


def _target(raw: str) -> int:
    asked = int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 4 else 0
    return asked if 1 <= asked <= 100 else round(100 * DEFAULT_TARGET)


def _views(project: Project, found: list[SetForecast], target: int) -> list[SetView]:
    titles = titles_of(project.pk)
    return [_view(titles.get(one.name, one.name), one, target) for one in found]


def _view(title: str, found: SetForecast, target: int) -> SetView:
    rows = _rows(found)
    points = [(one.version, one.trained, percent(one.score), one.tested) for one in found.points]
    return SetView(title, found, outlook_words(found.outlook, target), _chart(title, rows), rows, points)


def _rows(found: SetForecast) -> list[ChartRow]:
    if found.measured is None:
        return []
    measured = dict(zip(found.measured.sizes, found.measured.scores, strict=True))
    most = max(measured)
    rows = [_row(found.measured.curves, size, score) for size, score in measured.items()]
    return rows + [_row(found.measured.curves, round(most * factor), None) for factor in AHEAD]


def _row(curves: Curves, trained: int, score: float | None) -> ChartRow:
    at = curves.at(trained)
    measured = None if score is None else percent(score)
    return ChartRow(trained, measured, percent(at.value), percent(at.low), percent(at.high), is_ahead=score is None)


def _chart(title: str, rows: list[ChartRow]) -> SafeString:
    nothing = float("nan")
    shares = [Point(row.value / 100, row.low / 100, row.high / 100) for row in rows]
    measured = [Point(nothing if row.measured is None else row.measured / 100) for row in rows]
    series = [Series(_("Curve"), shares), Series(_("Measured"), measured, tone="b")]
    words = _("Learning curve: %(title)s") % {"title": title}
    return line_chart(words, [f"{row.trained:,}" for row in rows], series, is_share=True)

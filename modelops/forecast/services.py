"""Ask for a forecast, and read what it says of a goal."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from annotation.annotations.models import Annotation, Gold, Source, Status
from annotation.projects.models import Kind, Project
from annotation.quality.pace import pace_of
from modelops import signals
from modelops.evaluation.metrics import main_figure
from modelops.evaluation.split import TEST_SHARE
from modelops.forecast.measuring import Measured, curves_through
from modelops.forecast.models import Forecast
from modelops.forecast.outlook import Outlook, Work, lift_of, outlook
from modelops.live.services import request_embedding
from modelops.registry.models import ModelVersion
from modelops.training.dataset import shapes_of
from modelops.work.services import queue_anew, resend_lost, tell_after_commit

# What the fast head can learn from stored embeddings; spans have the scores of versions only.
MEASURED_KINDS = (Kind.CHOICE.value, Kind.CHOICES.value)
FEWEST_VERSIONS = 4
MOST_VERSIONS = 50
# A person's pace changes with practice: only the newest answers count.
PACE_OF = 500
DEFAULT_TARGET = 0.9


@dataclass(frozen=True, slots=True)
class Point:
    """What a version scored: `trained` documents behind it, `tested` to find out, and whether it is in production."""

    version: int
    trained: int
    score: float
    tested: int
    is_production: bool


@dataclass(frozen=True, slots=True)
class SetForecast:
    """One label set. `measured` is None for spans and with little gold; `outlook`, where there is no curve at all."""

    name: str
    kind: str
    measured: Measured | None
    points: list[Point]
    outlook: Outlook | None

    @property
    def curves_of_versions(self) -> bool:
        return self.measured is None and self.outlook is not None


@transaction.atomic
def request_forecast(project: Project) -> Forecast:
    """Queue a new measurement; texts without a vector are embedded first."""
    request_embedding(project)
    row = queue_anew(Forecast, project.pk, done=0)
    send_after_commit(row)
    return row


def send_after_commit(row: Forecast) -> None:
    tell_after_commit(signals.forecast_requested, row)


def make_rounds() -> None:
    """Send again what was queued and lost, or whose worker died."""
    resend_lost(signals.forecast_requested, Forecast.objects.all())


def forecasts_of(project: Project, row: Forecast | None, target: float) -> list[SetForecast]:
    """By label set, with what is left to do until its score is `target` (a share). Five statements."""
    shapes = shapes_of(project.pk)
    work = work_of(project)
    points = _points(project)
    stored = row.curves if row else {}
    return [_forecast(shape.name, shape.kind, stored, points.get(shape.name, []), (work, target)) for shape in shapes]


def work_of(project: Project) -> Work:
    gold = Gold.objects.filter(project=project).exclude(source=Source.AUTO_ACCEPT).count()
    rows = Annotation.objects.filter(document__project=project, status=Status.SUBMITTED, seconds__gt=0)
    pace = pace_of(list(rows.order_by("-pk").values_list("seconds", flat=True)[:PACE_OF]))
    share = 1 - TEST_SHARE
    return Work(round(share * gold), share, max(1, project.overlap), pace.median if pace else None)


def _points(project: Project) -> dict[str, list[Point]]:
    """The newest versions' scores by label set, oldest first."""
    found: dict[str, list[Point]] = {}
    rows = ModelVersion.objects.filter(project=project, documents__gt=0).order_by("-number")
    for number, documents, metrics in reversed(rows.values_list("number", "documents", "metrics")[:MOST_VERSIONS]):
        for name, one in metrics.get("label_sets", {}).items():
            score = one.get(main_figure(one["kind"]))
            if score is not None:
                is_production = number == project.production_version
                found.setdefault(name, []).append(Point(number, documents, score, one["documents"], is_production))
    return found


def _forecast(
    name: str, kind: str, stored: Mapping[str, dict[str, object]], points: list[Point], goal: tuple[Work, float]
) -> SetForecast:
    work, target = goal
    if name in stored:
        measured = Measured.from_json(stored[name])
        live = next((point for point in points if point.is_production), None)
        lift = lift_of(measured.curves, live.trained, live.score) if live else 0.0
        return SetForecast(name, kind, measured, points, outlook(measured.curves, work, target, lift))
    if len({point.trained for point in points}) < FEWEST_VERSIONS:
        return SetForecast(name, kind, None, points, None)
    curves = curves_through(
        *(list(column) for column in zip(*((p.trained, p.score, p.tested) for p in points), strict=True))
    )
    return SetForecast(name, kind, None, points, outlook(curves, work, target))

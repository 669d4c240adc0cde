"""The model: figures by version, what it takes for what, whether its confidence means what it says."""

from collections.abc import Sequence

import numpy as np
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from annotation.projects.models import Kind, LabelSet
from annotation.quality.agreement import FEWEST_DOCUMENTS, wilson
from annotation.quality.compared import BINS, Compared, bin_of, calibrated, model_and_gold
from modelops.registry.models import ModelVersion
from modelops.reports.confusion import confusion
from modelops.reports.drawing import Point, Series, line_chart, reliability_chart
from modelops.reports.inputs import Inputs
from modelops.reports.shapes import Cell, Chart, Column, Report, Section, Table, Unit

MOST_VERSIONS = 30


def model_report(inputs: Inputs) -> Report:
    versions = versions_of(inputs)
    sections = [versions_section(inputs, versions, row) for row in inputs.label_sets] if versions else []
    sections = [section for section in sections if section is not None]
    if not sections:
        empty = _("No model version yet: figures appear with the first run.")
        return Report("model", [Section("versions", _("Figures by version"), empty=empty, links=_links(inputs))])
    shown = [row for row in sections if row is not None]
    for label_set in inputs.choices:
        shown += confusion_sections(inputs, label_set)
    shown += [Section("more", _("More about the model"), links=_links(inputs))]
    return Report("model", shown)


def versions_of(inputs: Inputs) -> list[ModelVersion]:
    rows = ModelVersion.objects.filter(project=inputs.project).select_related("evaluation").order_by("-number")
    return list(rows[:MOST_VERSIONS])[::-1]


def main_figure(version: ModelVersion, name: str) -> Cell | None:
    """On the frozen test documents: accuracy of a choice, F1 of others; with the interval where it was kept."""
    report = getattr(getattr(version, "evaluation", None), "report", None) or {}
    kept = report.get("label_sets", {}).get(name)
    if kept and kept.get("figure") is not None:
        return Cell(kept["figure"], kept["low"], kept["high"])
    row = version.metrics.get("label_sets", {}).get(name)
    if not row:
        return None
    value = row.get("accuracy" if row["kind"] == Kind.CHOICE else "f1")
    return None if value is None else Cell(value)


def versions_section(inputs: Inputs, versions: Sequence[ModelVersion], label_set: LabelSet) -> Section | None:
    rows, points = [], []
    for version in versions:
        cell = main_figure(version, label_set.name)
        if cell is None:
            continue
        url = reverse("version", args=[inputs.project.pk, version.pk])
        own = _prospective(inputs, label_set, version.number)
        rows.append([Cell(f"v{version.number}", url=url), Cell(version.get_stage_display()), cell, *own])
        points.append((f"v{version.number}", _point(cell)))
    if not rows:
        return None
    title = _("%(name)s: figures by version") % {"name": label_set.title}
    unit = Unit.SHARE
    columns = [
        Column("version", _("Version"), Unit.TEXT),
        Column("stage", _("Stage"), Unit.TEXT),
        Column("test", _("Test documents"), unit, has_interval=True),
        Column("documents", _("New documents")),
        Column("new", _("Right there"), unit, has_interval=True),
    ]
    key = f"versions_{label_set.pk}"
    series = [Series(label_set.title, [point for _tick, point in points])]
    svg = line_chart(title, [tick for tick, _point in points], series, is_share=True)
    words = [
        _("Test documents never train. New documents got their gold after the version had answered them."),
    ]
    return Section(key, title, words, charts=[Chart(svg, Table(key, title, columns, rows))] if svg else [])


def _point(cell: Cell) -> Point:
    nothing = float("nan")
    low, high = (nothing if one is None else float(one) for one in (cell.low, cell.high))
    return Point(float(cell.value or 0), low, high)


def _prospective(inputs: Inputs, label_set: LabelSet, version: int) -> list[Cell]:
    if label_set.kind != Kind.CHOICE:
        return [Cell(), Cell()]
    found = model_and_gold(inputs.columns, label_set.pk, inputs.asked, version)
    total, right = len(found.right), int(found.is_same.sum())
    if not total:
        return [Cell(0), Cell()]
    figure = inputs.behind("confusion", of="model", label_set=label_set.pk, version=version)
    return [Cell(total, figure=figure), Cell(right / total, *wilson(right, total))]


def newest_version(inputs: Inputs, label_set: LabelSet) -> int | None:
    """The one in production where it has answered documents that got gold later, else the newest one that has."""
    found = model_and_gold(inputs.columns, label_set.pk, inputs.asked)
    numbers = np.unique(found.said.version).tolist()
    if inputs.project.production_version in numbers:
        return inputs.project.production_version
    return max(numbers, default=None)


def confusion_sections(inputs: Inputs, label_set: LabelSet) -> list[Section]:
    version = newest_version(inputs, label_set)
    if version is None:
        return []
    section = confusion_section(inputs, label_set, version, width=7)
    found = [section] if section else []
    calibration = calibration_section(inputs, label_set, version, width=5)
    return [*found, calibration] if calibration else found


def confusion_section(inputs: Inputs, label_set: LabelSet, version: int, width: int) -> Section | None:
    found = model_and_gold(inputs.columns, label_set.pk, inputs.asked, version)
    key = f"model_confusion_{label_set.pk}"
    tables = confusion(inputs, label_set, found, key, of="model", version=version)
    if not tables:
        return None
    names = {"name": label_set.title, "version": version}
    title = _("%(name)s: where version %(version)d is wrong") % names
    return Section(key, title, tables=tables, width=width)


def calibration_section(inputs: Inputs, label_set: LabelSet, version: int, width: int) -> Section | None:
    found = calibrated(inputs.columns, label_set.pk, inputs.asked, version)
    if len(found.right) < FEWEST_DOCUMENTS:
        return None
    key = f"calibration_{label_set.pk}"
    rows, bars, error = _bins(inputs, label_set, version, found)
    columns = [
        Column("confidence", _("Confidence"), Unit.TEXT),
        Column("documents", _("Documents")),
        Column("right", _("Right"), Unit.SHARE, has_interval=True),
    ]
    title = _("%(name)s: calibration") % {"name": label_set.title}
    table = Table(key, title, columns, rows)
    words = [_error_words(error, len(found.right))]
    return Section(key, title, words, charts=[Chart(reliability_chart(title, bars), table)], width=width)


def _error_words(error: float, count: int) -> str:
    figures = {"points": 100 * error, "count": count}
    return (
        ngettext(
            "On average the confidence is %(points).1f points off, over %(count)d document.",
            "On average the confidence is %(points).1f points off, over %(count)d documents.",
            count,
        )
        % figures
    )


def _bins(
    inputs: Inputs, label_set: LabelSet, version: int, found: Compared
) -> tuple[list[list[Cell]], list[tuple[float, float]], float]:
    """Rows, bars, and the expected calibration error (Naeini, Cooper, Hauskrecht 2015)."""
    places = bin_of(found.said.confidence)
    rows, bars, error = [], [], 0.0
    for place in range(BINS):
        here = places == place
        total, right = int(here.sum()), int(found.is_same[here].sum())
        if not total:
            continue
        error += abs(float(found.said.confidence[here].mean()) - right / total) * total / len(places)
        figure = inputs.behind("calibration", label_set=label_set.pk, version=version, bin=place)
        share = Cell(right / total, *wilson(right, total))
        rows.append([Cell(f"{place * 10}–{place * 10 + 10} %"), Cell(total, figure=figure), share])
        bars.append(((place + 0.5) / BINS, right / total))
    return rows, bars, error


def _links(inputs: Inputs) -> list[tuple[str, str]]:
    """Pages that tell more, those of them that this site has."""
    found = []
    for title, name in ((_("All versions"), "models"), (_("Certificates"), "certificates")):
        try:
            found.append((title, reverse(name, args=[inputs.project.pk])))
        except NoReverseMatch:
            continue
    return found

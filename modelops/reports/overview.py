"""The page a manager opens first: five numbers, where the model is wrong, the learning curve, calibration, people."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import numpy as np
from django.urls import reverse
from django.utils.translation import gettext as _

from annotation.projects.models import LabelSet
from annotation.quality.agreement import FEWEST_DOCUMENTS
from annotation.quality.columns import VoiceKind
from annotation.quality.compared import pairs_of
from annotation.quality.krippendorff import alpha
from annotation.quality.reading import given
from annotation.quality.span_agreement import span_agreement
from annotation.quality.spans_read import marks_of
from annotation.quality.timing import pace
from modelops.registry.models import ModelVersion, Stage
from modelops.reports.agreement import counts_of
from modelops.reports.corrections import correction_rate
from modelops.reports.inputs import Inputs
from modelops.reports.model import (
    calibration_section,
    confusion_section,
    main_figure,
    newest_version,
    versions_of,
    versions_section,
)
from modelops.reports.people import everybody_section
from modelops.reports.shapes import Cell, Kpi, Report, Section, Unit

DAYS = 7


def overview_report(inputs: Inputs) -> Report:
    if not len(inputs.answers):
        empty = _("Nothing to report yet. Numbers appear with the first answers, some seconds after they are given.")
        return Report("overview", [Section("overview", _("At a glance"), empty=empty)])
    versions = versions_of(inputs)
    kpis = [_answered(inputs), *_agreement(inputs), *_model(inputs, versions), *_corrections(inputs), *_pace(inputs)]
    sections: list[Section | None] = [Section("overview", _("At a glance"), kpis=kpis)]
    first = inputs.choices[0] if inputs.choices else None
    version = newest_version(inputs, first) if first else None
    if first is not None:
        curve = versions_section(inputs, versions, first)
        wrong = confusion_section(inputs, first, version, width=6) if version is not None else None
        sections += [wrong, replace(curve, width=6 if wrong else 12) if curve else None]
        sections.append(calibration_section(inputs, first, version, width=5) if version is not None else None)
    people = everybody_section(inputs)
    sections.append(replace(people, width=7 if sections[-1] is not None and len(sections) > 1 else 12))
    return Report("overview", [section for section in sections if section is not None])


def _week(inputs: Inputs, back: int) -> Inputs:
    """The same with the answers of one of the last weeks alone; today is in the last one."""
    end = int(datetime.combine(inputs.today + timedelta(days=1), time(), UTC).timestamp() // 60) - back * DAYS * 1440
    voices = inputs.columns.voices
    is_person = voices["kind"] == VoiceKind.PERSON
    kept = (voices["minute"] >= end - DAYS * 1440) & (voices["minute"] < end)
    asked = inputs.asked.between(
        inputs.today - timedelta(days=(back + 1) * DAYS - 1), inputs.today - timedelta(days=back * DAYS)
    )
    return replace(inputs, columns=inputs.columns.only(~is_person | kept), asked=asked)


def _documents(inputs: Inputs) -> int:
    return len(np.unique(inputs.columns.voices["document"][inputs.answers]))


def _answered(inputs: Inputs) -> Kpi:
    """With days asked for: of those days. Without: of the last week, beside the one before."""
    if inputs.asked.since or inputs.asked.until:
        cell = Cell(_documents(inputs), figure=inputs.behind("answers"))
        return Kpi(_("Documents answered"), cell, Unit.COUNT)
    week, before = _week(inputs, 0), _week(inputs, 1)
    number, earlier = _documents(week), _documents(before)
    cell = Cell(number, figure=week.behind("answers") if number else "")
    note = _("%(difference)+d on the week before") % {"difference": number - earlier}
    return Kpi(_("Answered in the last 7 days"), cell, Unit.COUNT, note, _tone(number - earlier))


def _tone(difference: float) -> str:
    return "good" if difference > 0 else "bad" if difference < 0 else ""


def _agreement(inputs: Inputs) -> list[Kpi]:
    """Of the first label set that enough documents tell something about."""
    for label_set in inputs.label_sets:
        found = _beyond_chance(inputs, label_set)
        if found is not None and found.is_known:
            title = _("Agreement (alpha): %(name)s") % {"name": label_set.title}
            return [Kpi(title, found, Unit.FIGURE)]
    return []


def _beyond_chance(inputs: Inputs, label_set: LabelSet) -> Cell | None:
    shared = np.unique(pairs_of(inputs.columns, label_set.pk).document)
    if len(shared) < FEWEST_DOCUMENTS:
        return None
    rows = given(inputs.columns, label_set.pk, VoiceKind.PERSON)
    rows = rows.where(np.isin(rows.document, shared))
    if label_set.kind == "span":
        found = span_agreement(marks_of(inputs.columns, label_set.pk, rows)).alpha
    else:
        found = alpha(counts_of(rows))
    return Cell(found.value, found.low, found.high, figure=inputs.behind("pair", label_set=label_set.pk))


def _model(inputs: Inputs, versions: Sequence[ModelVersion]) -> list[Kpi]:
    """The version in production, of the first label set that has a figure, beside the one before."""
    for label_set in inputs.label_sets:
        cells = [(one, cell) for one in versions if (cell := main_figure(one, label_set.name)) is not None]
        place = next((at for at, (one, _cell) in enumerate(cells) if one.stage == Stage.PRODUCTION), None)
        if place is not None:
            version, cell = cells[place]
            title = _("Model v%(number)d: %(name)s") % {"number": version.number, "name": label_set.title}
            url = reverse("version", args=[inputs.project.pk, version.pk])
            difference = float(cell.value or 0) - float(cells[place - 1][1].value or 0) if place else 0.0
            words = {"points": 100 * difference}
            note = _("%(points)+.1f points on the version before") % words if place else ""
            return [Kpi(title, replace(cell, url=url), Unit.SHARE, note, _tone(difference))]
    return []


def _corrections(inputs: Inputs) -> list[Kpi]:
    cell = correction_rate(inputs)
    return [Kpi(_("Corrections needed"), cell, Unit.SHARE)] if cell.is_known else []


def _pace(inputs: Inputs) -> list[Kpi]:
    seconds = inputs.columns.voices["seconds"]
    whole = pace(seconds[inputs.timed])
    if whole is None:
        return []
    cell = Cell(whole.median, figure=inputs.behind("answers", timed=1))
    note = _("the middle half: %(lower).1f to %(upper).1f s") % {"lower": whole.lower, "upper": whole.upper}
    return [Kpi(_("Median time a document"), cell, Unit.SECONDS, note)]

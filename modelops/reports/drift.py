"""Whether texts and answers change: each period beside the first one, quiet where chance explains the difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.utils.translation import gettext as _

from annotation.projects.models import LabelSet
from annotation.quality.asked import day_of, figure_of
from annotation.quality.columns import VoiceKind
from annotation.quality.drift import FEWEST, LEAST_SHIFT, Drift, drift, in_bins, quantile_edges
from annotation.quality.reading import Ints, given, is_between
from modelops.reports.drawing import Point, Series, line_chart
from modelops.reports.inputs import Inputs
from modelops.reports.shapes import Cell, Chart, Column, Report, Section, Table, Unit

DAY, WEEK = 1_440, 7 * 1_440
# Up to so many days a period is a day, with more it is a week.
MOST_DAYS = 21
MOST_PERIODS = 26
# The first periods with together so many make the reference.
REFERENCE = 100


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both included; `kept`: which rows fall into it."""

    first: date
    last: date
    kept: Ints


def drift_report(inputs: Inputs) -> Report:
    """`inputs` know no days for texts: they count in the days in which they came."""
    sections = [*_texts(inputs), *(section for row in inputs.choices for section in _answers(inputs, row))]
    if not sections:
        empty = _("Nothing to compare yet: this needs documents or answers of two days or weeks, %(count)d each.")
        return Report("drift", [Section("drift", _("Drift"), empty=empty % {"count": FEWEST})])
    return Report("drift", sections)


def periods(minutes: Ints) -> list[Period]:
    if not len(minutes):
        return []
    days = minutes // DAY
    size = 1 if int(days.max() - days.min()) < MOST_DAYS else 7
    # Day 0 was a Thursday: weeks begin on Mondays.
    numbers = (days + 3) // size if size > 1 else days
    found = []
    for number in np.unique(numbers)[-MOST_PERIODS:].tolist():
        first = number * size - (3 if size > 1 else 0)
        start = day_of(first * DAY)
        found.append(Period(start, start + timedelta(days=size - 1), np.flatnonzero(numbers == number)))
    return found


def _texts(inputs: Inputs) -> list[Section]:
    documents = inputs.columns.documents[is_between(inputs.columns.documents["minute"], inputs.asked)]
    found = periods(documents["minute"].astype(np.int64))
    lengths = documents["length"].astype(np.float64)
    edges = quantile_edges(lengths)
    numbers = [len(one.kept) for one in found]
    _names, languages = np.unique(documents["language"], return_inverse=True)
    by_length = [in_bins(lengths[one.kept], edges) for one in found]
    by_language = [np.bincount(languages[one.kept], minlength=len(_names)) for one in found]
    return [
        *_section(inputs, Watched("drift_length", _("Length of the texts"), found, by_length, numbers), "texts"),
        *_section(inputs, Watched("drift_language", _("Language of the texts"), found, by_language, numbers), "texts"),
    ]


def _answers(inputs: Inputs, label_set: LabelSet) -> list[Section]:
    rows = given(inputs.columns, label_set.pk, VoiceKind.PERSON)
    labels, places = np.unique(rows.value, return_inverse=True)
    found = periods(rows.minute)
    counts = [np.bincount(places[one.kept], minlength=len(labels)) for one in found]
    numbers = [len(np.unique(rows.document[one.kept])) for one in found]
    title = _("Answers: %(name)s") % {"name": label_set.title}
    key = f"drift_{label_set.pk}"
    return _section(inputs, Watched(key, title, found, counts, numbers), "answers", label_set=label_set.pk)


@dataclass(frozen=True, slots=True)
class Watched:
    """Counts by category, a row a period; `numbers`: the documents that a period's link opens."""

    key: str
    title: str
    periods: list[Period]
    counts: Sequence[Ints]
    numbers: Sequence[int]


def _section(inputs: Inputs, watched: Watched, figure: str, **behind: object) -> list[Section]:
    found, counts, key, title = watched.periods, watched.counts, watched.key, watched.title
    split = _reference(counts)
    if split is None:
        return []
    before = np.sum(counts[:split], axis=0)
    results = [drift(before, now, comparisons=len(counts) - split) for now in counts[split:]]
    later = found[split:]
    if not any(results):
        return []
    rows = []
    for place, (one, result) in enumerate(zip(later, results, strict=True)):
        asked = inputs.asked.between(
            max(one.first, inputs.asked.since or one.first), min(one.last, inputs.asked.until or one.last)
        )
        number = watched.numbers[split + place]
        link = figure_of(figure, asked, **behind)
        rows.append([Cell(one.first.isoformat()), Cell(number, figure=link), *_cells(result)])
    columns = [
        Column("period", _("From"), Unit.TEXT),
        Column("documents", _("Documents")),
        Column("shift", _("Shift (PSI)"), Unit.FIGURE),
        Column("distance", _("Distance (JS)"), Unit.FIGURE),
        Column("limit", _("What chance explains"), Unit.FIGURE),
        Column("words", _("In words"), Unit.TEXT),
    ]
    nothing = float("nan")
    series = [
        Series(_("Distance (JS)"), [Point(one.distance if one else nothing) for one in results]),
        Series(_("What chance explains"), [Point(one.limit if one else nothing) for one in results], tone="b"),
    ]
    chart = line_chart(title, [f"{one.first:%m-%d}" for one in later], series)
    shown = Chart(chart, Table(key, title, columns, rows))
    return [Section(key, title, _words(found[: split + 1], results), charts=[shown], width=6)]


def _reference(counts: Sequence[Ints]) -> int | None:
    """How many of the first periods make the reference; None where nothing is left to compare."""
    total = 0
    for place, one in enumerate(counts):
        total += int(one.sum())
        if total >= REFERENCE:
            return place + 1 if place + 1 < len(counts) else None
    return None


def _cells(result: Drift | None) -> list[Cell]:
    if result is None:
        return [Cell(), Cell(), Cell(), Cell(_("Too few to tell."))]
    if result.is_drift:
        said = _("Changed.")
    elif result.distance > result.limit:
        said = _("A little different; nothing to act on.")
    else:
        said = _("As before, as far as can be told.")
    return [Cell(result.shift), Cell(result.distance), Cell(result.limit), Cell(said)]


def _words(found: Sequence[Period], results: Sequence[Drift | None]) -> list[str]:
    named = {"first": found[0].first.isoformat(), "last": found[-2].last.isoformat()}
    changed = sum(one is not None and one.is_drift for one in results)
    newest = next((one for one in reversed(results) if one is not None), None)
    said = _("Compared with %(first)s to %(last)s.") % named
    if newest is not None and newest.is_drift:
        return [_("The newest period has changed."), said]
    if changed:
        return [_("It changed for a while, and is as before now."), said]
    bound = {"shift": LEAST_SHIFT}
    return [_("No drift: no period differs by more than chance and by %(shift).1f at least.") % bound, said]

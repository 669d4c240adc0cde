"""Whether texts and answers change: each period beside the first one, quiet where chance explains the difference."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from annotation.projects.models import LabelSet
from annotation.quality.asked import figure_of
from annotation.quality.drift import FEWEST, LEAST_SHIFT, Drift
from annotation.quality.drifting import Period, Watched, answers_watched, texts_watched
from modelops.reports.drawing import Point, Series, line_chart
from modelops.reports.inputs import Inputs
from modelops.reports.shapes import Cell, Chart, Column, Report, Section, Table, Unit


def drift_report(inputs: Inputs) -> Report:
    """`inputs` know no days for texts: they count in the days in which they came."""
    sections = [*_texts(inputs), *(section for row in inputs.choices for section in _answers(inputs, row))]
    if not sections:
        empty = _("Nothing to compare yet: this needs documents or answers of two days or weeks, %(count)d each.")
        return Report("drift", [Section("drift", _("Drift"), empty=empty % {"count": FEWEST})])
    return Report("drift", sections)


def _texts(inputs: Inputs) -> list[Section]:
    titles = {"length": _("Length of the texts"), "language": _("Language of the texts")}
    found = texts_watched(inputs.columns, inputs.asked)
    return [section for one in found for section in _section(inputs, one, titles[one.name], "texts")]


def _answers(inputs: Inputs, label_set: LabelSet) -> list[Section]:
    title = _("Answers: %(name)s") % {"name": label_set.title}
    return _section(inputs, answers_watched(inputs.columns, label_set.pk), title, "answers")


def _section(inputs: Inputs, watched: Watched, title: str, figure: str) -> list[Section]:
    found, split, results = watched.periods, watched.split, watched.results()
    if split is None or not any(results):
        return []
    key, later = f"drift_{watched.name}", found[split:]
    behind = {"label_set": watched.label_set} if watched.label_set else {}
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

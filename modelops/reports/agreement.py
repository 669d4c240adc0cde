"""How far people agree: by label set with every coefficient, by label, by pair, over time."""

from collections.abc import Sequence

import numpy as np
from django.utils.translation import gettext as _

from annotation.projects.models import Kind, LabelSet
from annotation.quality.agreement import FEWEST_DOCUMENTS
from annotation.quality.asked import day_of
from annotation.quality.bootstrap import Interval
from annotation.quality.columns import VoiceKind
from annotation.quality.compared import first_minute_of, last_weeks, pairs_of
from annotation.quality.kappa import fleiss_kappa, gwet_ac1, percent_agreement
from annotation.quality.krippendorff import alpha
from annotation.quality.reading import Given, Ints, given
from annotation.quality.scales import numbers_of
from annotation.quality.span_agreement import span_agreement
from annotation.quality.spans_read import marks_of
from annotation.quality.unitizing import unitized_alpha
from annotation.quality.units import Counts, Ratings
from modelops.reports.drawing import Point, Series, line_chart
from modelops.reports.inputs import Inputs
from modelops.reports.pairs import heat_map, pairs_table
from modelops.reports.shapes import Cell, Chart, Column, Kpi, Report, Section, Table, Unit
from modelops.reports.words import agreement_words

MOST_PERIODS = 13


def agreement_report(inputs: Inputs) -> Report:
    sections = []
    for place, row in enumerate(inputs.label_sets):
        sections.append(label_set_section(inputs, row))
        inputs.tell((place + 1) / (len(inputs.label_sets) + 1))
    return Report("agreement", sections, summary=agreement_summary(inputs))


def label_set_section(inputs: Inputs, label_set: LabelSet) -> Section:
    rows = given(inputs.columns, label_set.pk, VoiceKind.PERSON)
    pairs = pairs_of(inputs.columns, label_set.pk)
    shared = np.unique(pairs.document)
    key = f"agreement_{label_set.pk}"
    if len(shared) < FEWEST_DOCUMENTS:
        return Section(key, label_set.title, empty=_too_few(len(shared)))
    rows = rows.where(np.isin(rows.document, shared))
    count = Cell(len(shared), figure=inputs.behind("pair", label_set=label_set.pk))
    figures = agreement_figures(inputs, label_set, rows)
    columns = [Column("name", _("Figure"), Unit.TEXT), Column("value", _("Value"), Unit.FIGURE, has_interval=True)]
    table = Table(
        f"{key}_figures",
        _("All figures"),
        [*columns, Column("meaning", _("What it is"), Unit.TEXT)],
        [[Cell(name), _cell(found), Cell(meaning)] for _code, name, found, meaning in figures if found.is_known],
    )
    kpis = [Kpi(name, _cell(found), Unit.FIGURE) for _code, name, found, _meaning in figures[:2] if found.is_known]
    kpis.insert(0, Kpi(_("Answered by several people"), count, Unit.COUNT))
    charts = _over_time(inputs, label_set, rows, key)
    tables = [
        table,
        *_by_label(inputs, label_set, rows, key),
        *heat_map(inputs, label_set, pairs, key),
        *pairs_table(inputs, label_set, rows, pairs, key),
    ]
    words = agreement_words(figures[0][2], figures[1][2], is_span=label_set.kind == Kind.SPAN)
    return Section(key, label_set.title, words, kpis, charts, tables)


def agreement_summary(inputs: Inputs) -> dict[str, object]:
    """By label set's name: how many documents, and every figure by its code."""
    found: dict[str, object] = {}
    for label_set in inputs.label_sets:
        rows = shared_answers(inputs, label_set)
        figures = {
            code: {"value": one.value, "low": one.low, "high": one.high}
            for code, _title, one, _meaning in agreement_figures(inputs, label_set, rows)
            if one.is_known
        }
        found[label_set.name] = {"documents": len(np.unique(rows.document)), "figures": figures}
    return found


def shared_answers(inputs: Inputs, label_set: LabelSet) -> Given:
    """Answers to documents that at least two people answered."""
    rows = given(inputs.columns, label_set.pk, VoiceKind.PERSON)
    return rows.where(np.isin(rows.document, np.unique(pairs_of(inputs.columns, label_set.pk).document)))


def _too_few(count: int) -> str:
    found = {"needed": FEWEST_DOCUMENTS, "count": count}
    return _("%(needed)d documents answered by several people are needed, %(count)d are there.") % found


def counts_of(rows: Given) -> Counts:
    return Ratings.of(rows.document, rows.user, rows.value).counts()


Figures = list[tuple[str, str, Interval, str]]


def agreement_figures(inputs: Inputs, label_set: LabelSet, rows: Given) -> Figures:
    """What people read first comes first: the raw figure, then the one beyond chance."""
    if label_set.kind == Kind.SPAN:
        return _span_figures(inputs, label_set, rows)
    counts = counts_of(rows)
    return [*label_figures(counts), *_scale_figures(label_set, rows, counts)]


def label_figures(counts: Counts) -> Figures:
    return [
        ("percent", _("Raw agreement"), percent_agreement(counts), _("how often two people give the same")),
        ("alpha", _("Krippendorff's alpha"), alpha(counts), _("beyond chance; takes any number of people")),
        (
            "ac1",
            _("Gwet's AC1"),
            gwet_ac1(counts),
            _("beyond chance; stays fair where one label is far the most frequent"),
        ),
        (
            "fleiss_kappa",
            _("Fleiss' kappa"),
            fleiss_kappa(counts),
            _("beyond chance; only where each document has as many people"),
        ),
    ]


def _scale_figures(label_set: LabelSet, rows: Given, counts: Counts) -> Figures:
    numbers = numbers_of(label_set, np.unique(rows.value))
    if numbers is None:
        return []
    ranked = Counts(counts.rows[:, np.argsort(numbers)], counts.places)
    return [
        (
            "alpha_ordinal",
            _("Alpha, ordinal"),
            alpha(ranked, "ordinal"),
            _("labels as steps: near misses count less"),
        ),
        (
            "alpha_interval",
            _("Alpha, interval"),
            alpha(counts, "interval", numbers),
            _("labels as numbers: squared distances"),
        ),
    ]


def _span_figures(inputs: Inputs, label_set: LabelSet, rows: Given, label: int | None = None) -> Figures:
    marks = marks_of(inputs.columns, label_set.pk, rows, label=label)
    found = span_agreement(marks)
    return [
        ("f1", _("F1, strict"), found.strict, _("a span counts when start, end and label are the same")),
        ("alpha", _("Alpha over characters"), found.alpha, _("beyond chance; near misses count by their length")),
        (
            "f1_overlap",
            _("F1, overlapping"),
            found.overlap,
            _("a span counts when it shares a character and the label"),
        ),
        (
            "u_alpha",
            _("Krippendorff's u-alpha"),
            unitized_alpha(marks),
            _("beyond chance, span by span: edges that lie apart count by their distance squared"),
        ),
    ]


def _by_label(inputs: Inputs, label_set: LabelSet, rows: Given, key: str) -> list[Table]:
    """Each label against all others, most in doubt first. Of spans: that label's spans alone."""
    found: list[tuple[list[Cell], Figures]] = []
    for label in label_set.labels.all():
        number = _documents_with(inputs, label_set, rows, label.pk)
        if not number:
            continue
        figure = inputs.behind("label_pair", label_set=label_set.pk, label=label.pk)
        found.append(([Cell(label.title), Cell(number, figure=figure)], _of_label(inputs, label_set, rows, label.pk)))
    found.sort(key=lambda row: row[1][1][2].value if row[1][1][2].is_known else 2.0)
    return [figures_table(f"{key}_labels", _("By label"), _("Label"), found)] if found else []


def _of_label(inputs: Inputs, label_set: LabelSet, rows: Given, label: int) -> Figures:
    if label_set.kind == Kind.SPAN:
        return _span_figures(inputs, label_set, rows, label)
    is_label = _says(inputs, label_set, rows, label)
    return label_figures(Ratings.of(rows.document, rows.user, is_label).counts())


def figures_table(key: str, title: str, first: str, found: Sequence[tuple[list[Cell], Figures]]) -> Table:
    """Rows begin with a name and a number of documents; figures that no row knows have no column."""
    titles = {code: name for _cells, figures in found for code, name, one, _meaning in figures if one.is_known}
    columns = [Column("name", first, Unit.TEXT), Column("documents", _("Documents"))]
    columns += [Column(code, name, Unit.FIGURE, has_interval=True) for code, name in titles.items()]
    rows = []
    for cells, figures in found:
        by_code = {code: one for code, _name, one, _meaning in figures}
        rows.append([*cells, *(_cell(by_code[code]) if code in by_code else Cell() for code in titles)])
    return Table(key, title, columns, rows)


def _says(inputs: Inputs, label_set: LabelSet, rows: Given, label: int) -> Ints:
    if label_set.kind == Kind.CHOICE:
        return np.asarray(rows.value == label).astype(np.int64)
    items = inputs.columns.items
    said = items["voice"][(items["label_set"] == label_set.pk) & (items["label"] == label)]
    return np.isin(rows.voice, said).astype(np.int64)


def _documents_with(inputs: Inputs, label_set: LabelSet, rows: Given, label: int) -> int:
    return inputs.documents_in(rows.voice[_says(inputs, label_set, rows, label) > 0])


def _over_time(inputs: Inputs, label_set: LabelSet, rows: Given, key: str) -> list[Chart]:
    """A document counts in the week of its last answer."""
    _documents, weeks, places = last_weeks(rows)
    shown = np.unique(weeks)[-MOST_PERIODS:]
    if len(shown) < 2:
        return []
    order = np.argsort(weeks[places], kind="stable")
    rows, of_row = rows.where(order), weeks[places][order]
    points: list[tuple[str, Interval]] = []
    table_rows: list[tuple[list[Cell], Figures]] = []
    for week in shown.tolist():
        part = rows.where(slice(*np.searchsorted(of_row, [week, week + 1]).tolist()))
        found = agreement_figures(inputs, label_set, part)
        day = day_of(first_minute_of(week))
        figure = inputs.behind("pair", label_set=label_set.pk, week=week)
        points.append((f"{day:%m-%d}", found[1][2]))
        table_rows.append(([Cell(day.isoformat()), Cell(len(np.unique(part.document)), figure=figure)], found))
    series = Series("alpha", [Point(one.value, one.low, one.high) for _day, one in points])
    title = _("Alpha by week, with 95 %% interval") % ()
    svg = line_chart(title, [tick for tick, _one in points], [series])
    return [Chart(svg, figures_table(f"{key}_weeks", title, _("Week from"), table_rows))] if svg else []


def _cell(found: Interval) -> Cell:
    return Cell(found.value, found.low, found.high)

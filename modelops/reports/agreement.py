"""How far people agree: by label set with every coefficient, by label, by pair, over time."""

import numpy as np
from django.utils.translation import gettext as _

from annotation.projects.models import Kind, LabelSet
from annotation.quality.agreement import FEWEST_DOCUMENTS, wilson
from annotation.quality.asked import day_of
from annotation.quality.bootstrap import Interval
from annotation.quality.columns import VoiceKind
from annotation.quality.compared import Pairs, pairs_of
from annotation.quality.kappa import fleiss_kappa, gwet_ac1, percent_agreement
from annotation.quality.krippendorff import alpha
from annotation.quality.reading import Given, Ints, given
from annotation.quality.scales import numbers_of
from annotation.quality.span_agreement import span_agreement
from annotation.quality.spans_read import marks_of
from annotation.quality.units import Counts, Ratings
from modelops.reports.drawing import Point, Series, line_chart
from modelops.reports.inputs import Inputs
from modelops.reports.shapes import Cell, Chart, Column, Kpi, Report, Section, Table, Unit
from modelops.reports.words import agreement_words

# A larger matrix of people is no picture any more; those who share most documents are shown.
MOST_PEOPLE = 24
MOST_PERIODS = 13
WEEK = 7 * 1440


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
    tables = [table, *_by_label(inputs, label_set, rows, key), *_heat_map(inputs, label_set, pairs, key)]
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
    ratings = Ratings.of(rows.document, rows.user, rows.value)
    counts = ratings.counts()
    found: Figures = [
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
    numbers = numbers_of(label_set, np.unique(rows.value))
    if numbers is not None:
        order = np.argsort(numbers)
        ranked = Counts(counts.rows[:, order], counts.places)
        found += [
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
    return found


def _span_figures(inputs: Inputs, label_set: LabelSet, rows: Given) -> Figures:
    found = span_agreement(marks_of(inputs.columns, label_set.pk, rows))
    return [
        ("f1", _("F1, strict"), found.strict, _("a span counts when start, end and label are the same")),
        ("alpha", _("Alpha over characters"), found.alpha, _("beyond chance; near misses count by their length")),
        (
            "f1_overlap",
            _("F1, overlapping"),
            found.overlap,
            _("a span counts when it shares a character and the label"),
        ),
    ]


def _by_label(inputs: Inputs, label_set: LabelSet, rows: Given, key: str) -> list[Table]:
    """Each label against all others, most in doubt first. Of spans: that label's spans alone."""
    found = []
    for label in label_set.labels.all():
        if label_set.kind == Kind.SPAN:
            marks = marks_of(inputs.columns, label_set.pk, rows, label=label.pk)
            figures = span_agreement(marks)
            raw, beyond = figures.strict, figures.alpha
        else:
            is_label = _says(inputs, label_set, rows, label.pk)
            counts = Ratings.of(rows.document, rows.user, is_label).counts()
            raw, beyond = percent_agreement(counts), alpha(counts)
        figure = inputs.behind("label_pair", label_set=label_set.pk, label=label.pk)
        number = _documents_with(inputs, label_set, rows, label.pk)
        if number:
            found.append([Cell(label.title), Cell(number, figure=figure), _cell(raw), _cell(beyond)])
    found.sort(key=lambda row: (not row[3].is_known, row[3].value if row[3].is_known else 0))
    columns = [
        Column("label", _("Label"), Unit.TEXT),
        Column("documents", _("Documents")),
        Column(
            "raw",
            _("F1, strict") if label_set.kind == Kind.SPAN else _("Raw agreement"),
            Unit.FIGURE,
            has_interval=True,
        ),
        Column("alpha", _("Alpha"), Unit.FIGURE, has_interval=True),
    ]
    return [Table(f"{key}_labels", _("By label"), columns, found)] if found else []


def _says(inputs: Inputs, label_set: LabelSet, rows: Given, label: int) -> Ints:
    if label_set.kind == Kind.CHOICE:
        return np.asarray(rows.value == label).astype(np.int64)
    items = inputs.columns.items
    said = items["voice"][(items["label_set"] == label_set.pk) & (items["label"] == label)]
    return np.isin(rows.voice, said).astype(np.int64)


def _documents_with(inputs: Inputs, label_set: LabelSet, rows: Given, label: int) -> int:
    return inputs.documents_in(rows.voice[_says(inputs, label_set, rows, label) > 0])


def _heat_map(inputs: Inputs, label_set: LabelSet, pairs: Pairs, key: str) -> list[Table]:
    """Raw agreement of every two people; a cell opens where they differ."""
    people = _most_shared(inputs, pairs)
    if len(people) < 2:
        return []
    index = {pk: place for place, pk in enumerate(people)}
    width = len(people)
    place = np.full(max(people) + 1, -1)
    place[people] = np.arange(width)
    kept = pairs.where((pairs.one <= max(people)) & (pairs.other <= max(people)))
    kept = kept.where((place[kept.one] >= 0) & (place[kept.other] >= 0))
    cells = place[kept.one] * width + place[kept.other]
    total = np.bincount(cells, minlength=width * width).reshape(width, width)
    same = np.bincount(cells, kept.is_same, width * width).reshape(width, width)
    total, same = total + total.T, same + same.T
    rows = [
        [
            Cell(inputs.name_of(one)),
            *(
                _heat_cell(
                    inputs, label_set, (one, other), float(total[at, index[other]]), float(same[at, index[other]])
                )
                for other in people
            ),
        ]
        for at, one in enumerate(people)
    ]
    columns = [Column("name", _("Person"), Unit.TEXT)]
    columns += [Column(f"person_{pk}", inputs.name_of(pk), Unit.SHARE, has_interval=True) for pk in people]
    help_text = _("How often two people give the same answer. A cell opens the documents that both answered.")
    return [Table(f"{key}_pairs", _("Every two people"), columns, rows, help_text, is_matrix=True)]


def _most_shared(inputs: Inputs, pairs: Pairs) -> list[int]:
    people, number = np.unique(np.concatenate([pairs.one, pairs.other]), return_counts=True)
    most = {int(pk) for pk in people[np.argsort(-number)][:MOST_PEOPLE]}
    return [pk for pk in inputs.user_ids if pk in most]


def _heat_cell(inputs: Inputs, label_set: LabelSet, two: tuple[int, int], total: float, same: float) -> Cell:
    if not total or two[0] == two[1]:
        return Cell()
    share = float(same / total)
    low, high = wilson(float(same), int(total))
    figure = inputs.behind("pair", label_set=label_set.pk, one=min(two), other=max(two))
    return Cell(share, low, high, figure, tint=min(5, int(share * 5) + 1))


def _over_time(inputs: Inputs, label_set: LabelSet, rows: Given, key: str) -> list[Chart]:
    """A document counts in the week of its last answer."""
    documents, places = np.unique(rows.document, return_inverse=True)
    last = np.zeros(len(documents), dtype=np.int64)
    np.maximum.at(last, places, rows.minute)
    weeks = (last + 3 * 1440) // WEEK  # weeks begin on Mondays; minute 0 was a Thursday
    shown = np.unique(weeks)[-MOST_PERIODS:]
    if len(shown) < 2:
        return []
    order = np.argsort(weeks[places], kind="stable")
    rows, of_row = rows.where(order), weeks[places][order]
    points, table_rows = [], []
    for week in shown.tolist():
        part = rows.where(slice(*np.searchsorted(of_row, [week, week + 1]).tolist()))
        found = _figures_in_week(inputs, label_set, part)
        day = day_of(int(week) * WEEK - 3 * 1440)
        number = len(np.unique(part.document))
        points.append((f"{day:%m-%d}", found))
        table_rows.append([Cell(day.isoformat()), Cell(number), _cell(found)])
    series = Series("alpha", [Point(one.value, one.low, one.high) for _day, one in points])
    title = _("Alpha by week, with 95 %% interval") % ()
    columns = [
        Column("week", _("Week from"), Unit.TEXT),
        Column("documents", _("Documents")),
        Column("alpha", _("Alpha"), Unit.FIGURE, has_interval=True),
    ]
    svg = line_chart(title, [tick for tick, _one in points], [series])
    return [Chart(svg, Table(f"{key}_weeks", title, columns, table_rows))] if svg else []


def _figures_in_week(inputs: Inputs, label_set: LabelSet, rows: Given) -> Interval:
    if label_set.kind == Kind.SPAN:
        return span_agreement(marks_of(inputs.columns, label_set.pk, rows)).alpha
    return alpha(counts_of(rows))


def _cell(found: Interval) -> Cell:
    return Cell(found.value, found.low, found.high)

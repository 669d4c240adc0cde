"""What a person can be shown: own figures beside the group's, with ranges; nobody else is named."""

from collections.abc import Iterable

import numpy as np
from django.utils.translation import gettext as _

from annotation.projects.models import Kind, LabelSet
from annotation.quality.agreement import FEWEST_DOCUMENTS, wilson
from annotation.quality.asked import day_of
from annotation.quality.columns import VoiceKind
from annotation.quality.compared import first_minute_of, own_weeks, pairs_of, people_and_gold
from annotation.quality.reading import given
from annotation.quality.timing import pace
from modelops.reports.confusion import confusion
from modelops.reports.drawing import Point, Series, line_chart, range_chart
from modelops.reports.inputs import Inputs
from modelops.reports.people import MOST_PERIODS, own_pace, verdicts
from modelops.reports.shapes import Cell, Chart, Column, Kpi, Report, Section, Table, Unit


def person_report(inputs: Inputs, user: int) -> Report:
    if user not in inputs.user_ids:
        return Report(
            "person", [Section("person", inputs.name_of(user), empty=_("No answers here yet."))], inputs.name_of(user)
        )
    sections = [_own_work(inputs, user)]
    for label_set in inputs.label_sets:
        sections += _own_label_set(inputs, label_set, user)
    return Report("person", sections, inputs.name_of(user))


def _own_work(inputs: Inputs, user: int) -> Section:
    own, everybody = own_pace(inputs, user), pace(inputs.columns.voices["seconds"][inputs.timed])
    mine = inputs.answers[inputs.columns.voices["user"][inputs.answers] == user]
    kpis = [Kpi(_("Documents"), Cell(len(mine), figure=inputs.behind("answers", by=user)), Unit.COUNT)]
    if own and everybody:
        note = _("the group: %(seconds).1f s") % {"seconds": everybody.median}
        kpis.append(Kpi(_("Median time a document"), Cell(own.median), Unit.SECONDS, note))
    reviewed, overruled = verdicts(inputs, mine, user)
    if reviewed.value:
        kpis.append(Kpi(_("Corrected in review"), overruled, Unit.SHARE))
    return Section("person", _("Work"), kpis=kpis)


def _own_label_set(inputs: Inputs, label_set: LabelSet, user: int) -> list[Section]:
    rows, points = [], []
    for name, own, group, figure in _beside_group(inputs, label_set, user):
        (right, total), (others_right, others_total) = own, group
        if total < FEWEST_DOCUMENTS:
            continue
        cell, beside = (
            Cell(right / total, *wilson(right, total)),
            Cell(others_right / others_total, *wilson(others_right, others_total)),
        )
        rows.append([Cell(name), Cell(total, figure=figure), cell, beside, Cell(_apart(cell, beside))])
        points += [(name, Point(*_numbers(cell))), (_("everybody"), Point(*_numbers(beside)))]
    if not rows:
        return []
    columns = [
        Column("name", _("Compared with"), Unit.TEXT),
        Column("documents", _("Documents")),
        Column("own", _("Own"), Unit.SHARE, has_interval=True),
        Column("group", _("Everybody"), Unit.SHARE, has_interval=True),
        Column("words", _("In words"), Unit.TEXT),
    ]
    key = f"person_{label_set.pk}"
    chart = Chart(range_chart(label_set.title, points), Table(key, label_set.title, columns, rows))
    sections = [Section(key, label_set.title, charts=[chart, *_own_weeks(inputs, label_set, user, key)], width=6)]
    if label_set.kind == Kind.CHOICE:
        found = people_and_gold(inputs.columns, label_set.pk, user)
        tables = confusion(inputs, label_set, found, f"{key}_confusion", of="people", by=user)
        title = _("%(name)s: what is mixed up") % {"name": label_set.title}
        sections += [Section(f"{key}_confusion", title, tables=tables, width=6)] if tables else []
    return sections


Share = tuple[int, int]


def _beside_group(inputs: Inputs, label_set: LabelSet, user: int) -> Iterable[tuple[str, Share, Share, str]]:
    """(what is compared, own right and total, everybody's, the documents). Pairs for the second row."""
    if label_set.kind == Kind.CHOICE:
        found = people_and_gold(inputs.columns, label_set.pk)
        mine = found.said.user == user
        figure = inputs.behind("confusion", of="people", by=user, label_set=label_set.pk)
        own = (int(found.is_same[mine].sum()), int(mine.sum()))
        yield _("Gold"), own, (int(found.is_same.sum()), len(found.right)), figure
    pairs = pairs_of(inputs.columns, label_set.pk)
    mine = (pairs.one == user) | (pairs.other == user)
    own_documents = len(np.unique(pairs.document[mine]))
    same = round(float(pairs.is_same[mine].mean()) * own_documents) if own_documents else 0
    figure = inputs.behind("pair", label_set=label_set.pk, one=user)
    yield (
        _("Others"),
        (same, own_documents),
        (int(pairs.is_same.sum()), len(pairs.document)),
        figure,
    )


def _apart(own: Cell, group: Cell) -> str:
    if (own.low or 0) > (group.high or 0):
        return _("More often than the group.")
    if (own.high or 0) < (group.low or 0):
        return _("Less often than the group: a talk about these documents may help.")
    return _("No difference that these documents could show.")


def _numbers(cell: Cell) -> tuple[float, float, float]:
    return float(cell.value or 0), float(cell.low or 0), float(cell.high or 0)


def _own_weeks(inputs: Inputs, label_set: LabelSet, user: int, key: str) -> list[Chart]:
    pairs = pairs_of(inputs.columns, label_set.pk)
    pairs = pairs.where((pairs.one == user) | (pairs.other == user))
    rows = given(inputs.columns, label_set.pk, VoiceKind.PERSON)
    rows = rows.where(rows.user == user)
    if not len(pairs.document) or not len(rows):
        return []
    weeks = own_weeks(pairs, rows)
    shown = np.unique(weeks)[-MOST_PERIODS:]
    if len(shown) < 2:
        return []
    points, table_rows = [], []
    for week in shown.tolist():
        same = pairs.is_same[weeks == week]
        low, high = wilson(float(same.sum()), len(same))
        day = day_of(first_minute_of(week))
        number = len(np.unique(pairs.document[weeks == week]))
        points.append((f"{day:%m-%d}", Point(float(same.mean()), low, high)))
        figure = inputs.behind("pair", label_set=label_set.pk, one=user, own_week=week)
        table_rows.append([Cell(day.isoformat()), Cell(number, figure=figure), Cell(float(same.mean()), low, high)])
    title = _("Same as others, by week")
    columns = [
        Column("week", _("Week from"), Unit.TEXT),
        Column("documents", _("Documents")),
        Column("same", _("Same"), Unit.SHARE, has_interval=True),
    ]
    series = [Series(title, [point for _tick, point in points])]
    svg = line_chart(title, [tick for tick, _point in points], series, is_share=True)
    return [Chart(svg, Table(f"{key}_weeks", title, columns, table_rows))]

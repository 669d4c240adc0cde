"""People against gold and against each other: in the order of names, with intervals, never ranked."""

import numpy as np
from django.utils.translation import gettext as _

from annotation.projects.models import LabelSet
from annotation.quality.agreement import FEWEST_DOCUMENTS, wilson
from annotation.quality.compared import people_and_gold
from annotation.quality.pace import Pace
from annotation.quality.skills import shared_answers, skills_of
from annotation.quality.timing import pace
from modelops.reports.confusion import confusion
from modelops.reports.drawing import Point, range_chart
from modelops.reports.inputs import Inputs
from modelops.reports.shapes import Cell, Chart, Column, Report, Section, Table, Unit
from modelops.reports.work import person_url

MOST_PERIODS = 26


def people_report(inputs: Inputs) -> Report:
    if not inputs.user_ids:
        return Report("people", [Section("people", _("People"), empty=_("Nobody has answered anything here yet."))])
    sections = [everybody_section(inputs)]
    sections += [section for row in inputs.choices for section in _against_gold(inputs, row)]
    sections += [section for row in inputs.choices for section in _skill(inputs, row)]
    return Report("people", sections)


def everybody_section(inputs: Inputs) -> Section:
    voices = inputs.columns.voices
    rows = []
    for user in inputs.user_ids:
        mine = inputs.answers[voices["user"][inputs.answers] == user]
        own = own_pace(inputs, user)
        rows.append(
            [
                Cell(inputs.name_of(user), url=person_url(inputs, user)),
                Cell(len(mine), figure=inputs.behind("answers", by=user)),
                Cell(own.median if own else None),
                *verdicts(inputs, mine, user),
            ]
        )
    columns = [
        Column("name", _("Person"), Unit.TEXT),
        Column("documents", _("Documents")),
        Column("median", _("Median time"), Unit.SECONDS),
        Column("reviewed", _("Reviewed")),
        Column("overruled", _("Corrected in review"), Unit.SHARE, has_interval=True),
    ]
    words = [
        _("In the order of names: figures depend on the documents that somebody got. Each person's page says more.")
    ]
    return Section("people", _("People"), words, tables=[Table("people", _("People"), columns, rows)])


def own_pace(inputs: Inputs, user: int) -> Pace | None:
    voices = inputs.columns.voices[inputs.timed]
    return pace(voices["seconds"][voices["user"] == user])


def verdicts(inputs: Inputs, mine: "np.ndarray[tuple[int], np.dtype[np.int64]]", user: int) -> list[Cell]:
    """Verdicts: 1 accepted, 2 corrected, 3 sent back."""
    verdicts = inputs.columns.voices["verdict"][mine]
    reviewed, corrected = int((verdicts > 0).sum()), int((verdicts == 2).sum())
    figure = inputs.behind("answers", by=user, verdict=2) if corrected else ""
    share = Cell(corrected / reviewed, *wilson(corrected, reviewed), figure=figure) if reviewed else Cell()
    behind = inputs.behind("answers", by=user, reviewed=1) if reviewed else ""
    return [Cell(reviewed, figure=behind), share]


def right_shares(inputs: Inputs, label_set: LabelSet) -> list[tuple[int, int, int]]:
    """Person, documents with gold that somebody else had a say in, how many of them right; by name."""
    found = people_and_gold(inputs.columns, label_set.pk)
    shares = []
    for user in inputs.user_ids:
        mine = found.said.user == user
        if mine.any():
            shares.append((user, int(mine.sum()), int(found.is_same[mine].sum())))
    return shares


def _against_gold(inputs: Inputs, label_set: LabelSet) -> list[Section]:
    found = people_and_gold(inputs.columns, label_set.pk)
    if len(found.right) < FEWEST_DOCUMENTS:
        return []
    whole = float(found.is_same.mean())
    rows, points = [], []
    for user, total, right in right_shares(inputs, label_set):
        low, high = wilson(right, total)
        figure = inputs.behind("confusion", of="people", by=user, label_set=label_set.pk)
        name = Cell(inputs.name_of(user), url=person_url(inputs, user))
        rows.append([name, Cell(total, figure=figure), Cell(right / total, low, high)])
        points.append((inputs.name_of(user), Point(right / total, low, high)))
    columns = [
        Column("name", _("Person"), Unit.TEXT),
        Column("documents", _("Documents")),
        Column("right", _("As gold"), Unit.SHARE, has_interval=True),
    ]
    key = f"gold_{label_set.pk}"
    title = _("%(name)s: people and gold") % {"name": label_set.title}
    chart = range_chart(title, points, group=Point(whole))
    words = [
        _("Only gold in which somebody else had a say. The line is the group. Where ranges overlap, nobody differs.")
    ]
    table = Table(key, title, columns, rows)
    matrices = confusion(inputs, label_set, found, f"{key}_confusion", of="people")
    return [
        Section(key, title, words, charts=[Chart(chart, table)], width=5),
        Section(
            f"{key}_confusion", _("%(name)s: what people mix up") % {"name": label_set.title}, tables=matrices, width=7
        ),
    ]


def _skill(inputs: Inputs, label_set: LabelSet) -> list[Section]:
    """Dawid and Skene's estimate, from agreement alone: no gold is needed."""
    rows = shared_answers(inputs.columns, label_set.pk)
    found = {(one.user, one.label): one for one in skills_of(rows.document, rows.user, rows.value)}
    labels = sorted({label for _user, label in found if label})
    if not labels:
        return []
    table_rows = []
    for user in (pk for pk in inputs.user_ids if (pk, 0) in found):
        figure = inputs.behind("pair", label_set=label_set.pk, one=user)
        number = len(np.unique(rows.document[rows.user == user]))
        name = Cell(inputs.name_of(user), url=person_url(inputs, user))
        own = [found[user, label] for label in (0, *labels)]
        shown = [Cell(one.value, one.low, one.high, tint=int(one.value * 5) if one.label else 0) for one in own]
        table_rows.append([name, Cell(number, figure=figure), *shown])
    columns = [
        Column("name", _("Person"), Unit.TEXT),
        Column("documents", _("Documents")),
        Column("skill", _("All labels"), Unit.SHARE, has_interval=True),
        *(Column(f"label_{pk}", inputs.label(pk, _("none")), Unit.SHARE, has_interval=True) for pk in labels),
    ]
    words = [
        _(
            "How often each person gives a label where it is right, worked out from what several people answered"
            " (Dawid and Skene 1979). With few documents this moves a lot."
        )
    ]
    title = _("%(name)s: skill by label") % {"name": label_set.title}
    return [
        Section(
            f"skill_{label_set.pk}", title, words, tables=[Table(f"skill_{label_set.pk}", title, columns, table_rows)]
        )
    ]

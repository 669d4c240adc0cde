"""How much people change of what the model proposes: by label, by version, by person."""

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.quality.agreement import wilson
from annotation.quality.columns import Flag
from annotation.quality.columns import Table as Rows
from annotation.quality.corrected import KINDS
from modelops.reports.drawing import Point, range_chart
from modelops.reports.inputs import Inputs
from modelops.reports.shapes import Cell, Chart, Column, Kpi, Report, Section, Table, Unit
from modelops.reports.work import person_url

KIND_TITLES = {
    "accepted": gettext_lazy("Accepted"),
    "relabeled": gettext_lazy("Relabeled"),
    "moved": gettext_lazy("Moved"),
    "added": gettext_lazy("Added"),
    "removed": gettext_lazy("Removed"),
}


def corrections_report(inputs: Inputs) -> Report:
    if not len(inputs.columns.changes):
        empty = _("Nothing was answered with a prediction yet. Once a model predicts, corrections are counted here.")
        return Report("corrections", [Section("corrections", _("Corrections"), empty=empty)])
    return Report("corrections", [_summary(inputs), _by_label(inputs), _by_version(inputs), _by_person(inputs)])


def documents_of(inputs: Inputs, rows: Rows) -> int:
    return inputs.documents_in(rows["voice"])


def correction_rate(inputs: Inputs) -> Cell:
    """Of the documents answered with a prediction, the share in which somebody changed something."""
    rows = inputs.columns.changes
    if not len(rows):
        return Cell()
    changed, total = documents_of(inputs, rows[rows["change"] > 0]), documents_of(inputs, rows)
    return Cell(changed / total, *wilson(changed, total), figure=inputs.behind("corrections", changed=1))


def _summary(inputs: Inputs) -> Section:
    rows = inputs.columns.changes
    kpis = [
        Kpi(
            _("Documents with a correction"),
            correction_rate(inputs),
            Unit.SHARE,
            _("of those that came with a prediction"),
        ),
        Kpi(
            _("Came with a prediction"),
            Cell(documents_of(inputs, rows), figure=inputs.behind("corrections")),
            Unit.COUNT,
        ),
    ]
    words = [
        _("A changed label stands in the row of the label that the model had given. Hidden gold is left out."),
        _("Each number tells documents and opens them."),
    ]
    return Section("corrections", _("Corrections"), words, kpis)


def _columns(first: str) -> list[Column]:
    found = [Column("name", first, Unit.TEXT), Column("rate", _("Changed"), Unit.SHARE, has_interval=True)]
    return found + [Column(kind, str(KIND_TITLES[kind])) for kind in KINDS]


def _row(inputs: Inputs, first: Cell, rows: Rows, **counts: object) -> list[Cell]:
    """The rate is of documents; so is every number."""
    total, changed = documents_of(inputs, rows), documents_of(inputs, rows[rows["change"] > 0])
    rate = Cell(changed / total, *wilson(changed, total), figure=inputs.behind("corrections", changed=1, **counts))
    cells = [_cell(inputs, rows, place, counts) for place in range(len(KINDS))]
    return [first, rate if total else Cell(), *cells]


def _cell(inputs: Inputs, rows: Rows, change: int, counts: dict[str, object]) -> Cell:
    number = documents_of(inputs, rows[rows["change"] == change])
    return Cell(number, figure=inputs.behind("corrections", change=change, **counts) if number else "")


def _by_label(inputs: Inputs) -> Section:
    tables = []
    for label_set in inputs.label_sets:
        rows = inputs.columns.changes[inputs.columns.changes["label_set"] == label_set.pk]
        found = [
            _row(inputs, Cell(label.title), own, label_set=label_set.pk, label=label.pk)
            for label in label_set.labels.all()
            if len(own := rows[rows["label"] == label.pk])
        ]
        found.sort(key=lambda row: -float(row[1].value or 0))
        if found:
            tables.append(Table(f"corrections_{label_set.pk}", label_set.title, _columns(_("Label")), found))
    return Section("corrections_by_label", _("By label"), tables=tables)


def _by_version(inputs: Inputs) -> Section:
    versions = inputs.columns.voices["version"][inputs.columns.changes["voice"]]
    names = np.unique(versions).tolist()
    rows = [
        _row(inputs, Cell(_version(name)), inputs.columns.changes[versions == name], version=name) for name in names
    ]
    table = Table("corrections_by_version", _("By version"), _columns(_("Version")), rows)
    return Section("corrections_by_version", _("By version"), charts=_ranges(table), width=6)


def _version(number: int) -> str:
    return f"v{number}" if number else _("imported")


def _by_person(inputs: Inputs) -> Section:
    people = inputs.columns.voices["user"][inputs.columns.changes["voice"]]
    rows = [
        _row(inputs, Cell(inputs.name_of(pk), url=person_url(inputs, pk)), inputs.columns.changes[people == pk], by=pk)
        for pk in inputs.user_ids
        if (people == pk).any()
    ]
    table = Table("corrections_by_person", _("By person"), _columns(_("Person")), rows)
    words = [_("Whose documents are harder corrects more: these rates don't say who works better.")]
    return Section("corrections_by_person", _("By person"), words, charts=_ranges(table), width=6)


def _ranges(table: Table) -> list[Chart]:
    points = [
        (str(row[0].value), Point(float(row[1].value), float(row[1].low or 0), float(row[1].high or 0)))
        for row in table.rows
        if row[1].value is not None
    ]
    return [Chart(range_chart(table.title, points), table)] if points else []


def has_predictions(inputs: Inputs) -> bool:
    return bool(((inputs.columns.voices["flags"][inputs.answers] & Flag.SHOWN) > 0).any())

"""A report as its template reads it: numbers as people read them, links instead of figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from annotation.answers.spreadsheets import disarmed
from modelops.reports.shapes import Cell, Kpi, Report, Section, Table, Unit

_DECIMALS = {Unit.COUNT: 0, Unit.FIGURE: 2, Unit.SECONDS: 1, Unit.HOURS: 1, Unit.MONEY: 2}


@dataclass(frozen=True, slots=True)
class ShownCell:
    """`interval` is empty where there is none."""

    text: str
    interval: str
    url: str
    css: str
    is_text: bool


@dataclass(frozen=True, slots=True)
class ShownTable:
    key: str
    title: str
    help: str
    is_matrix: bool
    columns: list[tuple[str, bool]]
    rows: list[list[ShownCell]]
    csv_url: str


@dataclass(frozen=True, slots=True)
class ShownKpi:
    title: str
    cell: ShownCell
    note: str
    tone: str


@dataclass(frozen=True, slots=True)
class ShownSection:
    section: Section
    kpis: list[ShownKpi]
    charts: list[tuple[SafeString, ShownTable]]
    tables: list[ShownTable]


@dataclass(frozen=True, slots=True)
class View:
    """Turns a report of one project into what is shown; `csv` is the address of a table's file, with a mark in it."""

    project_id: int
    csv: str

    def sections(self, report: Report) -> list[ShownSection]:
        return [self._section(section) for section in report.sections]

    def _section(self, section: Section) -> ShownSection:
        return ShownSection(
            section,
            [self._kpi(kpi) for kpi in section.kpis],
            [(chart.svg, self.table(chart.table)) for chart in section.charts],
            [self.table(table) for table in section.tables],
        )

    def _kpi(self, kpi: Kpi) -> ShownKpi:
        return ShownKpi(kpi.title, self.cell(kpi.cell, kpi.unit), kpi.note, kpi.tone)

    def table(self, table: Table) -> ShownTable:
        columns = [(column.title, column.unit != Unit.TEXT) for column in table.columns]
        rows = [
            [self.cell(cell, column.unit) for column, cell in zip(table.columns, row, strict=True)]
            for row in table.rows
        ]
        url = self.csv.replace("KEY", table.key)
        return ShownTable(table.key, table.title, table.help, table.is_matrix, columns, rows, url)

    def cell(self, cell: Cell, unit: Unit) -> ShownCell:
        kind = " hit" if cell.is_hit else " miss" if cell.is_miss else ""
        css = f"tint-{cell.tint}{kind}" if cell.tint else ""
        interval = _interval(cell, unit)
        return ShownCell(told(cell, unit), interval, self.url(cell), css, unit == Unit.TEXT)

    def url(self, cell: Cell) -> str:
        if not cell.figure:
            return cell.url
        return f"{reverse('documents', args=[self.project_id])}?{urlencode({'figure': cell.figure})}"


def told(cell: Cell, unit: Unit) -> str:
    if not cell.is_known:
        return "–"
    if isinstance(cell.value, str):
        return cell.value
    return _number(float(cell.value or 0), unit)


def _number(value: float, unit: Unit) -> str:
    """Rounded first: `number_format` cuts off what has no place."""
    if unit == Unit.SHARE:
        return f"{number_format(round(100 * value, 1), 1)} %"
    decimals = _DECIMALS.get(unit, 0)
    number = number_format(round(value, decimals), decimals, force_grouping=True)
    if unit == Unit.SECONDS:
        return _("%(number)s s") % {"number": number}
    return _("%(number)s h") % {"number": number} if unit == Unit.HOURS else number


def _interval(cell: Cell, unit: Unit) -> str:
    if not cell.is_known or cell.low is None or cell.high is None:
        return ""
    low, high = _number(cell.low, unit), _number(cell.high, unit)
    for ending in (" %", " s", " h"):
        if low.endswith(ending) and high.endswith(ending):
            low = low.removesuffix(ending)
    # A range with negative ends reads badly with a dash.
    return _("%(low)s to %(high)s") % {"low": low, "high": high} if cell.low < 0 else f"{low}–{high}"


def csv_rows(table: Table, view: View, base: str) -> Iterator[list[str]]:
    """A heading, then the rows; an interval takes two columns more, and the last one opens the documents."""
    names: list[str] = []
    for column in table.columns:
        names += [column.key, *([f"{column.key}_low", f"{column.key}_high"] if column.has_interval else [])]
    yield [*names, "documents"]
    for row in table.rows:
        cells: list[str] = []
        for column, cell in zip(table.columns, row, strict=True):
            cells.append(_plain(cell.value if cell.is_known else None))
            cells += [_plain(cell.low), _plain(cell.high)] if column.has_interval else []
        link = next((view.url(cell) for cell in row if cell.figure), "")
        yield [*cells, base + link if link else ""]


def _plain(value: float | str | None) -> str:
    if isinstance(value, str):
        return disarmed(value)
    return "" if value is None or value != value else repr(value)

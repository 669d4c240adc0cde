"""What a report is made of: sections with numbers, charts and tables. Pages, CSV and the API draw the same ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite

from django.utils.safestring import SafeString


class Unit(StrEnum):
    """How a number reads. A SHARE is kept from 0 to 1 and shown in percent; a FIGURE is shown with two decimals."""

    TEXT = "text"
    COUNT = "count"
    SHARE = "share"
    FIGURE = "figure"
    SECONDS = "seconds"
    HOURS = "hours"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    title: str
    unit: Unit = Unit.COUNT
    # A 95 % interval stands beside each number.
    has_interval: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """`figure`: the documents behind it, as the filter of their list takes them. `url` leads elsewhere.

    `tint` from 0 to 5 shades the cell of a matrix; `is_hit`: of its diagonal; `is_miss`: beside it.
    """

    value: float | str | None = None
    low: float | None = None
    high: float | None = None
    figure: str = ""
    url: str = ""
    tint: int = 0
    is_hit: bool = False
    is_miss: bool = False

    @property
    def is_known(self) -> bool:
        return isinstance(self.value, str) or (self.value is not None and isfinite(self.value))

    def as_json(self) -> dict[str, float | str | None]:
        """A figure that is not defined is null: JSON has no NaN."""
        value = self.value if self.is_known else None
        return {"value": value, "low": _finite(self.low), "high": _finite(self.high)}


@dataclass(frozen=True, slots=True)
class Table:
    """The first cell of a row is its heading. `is_matrix`: rows and columns are labels or people."""

    key: str
    title: str
    columns: list[Column]
    rows: list[list[Cell]]
    help: str = ""
    is_matrix: bool = False

    def as_json(self, link: Mapping[str, str]) -> list[dict[str, object]]:
        return [self._row(row, link) for row in self.rows]

    def _row(self, row: list[Cell], link: Mapping[str, str]) -> dict[str, object]:
        found: dict[str, object] = {}
        behind = {}
        for column, cell in zip(self.columns, row, strict=True):
            told = cell.as_json()
            found[column.key] = told if column.has_interval else told["value"]
            if cell.figure:
                behind[column.key] = link[cell.figure]
        return {**found, "open": behind}


def _finite(number: float | None) -> float | None:
    return number if number is not None and isfinite(number) else None


@dataclass(frozen=True, slots=True)
class Chart:
    """`table` holds what is drawn; it stands folded below."""

    svg: SafeString
    table: Table


@dataclass(frozen=True, slots=True)
class Kpi:
    title: str
    cell: Cell
    unit: Unit
    note: str = ""
    # "good", "bad" or "": how the note reads.
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """`words`: what the numbers say, a sentence each. `links`: (title, address) of pages that tell more."""

    key: str
    title: str
    words: list[str] = field(default_factory=list)
    kpis: list[Kpi] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    # Shown where there is nothing yet: what has to happen first.
    empty: str = ""
    # Of twelve columns on a wide screen.
    width: int = 12

    def all_tables(self) -> Iterator[Table]:
        yield from (chart.table for chart in self.charts)
        yield from self.tables


@dataclass(frozen=True, slots=True)
class Report:
    name: str
    sections: list[Section]
    title: str = ""
    # Figures by code, for programs.
    summary: dict[str, object] = field(default_factory=dict)

    def table(self, key: str) -> Table | None:
        tables = (table for section in self.sections for table in section.all_tables())
        return next((table for table in tables if table.key == key), None)

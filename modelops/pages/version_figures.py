"""An evaluation as a page shows it: titles for names, percentages for shares, links to the documents behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from annotation.projects.models import LabelSet
from modelops.evaluation.fact_words import by_words, value_words
from modelops.pages.charts import ReliabilityPoint, percent, reliability_points

# A larger matrix is no picture any more: then the most frequent mix-ups are listed instead.
LARGEST_MATRIX = 12
MOST_MIX_UPS = 20
# Cells are tinted in so many steps.
TINTS = 5


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage with its 95 % interval."""

    value: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LabelFigures:
    title: str
    support: int
    said: int
    precision: Share
    recall: Share
    f1: float
    is_enough: bool


@dataclass(frozen=True, slots=True)
class SliceRow:
    """`figure` is None where there are too few documents to say anything. `url`: the wrong ones among them."""

    by: str
    value: str
    documents: int
    figure: Share | None
    is_worse: bool
    url: str


@dataclass(frozen=True, slots=True)
class Cell:
    """`tint` from 0 to TINTS by the share of the row's documents."""

    gold: str
    said: str
    count: int
    tint: int
    is_right: bool
    url: str


@dataclass(frozen=True, slots=True)
class Reliability:
    words: str
    before: str
    points: list[ReliabilityPoint]


@dataclass(frozen=True, slots=True)
class SetView:
    """One label set on the page of a version. `matrix`: (gold label, cells) a row; empty where it is too large."""

    name: str
    title: str
    words: str
    labels: list[LabelFigures]
    slices: list[SliceRow]
    columns: list[str]
    matrix: list[tuple[str, list[Cell]]]
    mix_ups: list[Cell]
    reliability: Reliability | None


def set_views(report: Mapping[str, Any], label_sets: Sequence[LabelSet], base: str) -> list[SetView]:  # Any: JSON
    """In the project's order; a label set that was removed since comes last. `base`: the page of the documents."""
    by_name = {row.name: row for row in label_sets}
    found: Mapping[str, Any] = report.get("label_sets", {})
    order = [name for name in by_name if name in found] + [name for name in found if name not in by_name]
    return [_SetPage(name, found[name], by_name.get(name), base).view() for name in order]


def figure_words(title: str, row: Mapping[str, Any]) -> str:  # Any: JSON
    if row["figure"] is None:
        return _("%(name)s: nothing to find in the test documents.") % {"name": title}
    figures = {
        "name": title,
        "percent": percent(row["figure"]),
        "low": percent(row["low"]),
        "high": percent(row["high"]),
        "count": row["documents"],
    }
    if row["kind"] == "choice":
        words = ngettext(
            "%(name)s: right in %(percent).1f %% of %(count)d test document (between %(low).1f and %(high).1f %%).",
            "%(name)s: right in %(percent).1f %% of %(count)d test documents (between %(low).1f and %(high).1f %%).",
            row["documents"],
        )
    else:
        words = ngettext(
            "%(name)s: F1 %(percent).1f %% on %(count)d test document (between %(low).1f and %(high).1f %%).",
            "%(name)s: F1 %(percent).1f %% on %(count)d test documents (between %(low).1f and %(high).1f %%).",
            row["documents"],
        )
    return words % figures


class _SetPage:
    """One label set's part of the report, turned into what the template reads."""

    def __init__(self, name: str, row: Mapping[str, Any], label_set: LabelSet | None, base: str) -> None:  # Any: JSON
        self.name, self.row, self.base = name, row, base
        self.title = label_set.title if label_set else name
        self.titles = {label.name: str(label.title) for label in label_set.labels.all()} if label_set else {}

    def view(self) -> SetView:
        shown = self._shown_in_matrix()
        return SetView(
            name=self.name,
            title=self.title,
            words=figure_words(self.title, self.row),
            labels=[self._label(label, it) for label, it in self._by_support()],
            slices=[self._slice(one) for one in self.row["slices"]],
            columns=[self._title(label) for label in shown],
            matrix=self._matrix(shown),
            mix_ups=[cell for cell in self._cells() if not cell.is_right][:MOST_MIX_UPS],
            reliability=_reliability(self.row["reliability"]) if self.row["reliability"] else None,
        )

    def _title(self, label: str) -> str:
        return self.titles.get(label, label) or _("none")

    def _by_support(self) -> list[tuple[str, Mapping[str, Any]]]:  # Any: JSON
        return sorted(self.row["labels"].items(), key=lambda pair: -pair[1]["support"])

    def _label(self, label: str, it: Mapping[str, Any]) -> LabelFigures:  # Any: JSON
        return LabelFigures(
            title=self._title(label),
            support=it["support"],
            said=it["said"],
            precision=_share(it["precision"], it["precision_low"], it["precision_high"]),
            recall=_share(it["recall"], it["recall_low"], it["recall_high"]),
            f1=percent(it["f1"]),
            is_enough=it["is_enough"],
        )

    def _slice(self, one: Mapping[str, Any]) -> SliceRow:  # Any: JSON
        has_figure = "figure" in one
        return SliceRow(
            by=by_words(one["by"]),
            value=value_words(one["by"], one["value"]),
            documents=one["documents"],
            figure=_share(one["figure"], one["low"], one["high"]) if has_figure else None,
            is_worse=bool(one.get("is_worse")),
            url=self._url(by=one["by"], value=one["value"]) if has_figure and one["right"] < one["documents"] else "",
        )

    def _url(self, **chosen: str) -> str:
        return f"{self.base}?{urlencode({'label_set': self.name, **chosen})}"

    def _shown_in_matrix(self) -> list[str]:
        cells = self.row["confusion"] or []
        labels = {label for wanted, got, _count in cells for label in (wanted, got)}
        ordered = [label for label in (*self.titles, *sorted(labels - set(self.titles))) if label in labels]
        return ordered if len(ordered) <= LARGEST_MATRIX else []

    def _matrix(self, shown: Sequence[str]) -> list[tuple[str, list[Cell]]]:
        found = {(wanted, got): count for wanted, got, count in self.row["confusion"] or []}
        rows = []
        for wanted in shown:
            total = sum(found.get((wanted, got), 0) for got in shown)
            cells = [self._cell(wanted, got, found.get((wanted, got), 0), total) for got in shown]
            rows.append((self._title(wanted), cells))
        return rows

    def _cells(self) -> list[Cell]:
        return [self._cell(wanted, got, count, count) for wanted, got, count in self.row["confusion"] or []]

    def _cell(self, wanted: str, got: str, count: int, total: int) -> Cell:
        tint = max(1, round(TINTS * count / total)) if count else 0
        url = self._url(gold=wanted, answer=got) if count else ""
        return Cell(self._title(wanted), self._title(got), count, tint, wanted == got, url)


def _share(value: float | None, low: float, high: float) -> Share:
    return Share(None if value is None else percent(value), percent(low), percent(high))


def _reliability(found: Mapping[str, Any]) -> Reliability:  # Any: JSON
    figures = {"confidence": percent(found["confidence"]), "right": percent(found["right"])}
    error = {"error": percent(found["error"]), "count": found["items"], "temperature": found["temperature"]}
    if found["confidence"] > found["right"] + 0.01:
        words = (
            _("It is too sure of itself: %(confidence).1f %% sure on average, and right in %(right).1f %%.") % figures
        )
    elif found["confidence"] < found["right"] - 0.01:
        words = _("It is too modest: %(confidence).1f %% sure on average, and right in %(right).1f %%.") % figures
    else:
        words = _("It is as sure as it is right: %(confidence).1f %% and %(right).1f %%.") % figures
    gap = (
        _("Expected calibration error %(error).1f points over %(count)d answers; temperature %(temperature).2f.")
        % error
    )
    before = found.get("error_before")
    without = (
        ""
        if before is None
        else _("Without the temperature it would be %(error).1f points.") % {"error": percent(before)}
    )
    return Reliability(words, f"{gap} {without}".strip(), reliability_points(found["bins"]))

"""Charts as SVG, drawn here and colored by the style sheet. Words are escaped; nothing has a style of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, floor, isfinite, log10
from unicodedata import east_asian_width

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

WIDE, HIGH = 520, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 20, 14, 26
ROW = 30

Place = Callable[[int], float]
Height = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Point:
    """One place of a series; NaN where there is nothing. Without low and high it has no interval."""

    value: float
    low: float = float("nan")
    high: float = float("nan")


@dataclass(frozen=True, slots=True)
class Series:
    """`tone`: "a" the main one, "b" the one beside it."""

    name: str
    points: Sequence[Point]
    tone: str = "a"


def short(name: str, most: int) -> str:
    """At most so many letters wide; one of Chinese is two."""
    widths = list(accumulate(2 if east_asian_width(letter) in "WF" else 1 for letter in name))
    if not widths or widths[-1] <= most:
        return name
    return name[: sum(width < most for width in widths)] + "…"


def number(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 10 and value != int(value) else f"{value:,.0f}"


def steps(low: float, high: float, count: int = 4) -> list[float]:
    """Round numbers from below `low` to above `high`."""
    span = max(high - low, 1e-9)
    rough = span / count
    size = 10.0 ** floor(log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * 0.999)
    first = floor(low / step + 1e-9)
    return [round(place * step, 10) for place in range(first, ceil(high / step - 1e-9) + 1)]


def line_chart(title: str, ticks: Sequence[str], series: Sequence[Series], *, is_share: bool = False) -> SafeString:
    """Series over ticks; a band where points have intervals. A share is told in percent."""
    values = [n for one in series for p in one.points for n in (p.value, p.low, p.high) if isfinite(n)]
    if not values or not ticks:
        return mark_safe("")
    marks = steps(min(0.0, *values) if not is_share else min(values), max(values))
    low, high = marks[0], marks[-1] if marks[-1] > marks[0] else marks[0] + 1

    def x(place: int) -> float:
        return LEFT + (place + 0.5) * (WIDE - LEFT - RIGHT) / len(ticks)

    def y(value: float) -> float:
        return TOP + (high - value) / (high - low) * (HIGH - TOP - BOTTOM)

    every = max(1, ceil(len(ticks) / 8))
    grid = [(LEFT, round(y(v), 1), WIDE - RIGHT, LEFT - 8, round(y(v) + 4, 1), _told(v, is_share)) for v in marks]
    below = [(round(x(i), 1), HIGH - 6, tick) for i, tick in enumerate(ticks) if i % every == 0]
    return _svg(
        title,
        (WIDE, HIGH),
        [
            format_html_join("", '<path class="grid" d="M{} {}H{}"/><text class="end" x="{}" y="{}">{}</text>', grid),
            format_html_join("", '<text class="middle" x="{}" y="{}">{}</text>', below),
            *(_series(one, ticks, x, y, is_share=is_share) for one in series),
        ],
    )


def _series(one: Series, ticks: Sequence[str], x: Place, y: Height, *, is_share: bool) -> SafeString:
    known = [(i, p) for i, p in enumerate(one.points) if isfinite(p.value)]
    banded = [(i, p) for i, p in known if isfinite(p.low) and isfinite(p.high)]
    around = [f"{x(i):.1f},{y(p.high):.1f}" for i, p in banded]
    around += [f"{x(i):.1f},{y(p.low):.1f}" for i, p in reversed(banded)]
    bars = [(round(x(i), 1), round(y(p.high), 1), round(y(p.low), 1)) for i, p in banded]
    band = (
        format_html_join("", '<path class="whisker" d="M{} {}V{}"/>', bars)
        if len(banded) == 1
        else (format_html('<polygon class="band" points="{}"/>', " ".join(around)) if banded else "")
    )
    line = " ".join(f"{x(i):.1f},{y(p.value):.1f}" for i, p in known)
    dots = [
        (one.tone, f"{x(i):.1f}", f"{y(p.value):.1f}", f"{one.name} {ticks[i]}: {_told(p.value, is_share)}")
        for i, p in known
    ]
    return format_html(
        '{}<polyline class="line {}" points="{}"/>{}',
        band,
        one.tone,
        line,
        format_html_join("", '<circle class="dot {}" cx="{}" cy="{}" r="3.6"><title>{}</title></circle>', dots),
    )


def bar_chart(title: str, ticks: Sequence[str], values: Sequence[float]) -> SafeString:
    """Counts over ticks, from 0."""
    if not values or not ticks:
        return mark_safe("")
    marks = steps(0.0, max(*values, 1.0))
    high = marks[-1]
    slot = (WIDE - LEFT - RIGHT) / len(ticks)
    every = max(1, ceil(len(ticks) / 7))

    def y(value: float) -> float:
        return TOP + (high - value) / high * (HIGH - TOP - BOTTOM)

    grid = [(LEFT, round(y(v), 1), WIDE - RIGHT, LEFT - 8, round(y(v) + 4, 1), number(v)) for v in marks]
    bars = [
        (
            f"{LEFT + i * slot + slot * 0.12:.1f}",
            f"{y(v):.1f}",
            f"{slot * 0.76:.1f}",
            f"{y(0) - y(v):.1f}",
            ticks[i],
            number(v),
        )
        for i, v in enumerate(values)
    ]
    below = [(f"{LEFT + (i + 0.5) * slot:.1f}", HIGH - 6, tick) for i, tick in enumerate(ticks) if i % every == 0]
    return _svg(
        title,
        (WIDE, HIGH),
        [
            format_html_join("", '<path class="grid" d="M{} {}H{}"/><text class="end" x="{}" y="{}">{}</text>', grid),
            format_html_join(
                "",
                '<rect class="bar" x="{}" y="{}" width="{}" height="{}" rx="2"><title>{}: {}</title></rect>',
                bars,
            ),
            format_html_join("", '<text class="middle" x="{}" y="{}">{}</text>', below),
        ],
    )


def range_chart(
    title: str, rows: Sequence[tuple[str, Point]], *, group: Point | None = None, is_share: bool = True
) -> SafeString:
    """One row a name: its figure with its interval; the group's figure as a line through all rows."""
    known = [(name, point) for name, point in rows if isfinite(point.value)]
    numbers = [n for _, p in known for n in (p.value, p.low, p.high) if isfinite(n)]
    numbers += [group.value] if group is not None and isfinite(group.value) else []
    if not numbers:
        return mark_safe("")
    left, right = 130, 56
    height = ROW * len(known) + 34
    marks = steps(min(numbers), max(numbers))
    low, high = marks[0], marks[-1] if marks[-1] > marks[0] else marks[0] + 1

    def x(value: float) -> float:
        return left + (value - low) / (high - low) * (WIDE - left - right)

    grid = [(f"{x(v):.1f}", height - 24, f"{x(v):.1f}", height - 6, _told(v, is_share)) for v in marks]
    drawn = [_range_row(name, point, ROW // 2 + place * ROW, x, is_share) for place, (name, point) in enumerate(known)]
    line = (
        format_html('<path class="goal" d="M{} 2V{}"/>', f"{x(group.value):.1f}", height - 24)
        if group is not None and isfinite(group.value)
        else ""
    )
    return _svg(
        title,
        (WIDE, height),
        [
            format_html_join("", '<path class="grid" d="M{} 4V{}"/><text class="middle" x="{}" y="{}">{}</text>', grid),
            line,
            *drawn,
        ],
    )


def _range_row(name: str, point: Point, y: int, x: Height, is_share: bool) -> SafeString:  # noqa: FBT001
    whisker = (
        format_html('<path class="range" d="M{} {}H{}"/>', f"{x(point.low):.1f}", y, f"{x(point.high):.1f}")
        if isfinite(point.low) and isfinite(point.high)
        else ""
    )
    return format_html(
        '<text class="end" x="118" y="{}">{}</text>{}<circle class="dot a" cx="{}" cy="{}" r="5"/>'
        '<text class="value" x="{}" y="{}">{}</text>',
        y + 4,
        short(name, 14),
        whisker,
        f"{x(point.value):.1f}",
        y,
        WIDE - 48,
        y + 4,
        _told(point.value, is_share),
    )


def reliability_chart(title: str, bins: Sequence[tuple[float, float]]) -> SafeString:
    """(middle of the bin, share that was right) a bar, against the line where both are the same."""
    side, left, bottom, top = 190, 50, 26, 12
    width, height = left + side + 26, top + side + bottom

    def x(value: float) -> float:
        return left + value * side

    def y(value: float) -> float:
        return top + (1 - value) * side

    bars = [
        (
            f"{x(m - 0.04):.1f}",
            f"{y(r):.1f}",
            f"{0.08 * side:.1f}",
            f"{y(0) - y(r):.1f}",
            _told(m, True),
            _told(r, True),
        )
        for m, r in bins
    ]
    ends = [(f"{x(v):.1f}", height - 6, f"{left - 8}", f"{y(v) + 4:.1f}", _told(v, True)) for v in (0.0, 0.5, 1.0)]
    return _svg(
        title,
        (width, height),
        [
            format_html('<path class="goal" d="M{} {}L{} {}"/>', x(0), y(0), x(1), y(1)),
            format_html_join(
                "",
                '<rect class="bar" x="{}" y="{}" width="{}" height="{}"><title>{}: {}</title></rect>',
                bars,
            ),
            format_html_join(
                "",
                '<text class="middle" x="{0}" y="{1}">{4}</text><text class="end" x="{2}" y="{3}">{4}</text>',
                ends,
            ),
        ],
    )


def _told(value: float, is_share: bool) -> str:  # noqa: FBT001
    return f"{100 * value:.0f} %" if is_share else number(value)


def _svg(title: str, size: tuple[int, int], parts: Sequence[SafeString | str]) -> SafeString:
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        "plot square" if size[0] < WIDE else "plot",
        *size,
        title,
        format_html_join("", "{}", ((part,) for part in parts)),
    )

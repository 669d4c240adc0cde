"""Lanes over time as SVG: a row a topic, a stacked column a period, each column a link to its documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from modelops.reports.drawing import short

WIDE = 520
LEFT, RIGHT, TOP, BOTTOM = 112, 56, 6, 22
LANE, GAP = 30, 9
MOST_CHARS = 12


@dataclass(frozen=True, slots=True)
class Column:
    """One period of a lane: how much of each part, from the ground up; what it says and which documents it opens."""

    parts: Sequence[int]
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Lane:
    """`told`: the lane's own figure, at its end."""

    name: str
    columns: Sequence[Column]
    told: str


def lanes_chart(title: str, ticks: Sequence[str], lanes: Sequence[Lane], tones: Sequence[str]) -> SafeString:
    """All lanes share one scale. `tones` name the parts for the style sheet.

    The links are reached by pointer alone: the table below holds the same ones for everybody.
    """
    most = max((sum(one.parts) for lane in lanes for one in lane.columns), default=0)
    if not most or not ticks:
        return mark_safe("")
    height = TOP + len(lanes) * (LANE + GAP) + BOTTOM
    slot = (WIDE - LEFT - RIGHT) / len(ticks)
    every = max(1, ceil(len(ticks) / 7))
    below = [(f"{LEFT + (at + 0.5) * slot:.1f}", height - 6, tick) for at, tick in enumerate(ticks) if at % every == 0]
    drawn = [_lane(lane, TOP + at * (LANE + GAP), slot, LANE / most, tones) for at, lane in enumerate(lanes)]
    return format_html(
        '<svg class="plot lanes" viewBox="0 0 {} {}" role="group" aria-label="{}">{}{}</svg>',
        WIDE,
        height,
        title,
        format_html_join("", "{}", ((one,) for one in drawn)),
        format_html_join("", '<text class="middle" x="{}" y="{}">{}</text>', below),
    )


def _lane(lane: Lane, top: float, slot: float, scale: float, tones: Sequence[str]) -> SafeString:
    ground = top + LANE
    columns = [
        _column(one, (LEFT + at * slot, ground, slot), scale, tones)
        for at, one in enumerate(lane.columns)
        if sum(one.parts)
    ]
    return format_html(
        '<text class="end name" x="{}" y="{}">{}</text><path class="grid" d="M{} {}H{}"/>{}'
        '<text class="value" x="{}" y="{}">{}</text>',
        LEFT - 10,
        f"{ground - 4:.1f}",
        short(lane.name, MOST_CHARS),
        LEFT,
        f"{ground:.1f}",
        WIDE - RIGHT,
        format_html_join("", "{}", ((one,) for one in columns)),
        WIDE - RIGHT + 6,
        f"{ground - 4:.1f}",
        lane.told,
    )


def _column(one: Column, place: tuple[float, float, float], scale: float, tones: Sequence[str]) -> SafeString:
    left, ground, slot = place
    bars, base = [], ground
    for part, tone in zip(one.parts, tones, strict=True):
        base -= part * scale
        if part:
            bars.append((tone, f"{left + slot * 0.14:.1f}", f"{base:.1f}", f"{slot * 0.72:.1f}", f"{part * scale:.1f}"))
    return format_html(
        '<a href="{}" tabindex="-1" aria-label="{}"><title>{}</title>'
        '<rect class="hit" x="{}" y="{}" width="{}" height="{}"/>{}</a>',
        one.url,
        one.words,
        one.words,
        f"{left:.1f}",
        f"{ground - LANE:.1f}",
        f"{slot:.1f}",
        LANE,
        format_html_join("", '<rect class="part {}" x="{}" y="{}" width="{}" height="{}"/>', bars),
    )

"""Where the points of a chart lie in its SVG; the same numbers stand in a table below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modelops.training.losses import Point, svg_points

# The reliability diagram and the loss curve, in SVG units.
SIDE = 220
CURVE = {"width": 640, "height": 160}


@dataclass(frozen=True, slots=True)
class ReliabilityPoint:
    """One bin: x and y of its dot, the ends of its interval, its dot's radius; and its figures as percentages."""

    x: float
    y: float
    top: float
    bottom: float
    radius: float
    from_percent: int
    to_percent: int
    items: int
    confidence: float
    right: float
    low: float
    high: float


def reliability_points(bins: Sequence[dict[str, Any]]) -> list[ReliabilityPoint]:  # Any: JSON of `reliability.py`
    filled = [one for one in bins if one["items"]]
    most = max((one["items"] for one in filled), default=1)
    return [_point(one, most) for one in filled]


def _point(one: dict[str, Any], most: int) -> ReliabilityPoint:  # Any: JSON
    return ReliabilityPoint(
        x=round(SIDE * one["confidence"], 1),
        y=round(SIDE * (1 - one["right"]), 1),
        top=round(SIDE * (1 - one["high"]), 1),
        bottom=round(SIDE * (1 - one["low"]), 1),
        radius=round(3 + 4 * (one["items"] / most) ** 0.5, 1),
        from_percent=round(100 * one["from"]),
        to_percent=round(100 * one["to"]),
        items=one["items"],
        **{key: percent(one[key]) for key in ("confidence", "right", "low", "high")},
    )


@dataclass(frozen=True, slots=True)
class LossCurve:
    """`line`: the points of the polyline, empty below two; `rows`: (step, loss) for the table, the newest first."""

    line: str
    rows: list[Point]
    top: str

    @property
    def size(self) -> dict[str, int]:
        return CURVE


def loss_curve(losses: Sequence[Point]) -> LossCurve:
    top = max((loss for _, loss in losses), default=0.0)
    return LossCurve(svg_points(losses, **CURVE), [(step, loss) for step, loss in reversed(losses)], f"{top:.2f}")


def percent(share: float) -> float:
    return round(100 * share, 1)

"""The loss of a run as a short list of points, and as a line to draw. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

MOST_POINTS = 120
Point = tuple[int, float]


@dataclass
class Curve:
    """Loss by step. When it grows long every other point goes, so that a row in the database stays small."""

    points: list[Point] = field(default_factory=list)
    step_between: int = 1

    @classmethod
    def read(cls, stored: object) -> "Curve":
        points = [(int(step), float(loss)) for step, loss in stored] if isinstance(stored, list) else []
        between = points[-1][0] - points[-2][0] if len(points) > 1 else 1
        return cls(points, max(1, between))

    def add(self, step: int, loss: float) -> None:
        """A resumed run goes over some steps again: what it had noted from there on is replaced."""
        while self.points and self.points[-1][0] >= step:
            self.points.pop()
        if not self.points or step - self.points[-1][0] >= self.step_between:
            self.points.append((step, round(loss, 5)))
        if len(self.points) > MOST_POINTS:
            self.points = self.points[::2]
            self.step_between *= 2


def svg_points(points: Sequence[Point], *, width: int, height: int) -> str:
    """The `points` of an SVG polyline inside width x height, the highest loss at the top; empty below two points."""
    if len(points) < 2:
        return ""
    first, last = points[0][0], points[-1][0]
    top = max(loss for _, loss in points) or 1.0
    return " ".join(
        f"{(step - first) / max(1, last - first) * width:.1f},{height - loss / top * height:.1f}"
        for step, loss in points
    )

"""Guidelines are plain text; their compared lines become titles, points and paragraphs. Pure.

A block's first line is its title when more lines follow; lines that begin with "- " are points.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from annotation.projects.guideline_changes import Change, Line

POINT = "- "


@dataclass(frozen=True, slots=True)
class Group:
    """Neighboring lines of one kind: title, points or text."""

    kind: str
    lines: list[Line]


def layout(lines: Sequence[Line]) -> list[Group]:
    groups: list[Group] = []
    for place, line in enumerate(lines):
        if not line.text:
            groups.append(Group("", []))  # a blank line ends its block
            continue
        kind = _kind(lines, place)
        if not groups or groups[-1].kind != kind or kind == "title":
            groups.append(Group(kind, []))
        groups[-1].lines.append(_without_dash(line) if kind == "points" else line)
    return [group for group in groups if group.lines]


def _kind(lines: Sequence[Line], place: int) -> str:
    line = lines[place]
    if line.text.lstrip().startswith(POINT):
        return "points"
    before = _neighbor(lines, place, -1)
    after = _neighbor(lines, place, 1)
    return "title" if line.change != Change.REMOVED and not before and after else "text"


def _neighbor(lines: Sequence[Line], place: int, step: int) -> str:
    """The text of the line before or after in the newer text; empty for a blank one and at the ends."""
    place += step
    while 0 <= place < len(lines) and lines[place].change == Change.REMOVED:
        place += step
    return lines[place].text if 0 <= place < len(lines) else ""


def _without_dash(line: Line) -> Line:
    first, *others = line.pieces
    bare = first.text.lstrip()
    return replace(line, pieces=(replace(first, text=bare.removeprefix(POINT)), *others))

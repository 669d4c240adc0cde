"""Guidelines are plain text; show their blocks as headings, lists and paragraphs."""

from dataclasses import dataclass

from django import template

register = template.Library()


@dataclass(frozen=True, slots=True)
class Block:
    """`title`: the first line of a block of several lines. Lines that begin with "- " are points."""

    title: str
    groups: list[tuple[bool, list[str]]]


@register.filter
def blocks(text: str) -> list[Block]:
    found = []
    for paragraph in text.replace("\r\n", "\n").split("\n\n"):
        lines = [line.strip() for line in paragraph.splitlines() if line.strip()]
        if lines:
            has_title = len(lines) > 1 and not lines[0].startswith("- ")
            found.append(Block(lines[0] if has_title else "", _groups(lines[1:] if has_title else lines)))
    return found


def _groups(lines: list[str]) -> list[tuple[bool, list[str]]]:
    """Neighbouring points become one list: (is it a list, its lines)."""
    groups: list[tuple[bool, list[str]]] = []
    for line in lines:
        is_point = line.startswith("- ")
        if not groups or groups[-1][0] != is_point:
            groups.append((is_point, []))
        groups[-1][1].append(line.removeprefix("- "))
    return groups

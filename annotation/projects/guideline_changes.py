"""What changed between two texts of guidelines, by lines and within a line by words. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# A run of letters and digits is a word; a Chinese, Japanese or Korean character stands for itself.
_CJK = r"⺀-鿿豈-﫿가-힯\U00020000-\U0003FFFF"
_TOKENS = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+|\s+|.", re.DOTALL)
# Beyond this many comparisons a middle part counts as rewritten: difflib takes quadratic time at worst.
MAX_COMPARISONS = 1_000_000
# Two lines with less than this in common are another line, not a changed one.
ALIKE = 0.4


class Change(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line; `change` is never CHANGED."""

    text: str
    change: Change


@dataclass(frozen=True, slots=True)
class Line:
    change: Change
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


def compare(before: str, after: str) -> list[Line]:
    """The lines of both texts, in order. Lines that differ in a few words only are CHANGED, with their pieces."""
    found: list[Line] = []
    old, new = _lines(before), _lines(after)
    for tag, old_part, new_part in _blocks(old, new):
        if tag == "equal":
            found += [_whole(line, Change.SAME) for line in new_part]
        else:
            found += _replaced(old_part, new_part)
    return found


def has_changes(lines: Sequence[Line]) -> bool:
    return any(line.change != Change.SAME for line in lines)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


def _whole(line: str, change: Change) -> Line:
    return Line(change, (Piece(line, change),))


def _blocks(old: list[str], new: list[str]) -> Iterator[tuple[str, list[str], list[str]]]:
    if len(old) * len(new) > MAX_COMPARISONS:
        yield "replace", old, new
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        yield tag, old[old_start:old_end], new[new_start:new_end]


def _replaced(old: Sequence[str], new: Sequence[str]) -> list[Line]:
    """Each old line is paired with the next new one that is like it; what finds no pair was removed or added."""
    found: list[Line] = []
    place = 0
    is_small = len(old) * len(new) <= 2_500
    for line in old:
        pair = next((at for at in range(place, len(new)) if _is_alike(line, new[at])), None) if is_small else None
        if pair is None:
            found.append(_whole(line, Change.REMOVED))
            continue
        found += [_whole(added, Change.ADDED) for added in new[place:pair]]
        found.append(Line(Change.CHANGED, tuple(_pieces(line, new[pair]))))
        place = pair + 1
    return found + [_whole(added, Change.ADDED) for added in new[place:]]


def _is_alike(old: str, new: str) -> bool:
    before, after = _TOKENS.findall(old), _TOKENS.findall(new)
    if not before or not after or len(before) * len(after) > MAX_COMPARISONS:
        return False
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _pieces(old: str, new: str) -> Iterator[Piece]:
    before, after = _TOKENS.findall(old), _TOKENS.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("".join(after[new_start:new_end]), Change.SAME)
            continue
        if old_end > old_start:
            yield Piece("".join(before[old_start:old_end]), Change.REMOVED)
        if new_end > new_start:
            yield Piece("".join(after[new_start:new_end]), Change.ADDED)

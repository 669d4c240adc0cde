"""Which stretches two texts have in common, in order, by words; in Chinese by characters. Pure.

difflib's longest matching blocks (Ratcliff and Obershelp, 1988) over words. What both texts begin and end with is cut
off first, so near-duplicates cost little; where too much is left in the middle, it counts as replaced.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

# One token: a run of letters and digits of a script with word breaks, a run of white space, or any one character.
_TOKEN = re.compile(r"[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]+|\s+|.", re.DOTALL)
# Words times words of the middles that are compared at most.
_MOST = 4_000_000

Kind = Literal["same", "changed"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of both texts, code points, ends excluded; `changed` pieces may be empty on one side."""

    kind: Kind
    start: int
    end: int
    other_start: int
    other_end: int


def aligned(text: str, other: str) -> list[Stretch]:
    """The stretches from the beginning to the end of both texts, without gaps."""
    ours, theirs = _TOKEN.findall(text), _TOKEN.findall(other)
    return list(_in_code_points(_blocks(ours, theirs), ours, theirs))


def _blocks(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int, int]]:
    """(place in ours, place in theirs, length) of what they share, in tokens, in order."""
    limit = min(len(ours), len(theirs))
    head = next((i for i in range(limit) if ours[i] != theirs[i]), limit)
    tail = next((i for i in range(limit - head) if ours[-1 - i] != theirs[-1 - i]), limit - head)
    a, b = ours[head : len(ours) - tail], theirs[head : len(theirs) - tail]
    middle = []
    if len(a) * len(b) <= _MOST:
        found = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
        middle = [(head + block.a, head + block.b, block.size) for block in found]
    return [(0, 0, head), *middle, (len(ours) - tail, len(theirs) - tail, tail)]


def _in_code_points(
    blocks: Sequence[tuple[int, int, int]], ours: Sequence[str], theirs: Sequence[str]
) -> Iterator[Stretch]:
    a = b = start = other_start = 0
    for place, other_place, size in [*blocks, (len(ours), len(theirs), 0)]:
        end = start + sum(map(len, ours[a:place]))
        other_end = other_start + sum(map(len, theirs[b:other_place]))
        if (start, other_start) != (end, other_end):
            yield Stretch("changed", start, end, other_start, other_end)
        length = sum(map(len, ours[place : place + size]))
        if length:
            yield Stretch("same", end, end + length, other_end, other_end + length)
        a, b = place + size, other_place + size
        start, other_start = end + length, other_end + length

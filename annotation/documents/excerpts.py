"""The stretch of a text that shows what was found, with the found words marked. Pure."""

import re
from dataclasses import dataclass

from annotation.documents.search import runs


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_found: bool


def first_word(words: str) -> str:
    """What to look for in a text to show the place; empty when there is nothing to look for."""
    return next((run for run, _ in runs(words)), "")


def marked(text: str, words: str) -> list[Piece]:
    """The text in pieces: words where they begin with what was asked, runs without spaces wherever they stand."""
    asked = [re.escape(run) if is_unspaced else rf"(?<!\w){re.escape(run)}\w*" for run, is_unspaced in runs(words)]
    if not asked:
        return [Piece(text, is_found=False)] if text else []
    parts = re.split(f"({'|'.join(asked)})", text, flags=re.IGNORECASE)
    return [Piece(part, is_found=place % 2 == 1) for place, part in enumerate(parts) if part]

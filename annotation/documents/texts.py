"""Pure rules about texts: hashes, joining parts, the key that decides the split."""

import hashlib
import unicodedata
from collections.abc import Sequence

from annotation.answers.spans import Part


def text_sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def text_key(text: str) -> str:
    """16 hex digits, equal for texts that differ only in case, width or white space."""
    normalized = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return hashlib.sha256(normalized.encode()).hexdigest()[:16]


def join_parts(parts: Sequence[tuple[str, str]]) -> tuple[str, list[Part]]:
    """(role, text) pairs joined by newlines, with each part's place in code points."""
    placed = []
    start = 0
    for role, text in parts:
        placed.append(Part(role, start, start + len(text)))
        start += len(text) + 1
    return "\n".join(text for _, text in parts), placed

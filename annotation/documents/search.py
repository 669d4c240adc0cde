"""The terms under which a text is found: words, and pairs of neighbouring characters where no spaces stand. Pure."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

_UNSPACED = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|[^\W{_UNSPACED}]+")
WORD_CHARS = 64
# The database bounds a document's terms to 1 MiB; a text of 200,000 characters may have more.
MOST_TERMS = 50_000
META_DIGITS = 12
LARGEST_NUMBER = 1e15


def terms(text: str) -> list[str]:
    """Every term of the text once: words folded and cut to 64 characters, pairs of Han and Kana characters."""
    return list(islice(dict.fromkeys(_terms(_folded(text))), MOST_TERMS))


def meta_terms(meta: Mapping[str, Any]) -> list[str]:  # Any: JSON
    """Terms for what stands in a document's meta; no text has such a term."""
    found = (meta_term(key, value) for key, value in meta.items())
    return [term for term in found if term]


def meta_term(key: str, value: object) -> str:
    """Empty for what nobody can ask for: lists, objects, nothing, and numbers beyond those that JSON tells exactly."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = float(value) if abs(value) < LARGEST_NUMBER else None
    if not isinstance(value, str | bool | float):
        return ""
    # ensure_ascii keeps lone surrogates, which no encoding takes, out of the hash.
    return "=" + hashlib.sha256(json.dumps([key, value]).encode()).hexdigest()[:META_DIGITS]


def as_vector(found: list[str]) -> str:
    """The terms in the text form of PostgreSQL's tsvector. Terms hold letters, digits, underscores and = only."""
    return " ".join(f"'{term}'" for term in found)


def as_query(words: str) -> str:
    """What a person typed, in the text form of PostgreSQL's tsquery; empty when it holds nothing to look for.

    Every word must be there, the beginning of a longer one too; a single Han character finds pairs it begins.
    """
    asked: dict[str, None] = {}
    for run, is_unspaced in runs(_folded(words)):
        if not is_unspaced or len(run) == 1:
            asked[f"'{run[:WORD_CHARS]}':*"] = None
        else:
            asked |= dict.fromkeys(f"'{pair}'" for pair in _pairs(run))
    return " & ".join(asked)


def phrases(words: str) -> list[str]:
    """Runs of more than two characters without spaces: pairs alone don't say that they stand side by side."""
    return [run for run, is_unspaced in runs(words) if is_unspaced and len(run) > 2]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _terms(text: str) -> Iterator[str]:
    for run, is_unspaced in runs(text):
        if is_unspaced:
            yield from _pairs(run)
            yield run[-1]
        else:
            yield run[:WORD_CHARS]


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """Stretches of letters and digits, and whether they are written without spaces."""
    for match in _RUN.finditer(text):
        yield match.group(), match["unspaced"] is not None


def _pairs(run: str) -> Iterator[str]:
    return (run[place : place + 2] for place in range(len(run) - 1))

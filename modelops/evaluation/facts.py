"""What is known about a document beside its text, as (what, value) pairs by which figures are sliced. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# (what it is sliced by, the value): ("length", "1-99"), ("meta.channel", "e-mail").
Fact = tuple[str, str]
# Upper bounds of the classes of length, in code points.
LENGTHS = (99, 399, 1599)
LONGEST_VALUE = 60
# A text with at least this share of Han characters among its letters counts as Chinese.
HAN_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Facts:
    """`start`: the first code points of the text; `source`: where its gold came from."""

    document_id: int
    meta: Mapping[str, Any]  # Any: JSON
    length: int
    start: str
    source: str

    @property
    def pairs(self) -> list[Fact]:
        found = [("language", language_of(self.meta, self.start)), ("length", length_class(self.length))]
        if self.source:
            found.append(("source", self.source))
        values = ((key, value_text(value)) for key, value in self.meta.items() if key not in ("language", "lang"))
        return found + [(f"meta.{key}", text) for key, text in values if text is not None]


def language_of(meta: Mapping[str, Any], start: str) -> str:  # Any: JSON
    """What the document says of itself, or else "han" or "other" by its letters."""
    said = meta.get("language") or meta.get("lang")
    if isinstance(said, str) and len(said) <= 10:
        return said
    letters = [char for char in start if char.isalpha()]
    han = sum("\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003ffff" for char in letters)
    return "han" if letters and han >= HAN_SHARE * len(letters) else "other"


def length_class(length: int) -> str:
    first = 0
    for last in LENGTHS:
        if length <= last:
            return f"{first}-{last}"
        first = last + 1
    return f"{first}-"


def value_text(value: object) -> str | None:
    """How a value of meta is written; None for one that can't name a group of documents."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        return None
    text = str(value)
    return text if 0 < len(text) <= LONGEST_VALUE else None


def groups(facts: Sequence[Facts]) -> dict[Fact, list[int]]:
    """The places of the documents to which each pair applies, for every "what" that tells documents apart."""
    found: dict[Fact, list[int]] = {}
    for place, one in enumerate(facts):
        for pair in one.pairs:
            found.setdefault(pair, []).append(place)
    values = Counter(what for what, _ in found)
    return {pair: places for pair, places in found.items() if values[pair[0]] > 1}


def tally(facts: Iterable[Facts], what: str) -> dict[str, int]:
    """How many documents have each value, most frequent first."""
    counts = Counter(value for one in facts for name, value in one.pairs if name == what)
    return dict(counts.most_common())

"""What starters say of a text, beside a head that has not learned all labels yet. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from modelops.starters.chinese import CHINESE
from modelops.starters.recognizers import RECOGNIZERS, Stretch

ALL = RECOGNIZERS | CHINESE
# From so many documents with a label on, the head knows it better than a pattern does.
ENOUGH_DOCUMENTS = 8

Span = dict[str, Any]  # Any: start and end are numbers, label is text
Place = tuple[str, str]
Counts = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a label set asks for: its name, how many spans at most, and the stretches of the text that it reads."""

    name: str
    overlap: bool
    max_spans: int | None
    stretches: tuple[Stretch, ...]

    def reads(self, start: int, end: int) -> bool:
        return any(first <= start and end <= last for first, last in self.stretches)


@dataclass
class Starters:
    """`chosen`: label set -> label -> starter. What gold says of them is kept by document, so that it can be undone.

    Three numbers a label set and label: documents with the label, what its starter found, and how much was right.
    """

    chosen: Mapping[str, Mapping[str, str]]
    _noted: dict[int, dict[Place, Counts]] = field(default_factory=dict)
    _totals: dict[Place, Counts] = field(default_factory=dict)

    def compare(self, document_id: int, name: str, text: str, gold: Sequence[Span]) -> None:
        """Note how this document's gold agrees with the starters of a label set."""
        right = {(span["start"], span["end"], span["label"]) for span in gold}
        for label, starter in self.chosen.get(name, {}).items():
            found = [] if self._is_learned(name, label) else ALL[starter](text)
            has_label = any(label == own for _, _, own in right)
            counts = int(has_label), len(found), sum((*one, label) in right for one in found)
            self._noted.setdefault(document_id, {})[name, label] = counts
            self._add((name, label), counts, 1)

    def forget(self, document_id: int) -> None:
        for place, counts in self._noted.pop(document_id, {}).items():
            self._add(place, counts, -1)

    def complete(self, asked: Asked, text: str, spans: list[Span] | None, sure: Sequence[float]) -> "Answered":
        """A head's spans (None: it says nothing yet) with those of starters for labels that few documents taught."""
        starting = self.starting(asked.name, has_head=spans is not None)
        pairs = [pair for pair in zip(spans or [], sure, strict=True) if pair[0]["label"] not in starting]
        for label, starter in starting.items():
            confidence = self._confidence(asked.name, label)
            found = [(start, end) for start, end in ALL[starter](text) if asked.reads(start, end)]
            pairs += [({"start": start, "end": end, "label": label}, confidence) for start, end in found]
        made_by = maker(has_head=spans is not None, has_starters=bool(starting))
        return Answered(_kept(pairs, asked), made_by)

    def starting(self, name: str, *, has_head: bool) -> dict[str, str]:
        """Label -> starter, of the labels that a head does not know better by now."""
        chosen = self.chosen.get(name, {})
        return {label: own for label, own in chosen.items() if not has_head or not self._is_learned(name, label)}

    def _add(self, place: Place, counts: Counts, sign: int) -> None:
        before = self._totals.get(place, (0, 0, 0))
        self._totals[place] = (
            before[0] + sign * counts[0],
            before[1] + sign * counts[1],
            before[2] + sign * counts[2],
        )

    def _is_learned(self, name: str, label: str) -> bool:
        return self._totals.get((name, label), (0, 0, 0))[0] >= ENOUGH_DOCUMENTS

    def _confidence(self, name: str, label: str) -> float:
        """The rule of succession (Laplace 1814): 0.5 before any gold, then about the share that was right."""
        _, found, right = self._totals.get((name, label), (0, 0, 0))
        return round((right + 1) / (found + 2), 6)


@dataclass(frozen=True, slots=True)
class Answered:
    """Spans with their confidence in text order; `maker`: "logistic", "starters", "mixed", or "" for no answer."""

    pairs: list[tuple[Span, float]]
    maker: str


def stretches_of(text: str, parts: Sequence[Stretch], roles: Sequence[str], part_role: str) -> tuple[Stretch, ...]:
    """What a label set reads: the whole text, or the parts that have its role."""
    if not parts:
        return ((0, len(text)),)
    return tuple(part for part, role in zip(parts, roles, strict=True) if not part_role or role == part_role)


def _kept(pairs: Sequence[tuple[Span, float]], asked: Asked) -> list[tuple[Span, float]]:
    """As many as are asked for, the surest first; of two that meet the surer, where they may not overlap."""
    kept: list[tuple[Span, float]] = []
    for span, confidence in sorted(pairs, key=lambda pair: -pair[1]):
        meets = any(span["start"] < other["end"] and other["start"] < span["end"] for other, _ in kept)
        if (asked.overlap or not meets) and (asked.max_spans is None or len(kept) < asked.max_spans):
            kept.append((span, confidence))
    return sorted(kept, key=lambda pair: (pair[0]["start"], pair[0]["end"], pair[0]["label"]))


def maker(*, has_head: bool, has_starters: bool) -> str:
    """What makes an answer: a head, starters, both, or nobody."""
    if has_head:
        return "mixed" if has_starters else "logistic"
    return "starters" if has_starters else ""

"""Whether a fast head answers a label set better than what people would see without it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

# One-sided chance of as many wins by luck alone; the head takes over below it and hands back when it no longer leads.
TAKES_OVER_BELOW = 0.05

Value = Any  # Any: JSON; its form follows the label set's kind


@dataclass(frozen=True, slots=True)
class Comparison:
    """Mean scores on `documents` test documents that both answered; `wins` and `losses` of the fast head."""

    documents: int
    own: float
    rival: float
    wins: int
    losses: int

    def is_ahead(self, *, was_ahead: bool) -> bool:
        if self.wins <= self.losses:
            return False
        return was_ahead or chance_of(self.wins, self.losses) <= TAKES_OVER_BELOW


def compare(kind: str, gold: Sequence[Value], own: Sequence[Value], rival: Sequence[Value]) -> Comparison:
    mine = [score(kind, right, said) for right, said in zip(gold, own, strict=True)]
    theirs = [score(kind, right, said) for right, said in zip(gold, rival, strict=True)]
    wins = sum(a > b for a, b in zip(mine, theirs, strict=True))
    losses = sum(a < b for a, b in zip(mine, theirs, strict=True))
    count = max(1, len(mine))
    return Comparison(len(mine), sum(mine) / count, sum(theirs) / count, wins, losses)


def score(kind: str, gold: Value, said: Value) -> float:
    """1 for a right choice; for sets of labels and spans the F1 of one document, 1 where both are empty."""
    if kind == "choice":
        return float(gold == said)
    right, given = _as_set(gold), _as_set(said)
    if not right and not given:
        return 1.0
    return 2 * len(right & given) / (len(right) + len(given))


def chance_of(wins: int, losses: int) -> float:
    """The exact sign test: so many wins or more of `wins + losses` tosses of a fair coin."""
    count = wins + losses
    return float(sum(comb(count, more) for more in range(wins, count + 1)) / 2**count)


def _as_set(value: Value) -> set[tuple[object, ...]]:
    items: Iterable[Value] = value or ()
    return {(item["start"], item["end"], item["label"]) if isinstance(item, Mapping) else (item,) for item in items}

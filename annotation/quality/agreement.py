"""How far two people, or a person and gold, answer the same documents alike: shares with their intervals. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from annotation.answers.answer import Answer, Span, Value

# Fewer documents say nothing that is worth reading.
FEWEST_DOCUMENTS = 10
# Two-sided 95 % of the normal distribution.
Z = 1.959964
RESAMPLES = 1_000

Counts = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers for one document; a document answered by several people comes in several pairs."""

    document_id: int
    one: Answer
    other: Answer


@dataclass(frozen=True, slots=True)
class Agreement:
    """One label set: the share of equal values, or strict span F1, from 0 to 1, with its 95 % interval."""

    label_set: str
    is_f1: bool
    documents: int
    value: float
    low: float
    high: float

    @property
    def is_enough(self) -> bool:
        return self.documents >= FEWEST_DOCUMENTS


def agreements(kinds: Mapping[str, str], pairs: Iterable[Pair]) -> list[Agreement]:
    """By label set, in the order of `kinds` (name -> kind); drafted texts are not compared.

    A label set counts where both answered it. For spans, a document counts where one of the two marked something:
    two empty answers are no evidence of marking alike.
    """
    found = list(pairs)
    return [_agreement(name, kind, found) for name, kind in kinds.items() if kind != "text"]


def _agreement(name: str, kind: str, pairs: list[Pair]) -> Agreement:
    both = [pair for pair in pairs if name in pair.one.values and name in pair.other.values]
    if kind == "span":
        return _span_agreement(name, both)
    equal: dict[int, list[bool]] = {}
    for pair in both:
        equal.setdefault(pair.document_id, []).append(is_same(pair.one.values[name], pair.other.values[name]))
    hits = sum(sum(values) / len(values) for values in equal.values())
    low, high = wilson(hits, len(equal))
    return Agreement(name, False, len(equal), hits / len(equal) if equal else 0.0, low, high)


def _span_agreement(name: str, pairs: list[Pair]) -> Agreement:
    rows: dict[int, Counts] = {}
    for pair in pairs:
        one, other = set(pair.one.spans(name)), set(pair.other.spans(name))
        before = rows.get(pair.document_id, (0, 0, 0))
        now = (len(one & other), len(one - other), len(other - one))
        rows[pair.document_id] = (before[0] + now[0], before[1] + now[1], before[2] + now[2])
    marked = [row for row in rows.values() if any(row)]
    low, high = f1_interval(marked)
    return Agreement(name, True, len(marked), f1(marked), low, high)


def is_same(one: Value, other: Value) -> bool:
    """Equal values of one label set; the order of choices and spans does not count."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return _as_set(one) == _as_set(other)
    return one == other


def _as_set(values: tuple[str, ...] | tuple[Span, ...]) -> frozenset[str | Span]:
    return frozenset(values)


def wilson(hits: float, number: float) -> tuple[float, float]:
    """95 % score interval of a share (Wilson 1927). With means in place of hits it is on the wide side."""
    if not number:
        return 0.0, 1.0
    share, square = hits / number, Z * Z / number
    middle = (share + square / 2) / (1 + square)
    half = Z / (1 + square) * sqrt(share * (1 - share) / number + square / (4 * number))
    return max(0.0, middle - half), min(1.0, middle + half)


def f1(rows: Sequence[Counts]) -> float:
    """Over all spans of all documents; a span counts when start, end and label are the same. Rows: both, one, other."""
    both, one, other = (sum(row[place] for row in rows) for place in range(3))
    return 2 * both / (2 * both + one + other) if both + one + other else 0.0


def f1_interval(rows: Sequence[Counts]) -> tuple[float, float]:
    """95 % percentile bootstrap over documents (Efron, Tibshirani 1993), always with the same seed.

    Where every document is the same, all right or all wrong, resampling can't show a doubt: Wilson's bound stands in.
    """
    if not rows:
        return 0.0, 1.0
    if all(row[1] == row[2] == 0 for row in rows) or all(row[0] == 0 for row in rows):
        return wilson(len(rows) if rows[0][0] else 0, len(rows))
    # Equal rows are drawn together: the same distribution at the cost of the distinct rows alone.
    distinct, numbers = np.unique(np.array(rows, dtype=np.int64), axis=0, return_counts=True)
    draws = np.random.default_rng(0).multinomial(len(rows), numbers / len(rows), size=RESAMPLES)
    both, one, other = (draws @ distinct).T
    values = 2 * both / np.maximum(2 * both + one + other, 1)
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)

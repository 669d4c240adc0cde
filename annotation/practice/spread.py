"""Draw documents by chance, so that every label is met. Pure: no database."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from random import Random
from typing import Any


def labels_of(answer: Mapping[str, Any], label_sets: Collection[str]) -> frozenset[tuple[str, str]]:  # Any: stored JSON
    """(label set, label) pairs of an answer, over these label sets: those whose values are labels."""
    return frozenset((name, label) for name in label_sets for label in _labels(answer.get(name)))


def _labels(value: Any) -> Iterator[str]:  # Any: its form follows the label set's kind
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (str(item["label"]) if isinstance(item, dict) else str(item) for item in value)


def spread(candidates: Mapping[int, frozenset[tuple[str, str]]], count: int, chance: Random) -> list[int]:
    """`count` ids: each next one holds the label that was met least so far among those that are left.

    Ties fall to the draw of `chance`; candidates without any label come last.
    """
    left = dict(candidates)
    order = list(left)
    chance.shuffle(order)
    met: Counter[tuple[str, str]] = Counter()
    chosen: list[int] = []
    while left and len(chosen) < count:
        best = min((each for each in order if each in left), key=lambda each: _rarest(left[each], met))
        met.update(left.pop(best))
        chosen.append(best)
    return chosen


def _rarest(labels: frozenset[tuple[str, str]], met: Counter[tuple[str, str]]) -> tuple[bool, int]:
    return (not labels, min((met[label] for label in labels), default=0))

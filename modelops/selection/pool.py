"""What acquisition functions see and what they give back. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]


def no_vectors(rows: Rows) -> Floats:
    """Every document at one point: functions that look at distances then fall back to the order of the rows."""
    return np.zeros((len(rows), 1), dtype=np.float32)


@dataclass(frozen=True)
class LabelWords:
    """The choice `name` by the words of its labels: their embeddings [labels, hidden].

    `gold` [labeled]: the label of each of a pool's labeled documents, -1 for one that this choice learns nothing from.
    """

    name: str
    vectors: Floats
    gold: Rows


@dataclass(frozen=True)
class Pool:
    """`size` open documents; row i of everything is the same document.

    `doubts`: by label set, [size] numbers, more is less sure; a label set without a model's word is absent. NaN marks a
    document about which the model says nothing yet: it counts as no doubt at all.
    `vectors(rows)`: embeddings [len(rows), hidden] of the wanted rows; zeros for a text that has none. Read as late and
    as rarely as can be, for they lie in the database.
    `labeled`: embeddings [labeled, hidden] of documents with gold.
    `probabilities(rows)`: by label set, [len(rows), labels], rows adding up to 1.
    `label_words`: of the choices whose labels have words to go by.
    """

    size: int
    doubts: Mapping[str, Floats] = field(default_factory=dict)
    vectors: Callable[[Rows], Floats] = no_vectors
    labeled: Floats = field(default_factory=lambda: np.zeros((0, 1), dtype=np.float32))
    probabilities: Callable[[Rows], Mapping[str, Floats]] = field(default=lambda _: {})
    label_words: tuple[LabelWords, ...] = ()


@dataclass(frozen=True)
class Picks:
    """Distinct rows of a pool, the first to be labeled first.

    `group_sizes`: how many documents each stands for; 0 where the function knows no groups.
    `trusted`: the choices whose labels' words took part.
    """

    rows: Rows
    group_sizes: Rows
    trusted: tuple[str, ...] = ()

    @classmethod
    def of(cls, rows: Rows) -> "Picks":
        return cls(rows.astype(np.int64), np.zeros(len(rows), dtype=np.int64))


class Acquisition(Protocol):
    """Choose the `count` documents whose labels teach most, or all where the pool is smaller.

    The same pool, count and seed give the same picks, and no argument is changed.
    """

    def __call__(self, pool: Pool, count: int, seed: int) -> Picks: ...

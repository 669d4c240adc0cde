"""Who gave which label to which document, as counts: what every coefficient of agreement starts from. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ratings:
    """One row a rating: a document, a person and a label, each as a code from 0."""

    documents: Ints
    people: Ints
    labels: Ints
    label_count: int

    @classmethod
    def of(cls, documents: Ints, people: Ints, values: Ints) -> "Ratings":
        """From any numbers; equal ones become one code, in rising order."""
        _, document_codes = np.unique(documents, return_inverse=True)
        _, person_codes = np.unique(people, return_inverse=True)
        names, label_codes = np.unique(values, return_inverse=True)
        return cls(document_codes, person_codes, label_codes, len(names))

    def counts(self) -> "Counts":
        """Documents with the same labels, whoever gave them, share a row; each is told by a sum of random numbers."""
        if not len(self.documents):
            return Counts(np.zeros((0, self.label_count), np.int64), np.zeros(0, np.int64))
        keys = np.random.default_rng(0).integers(0, 2**63, size=self.label_count, dtype=np.uint64)
        sums = np.zeros(int(self.documents.max()) + 1, dtype=np.uint64)
        np.add.at(sums, self.documents, keys[self.labels])
        _, first, places = np.unique(sums, return_index=True, return_inverse=True)
        shown = np.full(len(sums), -1)
        shown[first] = np.arange(len(first))
        is_shown = shown[self.documents] >= 0
        rows = tabulate(shown[self.documents[is_shown]], self.labels[is_shown], self.label_count)
        return Counts(rows, places)


def tabulate(rows: Ints, columns: Ints, column_count: int) -> Ints:
    row_count = int(rows.max()) + 1 if len(rows) else 0
    flat = np.bincount(rows * column_count + columns, minlength=row_count * column_count)
    return flat.astype(np.int64).reshape(row_count, column_count)


def from_table(table: Sequence[Sequence[int | None]]) -> Ratings:
    """From the form of the textbooks: a row a person, a column a document, None where somebody gave nothing."""
    rows = [
        (place, person, value)
        for person, row in enumerate(table)
        for place, value in enumerate(row)
        if value is not None
    ]
    documents, people, values = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return Ratings.of(documents, people, values)


@dataclass(frozen=True, slots=True)
class Counts:
    """`rows` [patterns, labels]: how many people gave each label. `places` [documents]: which row is a document's."""

    rows: Ints
    places: Ints

    @classmethod
    def of(cls, rows: Ints) -> "Counts":
        return cls(rows, np.arange(len(rows)))

    def at_least(self, people: int) -> "Counts":
        """The documents that so many people labeled."""
        kept = self.rows.sum(axis=1) >= people
        moved = np.cumsum(kept) - 1
        return Counts(self.rows[kept], moved[self.places[kept[self.places]]])

    def only(self, documents: NDArray[np.bool_]) -> "Counts":
        return Counts(self.rows, self.places[documents])

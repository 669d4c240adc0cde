"""Who gave which label to which document, as counts: what every coefficient of agreement starts from. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ratings:
    """One row a rating: a document, a person and a label, each as a code from 0. Rows with label -1 are no rating."""

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

    def counts(self) -> Ints:
        """Shape [documents, labels]: how many people gave each label."""
        return tabulate(self.documents, self.labels, self.label_count)


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


def pairable(counts: Ints) -> Ints:
    """The documents that at least two people labeled."""
    return counts[counts.sum(axis=1) >= 2]

"""Agreement on spans: strict F1, overlap F1, and alpha over code points. Pure.

Everything is a sum over pairs of people within a document, so a document can be drawn again and again for an interval.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotation.quality.bootstrap import UNKNOWN, Floats, Interval, interval
from annotation.quality.units import Ints, tabulate


@dataclass(frozen=True, slots=True)
class Marks:
    """`documents` [n]: lengths in code points; `people` [n]: how many answered each. One row a span in the others."""

    lengths: Ints
    people: Ints
    document: Ints
    person: Ints
    label: Ints
    start: Ints
    end: Ints

    @property
    def label_count(self) -> int:
        return int(self.label.max()) + 1 if len(self.label) else 0


@dataclass(frozen=True, slots=True)
class SpanFigures:
    """`documents`: where at least two people answered and one of them marked something."""

    documents: int
    strict: Interval
    overlap: Interval
    alpha: Interval


def span_agreement(marks: Marks) -> SpanFigures:
    """Strict: start, end and label are the same. Overlap: the label is the same and a code point is shared.

    F1 of two people is symmetric: twice what both marked over what each marked. Over several people it is the sum over
    all pairs of them. Alpha: Krippendorff's, each code point a unit that a label holds or not, summed over the labels
    before dividing, as for unitized continua (Krippendorff, Mathet, Bouvry, Widlöcher 2016, there with whole segments
    as the units of chance). It counts near misses by their length. A person's spans of one label must not overlap.
    """
    shared = marks.people >= 2
    spans = tabulate(marks.document, np.zeros_like(marks.document), 1) if len(marks.document) else np.zeros((0, 1))
    number = np.zeros(len(marks.people))
    number[: len(spans)] = spans[:, 0]
    is_marked = shared & (number > 0)
    one, other = pairs_within(marks)
    total = (number * (marks.people - 1)).astype(np.float64)
    same = (marks.start[one] == marks.start[other]) & (marks.end[one] == marks.end[other])
    strict = _per_document(marks, one[same])
    touches = np.minimum(marks.end[one], marks.end[other]) > np.maximum(marks.start[one], marks.start[other])
    matched = _per_document(marks, _once(one[touches], marks.person[other][touches]))
    return SpanFigures(
        int(is_marked.sum()),
        _ratio(strict[is_marked], total[is_marked]),
        _ratio(matched[is_marked], total[is_marked]),
        _alpha(marks, shared, one, other),
    )


def pairs_within(marks: Marks) -> tuple[Ints, Ints]:
    """Places of every two spans of one document and label by different people, both ways round."""
    keys = marks.document * (marks.label_count or 1) + marks.label
    order = np.argsort(keys, kind="stable")
    _, first, number = np.unique(keys[order], return_index=True, return_counts=True)
    size = np.repeat(number, number)
    left = np.repeat(order, size)
    offset = np.arange(len(left)) - np.repeat(np.cumsum(size) - size, size)
    right = order[np.repeat(np.repeat(first, number), size) + offset]
    is_pair = marks.person[left] != marks.person[right]
    return left[is_pair], right[is_pair]


def _once(span: Ints, person: Ints) -> Ints:
    """Each span once for each other person, however many of that person's spans it touches."""
    return np.unique(np.stack([span, person]), axis=1)[0] if len(span) else span


def _per_document(marks: Marks, spans: Ints) -> Floats:
    return np.bincount(marks.document[spans], minlength=len(marks.people)).astype(np.float64)


def _ratio(part: Floats, whole: Floats) -> Interval:
    return interval(np.column_stack([part, whole]), lambda sums: sums[:, 0] / sums[:, 1])


def _alpha(marks: Marks, shared: NDArray[np.bool_], one: Ints, other: Ints) -> Interval:
    """Of m people, n of whom hold a point: m n - n² unlike pairs; the sum of n² is that of all overlaps."""
    width, documents = marks.label_count, len(marks.people)
    if not width or not shared.any():
        return UNKNOWN
    cell = marks.document * width + marks.label
    length = (marks.end - marks.start).astype(np.float64)
    common = np.maximum(
        np.minimum(marks.end[one], marks.end[other]) - np.maximum(marks.start[one], marks.start[other]), 0
    )
    held = np.bincount(cell, length, documents * width).reshape(documents, width)
    both = np.bincount(cell[one], common, documents * width).reshape(documents, width)
    people = np.maximum(marks.people, 2)[:, None]
    unlike = 2 * ((people - 1) * held - both) / (people - 1)
    points = (marks.lengths * marks.people).astype(np.float64)
    table = np.column_stack([points, unlike.sum(axis=1), held])[shared]

    def figure(sums: Floats) -> Floats:
        total, labels = sums[:, :1], sums[:, 2:]
        expected = (2 * labels * (total - labels) / (total - 1)).sum(axis=1)
        return 1 - sums[:, 1] / np.where(expected > 0, expected, np.nan)

    return interval(table, figure)

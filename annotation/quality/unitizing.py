"""Krippendorff's alpha for unitizing: how far whole spans lie apart, not only which code points they share. Pure.

K. Krippendorff, Content Analysis, 2nd edition 2004, section 11.6, "alpha-U"; after his "On the reliability of unitizing
continuous data", 1995. Two spans of one label that meet differ by the squares of the distances of their edges; one that
meets none of another person's spans differs by the square of its length. Chance lays the same spans and gaps anywhere.

A document is a continuum of its own here: no gap reaches from one into the next. With one document, answered by all,
this is the published figure; with documents that different numbers of people answered, each is weighted as alpha does.
"""

from dataclasses import dataclass, replace

import numpy as np

from annotation.quality.bootstrap import MOST_DRAWN, UNKNOWN, Floats, Interval, drawn
from annotation.quality.span_agreement import Marks, pairs_within
from annotation.quality.units import Ints


def unitized_alpha(marks: Marks) -> Interval:
    """Of all labels together: their disagreements are added before dividing. Documents of one person don't count."""
    shared = np.flatnonzero(marks.people >= 2)
    if not len(shared):
        return UNKNOWN
    place = np.full(len(marks.people), -1)
    place[shared] = np.arange(len(shared))
    units = _merged(marks)
    kept = place[units.document] >= 0
    units = Marks(
        marks.lengths[shared],
        marks.people[shared],
        place[units.document[kept]],
        *(column[kept] for column in (units.person, units.label, units.start, units.end)),
    )
    if not len(units.label):
        return UNKNOWN
    draws = min(len(shared), MOST_DRAWN)
    weights = np.vstack([np.ones(draws), drawn(draws)])
    observed, expected = np.zeros(len(weights)), np.zeros(len(weights))
    for label in np.unique(units.label):
        found = _label_sums(units, int(label))
        observed += weights @ found.observed
        expected += _expected(found, weights)
    return _interval(observed, expected)


def _interval(observed: Floats, expected: Floats) -> Interval:
    """The first is of the documents as they are, the others of resampled ones."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 1 - observed / np.where(expected > 0, expected, np.nan)
    if not np.isfinite(found[0]):
        return UNKNOWN
    low, high = np.percentile(found[np.isfinite(found)], [2.5, 97.5])
    return Interval(float(found[0]), float(low), float(high))


def _merged(marks: Marks) -> Marks:
    """Overlapping spans of one person and label are one unit: the definition knows no others."""
    order = np.lexsort((marks.start, marks.label, marks.person, marks.document))
    document, person, label, start, end = (
        column[order] for column in (marks.document, marks.person, marks.label, marks.start, marks.end)
    )
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = (np.diff(document) != 0) | (np.diff(person) != 0) | (np.diff(label) != 0)
    # Later owners lie beyond all ends of earlier ones, so that the furthest end so far is one's own.
    step = int(end.max(initial=0)) + 1
    reach = np.maximum.accumulate(np.cumsum(is_new) * step + end) - np.cumsum(is_new) * step
    is_first = is_new.copy()
    is_first[1:] |= start[1:] >= reach[:-1]
    firsts = np.flatnonzero(is_first)
    lasts = np.append(firsts[1:], len(order))[: len(firsts)] - 1
    return replace(
        marks, document=document[firsts], person=person[firsts], label=label[firsts], start=start[firsts],
        end=reach[lasts],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LabelSums:
    """Sums of one label by group of documents (as bootstrap.in_groups makes them) and by length of its units.

    `points`: code points times people. `numbers` [groups, lengths]: units. `room` [groups, lengths]: in how many places
    of the gaps such a unit fits.
    """

    lengths: Floats
    observed: Floats
    points: Floats
    numbers: Floats
    room: Floats


def _label_sums(units: Marks, label: int) -> LabelSums:
    of_label = units.label == label
    own = replace(
        units,
        document=units.document[of_label], person=units.person[of_label], label=np.zeros(of_label.sum(), np.int64),
        start=units.start[of_label], end=units.end[of_label],
    )  # fmt: skip
    count = min(len(units.people), MOST_DRAWN)
    group = np.arange(len(units.people)) % MOST_DRAWN
    lengths, places = np.unique(own.end - own.start, return_inverse=True)
    numbers = np.zeros((count, len(lengths)))
    np.add.at(numbers, (group[own.document], places), 1)
    documents = len(units.people)
    observed = np.bincount(own.document, _unlike(own), documents) / (units.people - 1)
    return LabelSums(
        lengths.astype(np.float64),
        np.asarray(np.bincount(group, observed, count), np.float64),
        np.asarray(np.bincount(group, units.people * units.lengths, count), np.float64),
        numbers,
        _room(own, group, lengths, count),
    )


def _unlike(own: Marks) -> Floats:
    """By unit: what it differs from other people's units and gaps, counted from both sides."""
    one, other = pairs_within(own)
    meets = np.minimum(own.end[one], own.end[other]) > np.maximum(own.start[one], own.start[other])
    one, other = one[meets], other[meets]
    apart = (own.start[one] - own.start[other]) ** 2 + (own.end[one] - own.end[other]) ** 2
    met = np.unique(np.stack([one, own.person[other]]), axis=1)[0] if len(one) else one
    alone = own.people[own.document] - 1 - np.bincount(met, minlength=len(own.start))
    return np.asarray(np.bincount(one, apart, len(own.start)), np.float64) + 2.0 * alone * (own.end - own.start) ** 2


def _room(own: Marks, group: Ints, lengths: Ints, count: int) -> Floats:
    """A gap of g holds g - l + 1 places for a unit of l; who marked nothing left one gap."""
    owner = own.document * (int(own.person.max()) + 1) + own.person
    order = np.lexsort((own.start, owner))
    document, start, end, owner = own.document[order], own.start[order], own.end[order], owner[order]
    is_first = np.append(True, np.diff(owner) != 0)
    is_last = np.append(is_first[1:], True)
    before = np.where(is_first, start, start - np.append(0, end[:-1]))
    after = (own.lengths[document] - end)[is_last]
    silent = own.people - np.bincount(document[is_first], minlength=len(own.people))
    gaps = np.concatenate([before, after, own.lengths])
    weights = np.concatenate([np.ones(len(before) + len(after)), silent])
    groups = np.concatenate([group[document], group[document[is_last]], group])
    fitting = np.searchsorted(lengths, gaps, side="right")
    ends, number = (np.zeros((count, len(lengths) + 1)) for _ in range(2))
    np.add.at(ends, (groups, fitting), weights * (gaps + 1))
    np.add.at(number, (groups, fitting), weights)
    ends, number = (np.cumsum(table[:, :0:-1], axis=1)[:, ::-1] for table in (ends, number))
    return np.asarray(ends - number * lengths)


def _expected(found: LabelSums, weights: Floats) -> Floats:
    """In the scale of `observed`, for each row of weights: each label's disagreement by chance."""
    length, number, room = found.lengths, weights @ found.numbers, weights @ found.room
    points = weights @ found.points
    among_units = (number.sum(axis=1) - 1) / 3 * (number @ (2 * length**3 - 3 * length**2 + length))
    in_gaps = (number * length**2 * room).sum(axis=1)
    pairs = points * (points - 1) - number @ (length * (length - 1))
    return np.asarray(2 * points * (np.maximum(among_units, 0) + in_gaps) / np.where(pairs > 0, pairs, np.nan))

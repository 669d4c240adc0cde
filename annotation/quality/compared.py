"""Answers to a choice beside gold, and beside another person's: the rows that reports count and that figures open."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotation.quality.asked import Asked
from annotation.quality.columns import Columns, Flag, Mask, VoiceKind
from annotation.quality.reading import Given, Ints, beside, given, is_between


@dataclass(frozen=True, slots=True)
class Compared:
    """Row by row: what was said, and what is right."""

    said: Given
    right: Ints

    @property
    def is_same(self) -> Mask:
        return np.asarray(self.said.value == self.right)

    def where(self, kept: Mask) -> "Compared":
        return Compared(self.said.where(kept), self.right[kept])


def people_and_gold(columns: Columns, label_set: int, user: int | None = None) -> Compared:
    """Only gold in which somebody else had a say: one's own word would always agree."""
    said, gold = beside(columns, label_set, given(columns, label_set, VoiceKind.PERSON))
    found = Compared(said, gold.value)
    kept = said.has(Flag.TESTED)
    return found.where(kept if user is None else kept & (said.user == user))


def model_and_gold(columns: Columns, label_set: int, asked: Asked, version: int | None = None) -> Compared:
    """What a version said before the document had gold: it can't have learned from it. Days are those of the gold."""
    said, gold = beside(columns, label_set, given(columns, label_set, VoiceKind.MODEL))
    kept = said.has(Flag.FRESH) & is_between(gold.minute.astype(np.int32), asked)
    found = Compared(said, gold.value)
    return found.where(kept if version is None else kept & (said.version == version))


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two people's answers to the same document, `one` with the smaller id."""

    document: Ints
    one: Ints
    other: Ints
    is_same: Mask

    def where(self, kept: Mask) -> "Pairs":
        return Pairs(self.document[kept], self.one[kept], self.other[kept], self.is_same[kept])


def pairs_of(columns: Columns, label_set: int) -> Pairs:
    """Every two people who answered the label set for the same document."""
    rows = given(columns, label_set, VoiceKind.PERSON)
    rows = rows.where(np.lexsort((rows.user, rows.document)))
    _, first, number = np.unique(rows.document, return_index=True, return_counts=True)
    left, right = within(first, number)
    return Pairs(rows.document[left], rows.user[left], rows.user[right], rows.value[left] == rows.value[right])


def within(first: NDArray[np.int64], number: NDArray[np.int64]) -> tuple[Ints, Ints]:
    """Places of every two rows of a group, the earlier one left; groups lie side by side from `first` on."""
    follow = np.repeat(first + number, number) - np.arange(number.sum()) - 1
    left = np.repeat(np.arange(number.sum()), follow)
    right = left + 1 + np.arange(follow.sum()) - np.repeat(np.cumsum(follow) - follow, follow)
    return left, right


WEEK = 7 * 1440


def week_of(minutes: Ints) -> Ints:
    """Numbers of weeks; they begin on Mondays, and minute 0 was a Thursday."""
    return (minutes + 3 * 1440) // WEEK


def first_minute_of(week: int) -> int:
    return week * WEEK - 3 * 1440


def last_weeks(rows: Given) -> tuple[Ints, Ints, Ints]:
    """Documents, the week of each one's last answer, and by row the place of its document."""
    documents, places = np.unique(rows.document, return_inverse=True)
    last = np.zeros(len(documents), dtype=np.int64)
    np.maximum.at(last, places, rows.minute)
    return documents, week_of(last), places


def own_weeks(pairs: Pairs, rows: Given) -> Ints:
    """Pair by pair, the week of one person's answer; `rows` are that person's, and hold each document of the pairs."""
    rows = rows.where(np.argsort(rows.document))
    return week_of(rows.minute[np.searchsorted(rows.document, pairs.document)])


BINS = 10


def bin_of(confidence: NDArray[np.float32]) -> Ints:
    """Tenths of confidence; sure comes into the last one."""
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)


def calibrated(columns: Columns, label_set: int, asked: Asked, version: int) -> Compared:
    """What the version answered with a known probability. Model and gold, as above."""
    found = model_and_gold(columns, label_set, asked, version)
    return found.where(np.isfinite(found.said.confidence) & (found.said.value > 0))

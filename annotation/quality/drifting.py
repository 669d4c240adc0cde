"""What is watched for drift: texts and people's answers by day or week, each period beside the first ones. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from annotation.quality.asked import Asked, day_of
from annotation.quality.columns import Columns, VoiceKind
from annotation.quality.drift import Drift, drift, in_bins, quantile_edges
from annotation.quality.reading import Ints, given, is_between

DAY = 1_440
# Up to so many days a period is a day, with more it is a week.
MOST_DAYS = 21
MOST_PERIODS = 26
# The first periods with together so many make the reference.
REFERENCE = 100


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both included; `kept`: which rows fall into it."""

    first: date
    last: date
    kept: Ints


@dataclass(frozen=True, slots=True)
class Watched:
    """Counts by category, a row a period; `numbers`: the documents behind each. `label_set`: 0 for texts."""

    name: str
    label_set: int
    periods: list[Period]
    counts: Sequence[Ints]
    numbers: Sequence[int]

    @property
    def split(self) -> int | None:
        """How many of the first periods make the reference; None where nothing is left to compare."""
        total = 0
        for place, one in enumerate(self.counts):
            total += int(one.sum())
            if total >= REFERENCE:
                return place + 1 if place + 1 < len(self.counts) else None
        return None

    def results(self) -> list[Drift | None]:
        """Of each period after the reference."""
        split = self.split
        if split is None:
            return []
        before = np.sum(self.counts[:split], axis=0)
        return [drift(before, now, comparisons=len(self.counts) - split) for now in self.counts[split:]]

    def newest(self, *, comparisons: int) -> Drift | None:
        """Of the newest period alone."""
        split = self.split
        return (
            None
            if split is None
            else drift(np.sum(self.counts[:split], axis=0), self.counts[-1], comparisons=comparisons)
        )


def periods(minutes: Ints) -> list[Period]:
    if not len(minutes):
        return []
    days = minutes // DAY
    size = 1 if int(days.max() - days.min()) < MOST_DAYS else 7
    # Day 0 was a Thursday: weeks begin on Mondays.
    numbers = (days + 3) // size if size > 1 else days
    found = []
    for number in np.unique(numbers)[-MOST_PERIODS:].tolist():
        first = number * size - (3 if size > 1 else 0)
        start = day_of(first * DAY)
        found.append(Period(start, start + timedelta(days=size - 1), np.flatnonzero(numbers == number)))
    return found


def texts_watched(columns: Columns, asked: Asked) -> list[Watched]:
    """Their lengths in tenths, and their languages; texts that came in the days asked for."""
    documents = columns.documents[is_between(columns.documents["minute"], asked)]
    found = periods(documents["minute"].astype(np.int64))
    lengths = documents["length"].astype(np.float64)
    edges = quantile_edges(lengths)
    numbers = [len(one.kept) for one in found]
    names, languages = np.unique(documents["language"], return_inverse=True)
    by_length = [in_bins(lengths[one.kept], edges) for one in found]
    by_language = [np.bincount(languages[one.kept], minlength=len(names)) for one in found]
    return [Watched("length", 0, found, by_length, numbers), Watched("language", 0, found, by_language, numbers)]


def answers_watched(columns: Columns, label_set: int) -> Watched:
    """People's answers to one choice."""
    rows = given(columns, label_set, VoiceKind.PERSON)
    labels, places = np.unique(rows.value, return_inverse=True)
    found = periods(rows.minute)
    counts = [np.bincount(places[one.kept], minlength=len(labels)) for one in found]
    numbers = [len(np.unique(rows.document[one.kept])) for one in found]
    return Watched(str(label_set), label_set, found, counts, numbers)

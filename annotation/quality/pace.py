"""How long a person needs for a document, and how many they answer a day. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import quantiles

# The screen's clock stands while the page is hidden. A page left open in sight still runs on: what is longer than
# this counts as this long, and is counted, so that nobody's slow documents disappear.
IDLE_CAP_SECONDS = 600.0
DAYS = 14


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds a document: the quartiles over `documents`, of which `capped` were cut to the cap."""

    documents: int
    capped: int
    lower: float
    median: float
    upper: float


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    documents: int


def pace_of(seconds: Sequence[float]) -> Pace | None:
    """None where no time is known: answers sent by API may come without one (0)."""
    known = [value for value in seconds if value > 0]
    if not known:
        return None
    cut = [min(value, IDLE_CAP_SECONDS) for value in known]
    lower, median, upper = quantiles(cut, n=4, method="inclusive") if len(cut) > 1 else (cut[0],) * 3
    capped = sum(value > IDLE_CAP_SECONDS for value in known)
    return Pace(len(known), capped, lower, median, upper)


def last_days(counts: Mapping[date, int], today: date) -> list[Day]:
    """The last 14 days with today, oldest first; a day without work is there with 0."""
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    return [Day(day, counts.get(day, 0)) for day in days]

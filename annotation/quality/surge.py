"""Whether the share of negative texts rises beyond what chance and ordinary days explain. Pure.

The newest texts of a topic stand beside its last weeks, as in surveillance of outbreaks (Farrington, Andrews, Beale,
Catchpole 1996, "A statistical algorithm for the early detection of outbreaks of infectious disease", JRSS A 159:547):
the past says what is usual and how far days differ, and an alarm needs a number that hardly comes of that.

    number of negatives in a stretch of time ~ beta-binomial(texts, usual share, spread)

The spread holds how far the share varies between days (the moments estimator of Williams 1982, drawn towards
USUAL_SPREAD, because few days tell little) and how well the usual share itself is known. Looking after every text, at
several stretches and topics, is paid for by Boole's inequality: together the looks of `quiet_days` may give one false
alarm at most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

DAY = 1_440
# Stretches that end now, in minutes: a burst shows in the short ones, a slow rise in a day.
WINDOWS = (10, 60, 360, DAY)
BASE_DAYS = 28
# Fewer texts before say too little about what is usual.
FEWEST_BEFORE = 50
# Correlation of two texts of one day that is assumed where few days tell; it weighs as much as so many days.
USUAL_SPREAD, SPREAD_DAYS = 0.02, 5
MOST_SPREAD = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """`least_rise`: of the share, from 0 to 1. `fewest`: negatives in the stretch. `quiet_days`: see above."""

    least_rise: float = 0.15
    fewest: int = 8
    quiet_days: float = 365.0


USUAL_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Surge:
    """In the last `window` minutes `negatives` of `texts`; before, a share of `usual` in `before` texts.

    `first`: the minute from which on the texts counted. `chance`: how likely so many are; an alarm is below `limit`.
    """

    window: int
    first: int
    negatives: int
    texts: int
    usual: float
    before: int
    chance: float
    limit: float

    @property
    def share(self) -> float:
        return self.negatives / self.texts


def surge(
    minutes: Ints, is_negative: Mask, now: int, limits: Limits = USUAL_LIMITS, *, topics: int = 1, after: int = -1
) -> Surge | None:
    """The least likely stretch that ends in the minute `now`, or None where all is as usual.

    One topic's texts: when each came, and whether it is negative. `topics`: how many are watched beside each other.
    `after`: texts up to this minute have raised an alarm already and raise none again.
    """
    known = minutes <= now
    minutes, is_negative = minutes[known], is_negative[known]
    found = [_in_window(minutes, is_negative, now, window, limits, topics, after) for window in WINDOWS]
    alarms = [one for one in found if one is not None and one.chance < one.limit]
    return min(alarms, key=lambda one: one.chance, default=None)


def _in_window(  # noqa: PLR0913  # the arguments of `surge` and the window
    minutes: Ints, is_negative: Mask, now: int, window: int, limits: Limits, topics: int, after: int
) -> Surge | None:
    end = now - window
    first = max(end, after) + 1
    is_new = minutes >= first
    texts, negatives = int(is_new.sum()), int(is_negative[is_new].sum())
    is_before = (minutes <= end) & (minutes > end - BASE_DAYS * DAY)
    before, usual_negatives = int(is_before.sum()), int(is_negative[is_before].sum())
    if before < FEWEST_BEFORE or negatives < limits.fewest:
        return None
    usual = (usual_negatives + 0.5) / (before + 1)
    if negatives / texts - usual < limits.least_rise:
        return None
    days = (end - minutes[is_before]) // DAY
    numbers = np.bincount(days)
    hits = np.bincount(days, weights=is_negative[is_before]).astype(np.int64)
    hits, numbers = hits[numbers > 0], numbers[numbers > 0]
    chance = at_least(negatives, texts, usual, _spread(hits, numbers, usual))
    # On a quiet day every text is a look when it comes and when it leaves a stretch.
    looks = 2 * len(WINDOWS) * topics * (before / len(numbers)) * limits.quiet_days
    return Surge(window, first, negatives, texts, usual, before, chance, 1 / looks)


def _spread(hits: Ints, numbers: Ints, usual: float) -> float:
    """Correlation of two texts of a new day, given the days before: of the days themselves, and of not knowing."""
    days, total = len(numbers), int(numbers.sum())
    excess = float(((hits - numbers * usual) ** 2 / (numbers * usual * (1 - usual))).sum()) - (days - 1)
    room = total - float((numbers**2).sum()) / total - (days - 1)
    # One standard error (of a chi-squared sum) on the safe side: few days look more alike than they are.
    told = min(max(excess, 0.0) / room + (2 * (days - 1)) ** 0.5 / room, MOST_SPREAD) if room > 0 else 0.0
    between = (days * told + SPREAD_DAYS * USUAL_SPREAD) / (days + SPREAD_DAYS)
    unknown = float((numbers * (1 + (numbers - 1) * between)).sum()) / total**2
    return between + (1 - between) * min(unknown, 1.0)


def at_least(hits: int, number: int, share: float, spread: float) -> float:
    """P(X >= hits) of a beta-binomial with this mean share and correlation within (Skellam 1948)."""
    size = 1 / spread - 1
    a, b = share * size, (1 - share) * size
    first = exp(
        lgamma(number + 1) - lgamma(hits + 1) - lgamma(number - hits + 1)
        + lgamma(hits + a) + lgamma(number - hits + b) - lgamma(number + a + b)
        + lgamma(a + b) - lgamma(a) - lgamma(b)
    )  # fmt: skip
    x = np.arange(hits, number, dtype=np.float64)
    ratios = (number - x) / (x + 1) * (a + x) / (b + number - x - 1)
    return min(1.0, first * (1.0 + float(np.cumprod(ratios).sum())))


@dataclass(frozen=True, slots=True)
class Topic:
    """Places of a topic's texts among all of them, and the minute up to which it has raised alarms."""

    places: Ints
    after: int = -1


def surges(
    minutes: Ints,
    is_negative: Mask,
    topics: Sequence[Topic],
    now: int,
    limits: Limits = USUAL_LIMITS,
    *,
    explained: Mask | None = None,
) -> list[tuple[int, Surge]]:
    """Place of the topic and its surge, the least likely first; a text counts for one surge alone.

    `explained`: texts of surges that are known already.

    One event makes the negative texts of several topics many, where texts have several: what the first one explains is
    left out of the others.
    """
    found: list[tuple[int, Surge]] = []
    is_free = np.ones(len(minutes), dtype=bool) if explained is None else ~explained
    waiting = list(range(len(topics)))
    while waiting:
        alarms: list[tuple[int, Surge]] = []
        for place in waiting:
            of = topics[place].places[is_free[topics[place].places]]
            one = surge(minutes[of], is_negative[of], now, limits, topics=len(topics), after=topics[place].after)
            alarms += [(place, one)] if one is not None else []
        if not alarms:
            break
        place, first = min(alarms, key=lambda pair: pair[1].chance)
        found.append((place, first))
        own = topics[place].places
        is_free[own[minutes[own] >= first.first]] = False
        waiting.remove(place)
    return found

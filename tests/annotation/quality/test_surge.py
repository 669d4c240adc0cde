"""A surge is found where it is planted, and quiet months raise none however days differ."""

import numpy as np
import pytest
from numpy.typing import NDArray

from annotation.quality.surge import DAY, Limits, Topic, at_least, surge, surges

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
TOPICS = 4
USUAL = 0.25


def quiet_month(seed: int, *, days: int = 60, a_day: int = 60, spread: float = 0.02) -> tuple[Ints, Mask, Ints]:
    """Minute, mood and topic of each text; each day and topic has a share of its own around the usual one."""
    dice = np.random.default_rng(seed)
    size = 1 / spread - 1
    numbers = dice.poisson(a_day / TOPICS, size=(days, TOPICS))
    shares = dice.beta(USUAL * size, (1 - USUAL) * size, size=(days, TOPICS))
    day, topic = (np.repeat(one.ravel(), numbers.ravel()) for one in np.mgrid[:days, :TOPICS])
    minutes = day * DAY + dice.integers(0, DAY, len(day))
    order = np.argsort(minutes, kind="stable")
    return minutes[order], (dice.random(len(day)) < shares[day, topic])[order], topic[order]


def watched(topic: Ints) -> list[Topic]:
    return [Topic(np.flatnonzero(topic == one)) for one in range(TOPICS)]


@pytest.mark.parametrize("seed", range(40))
def test_thirty_quiet_days_looked_at_every_hour_raise_none(seed: int) -> None:
    a_day, spread = ((20, 0.005), (80, 0.02), (300, 0.05))[seed % 3]
    minutes, is_negative, topic = quiet_month(seed, a_day=a_day, spread=spread)

    found = [now for now in range(30 * DAY, 60 * DAY, 60) if surges(minutes, is_negative, watched(topic), now)]

    assert found == []


@pytest.mark.parametrize("seed", range(20))
def test_a_planted_surge_is_found_in_the_minute_in_which_it_comes_and_not_before(seed: int) -> None:
    minutes, is_negative, topic = quiet_month(seed, days=30)
    begin = 30 * DAY
    planted = 40
    minutes = np.append(minutes, np.full(planted, begin))
    is_negative = np.append(is_negative, np.full(planted, True))
    topic = np.append(topic, np.full(planted, 2))

    before = [surges(minutes, is_negative, watched(topic), now) for now in range(begin - 120, begin)]
    [(place, found), *others] = surges(minutes, is_negative, watched(topic), begin)

    assert not any(before)
    assert (place, others) == (2, [])
    assert found.first <= begin
    assert found.negatives >= planted


def test_texts_on_two_topics_are_one_surge() -> None:
    minutes, is_negative, topic = quiet_month(0, days=30)
    begin, number = 30 * DAY, len(topic)
    minutes, is_negative = np.append(minutes, np.full(40, begin)), np.append(is_negative, np.full(40, True))
    planted = np.arange(number, number + 40)
    topics = [Topic(np.append(np.flatnonzero(topic == one), planted if one < 2 else planted[:0])) for one in range(4)]

    found = surges(minutes, is_negative, topics, begin)

    assert len(found) == 1


def test_texts_that_raised_an_alert_raise_no_other() -> None:
    minutes, is_negative, topic = quiet_month(0, days=30)
    begin = 30 * DAY
    own = topic == 1
    minutes, is_negative = np.append(minutes[own], np.full(40, begin)), np.append(is_negative[own], np.full(40, True))

    assert surge(minutes, is_negative, begin) is not None
    assert surge(minutes, is_negative, begin + 5, after=begin) is None


@pytest.mark.parametrize(
    "limits", [Limits(fewest=100), Limits(least_rise=0.8), Limits(quiet_days=1e12)], ids=["fewest", "rise", "days"]
)
def test_every_threshold_can_keep_it_quiet(limits: Limits) -> None:
    minutes, is_negative, topic = quiet_month(3, days=30)
    own = topic == 1
    minutes, is_negative = (
        np.append(minutes[own], np.full(40, 30 * DAY)),
        np.append(is_negative[own], np.full(40, True)),
    )

    assert surge(minutes, is_negative, 30 * DAY) is not None
    assert surge(minutes, is_negative, 30 * DAY, limits) is None


def test_too_little_past_says_nothing() -> None:
    minutes = np.append(np.arange(49) * 60, np.full(40, 30 * DAY))
    is_negative = minutes == 30 * DAY

    assert surge(minutes, is_negative, 30 * DAY) is None


def test_the_tail_is_that_of_the_beta_binomial() -> None:
    # By hand: n = 2, a = b = 1 (share 1/2, correlation 1/3): 0, 1 and 2 hits are equally likely.
    assert at_least(1, 2, 0.5, 1 / 3) == pytest.approx(2 / 3)
    assert at_least(2, 2, 0.5, 1 / 3) == pytest.approx(1 / 3)
    # With hardly any correlation it is the binomial: 1 - 0.9 ** 10 and 10 of 10.
    assert at_least(1, 10, 0.1, 1e-9) == pytest.approx(1 - 0.9**10, rel=1e-5)
    assert at_least(10, 10, 0.1, 1e-9) == pytest.approx(0.1**10, rel=1e-4)

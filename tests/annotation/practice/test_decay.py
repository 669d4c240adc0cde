"""Known answers over time: who became worse is found, chance alone is not."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from annotation.practice.decay import ALPHA, BELOW_MARK, BELOW_OWN, BLOCK, Known, as_bad_as, at_most, decays

START = datetime(2026, 1, 1, tzinfo=UTC)


def answers(user: int, right: list[bool]) -> list[Known]:
    return [Known(user, START + timedelta(hours=place), is_right) for place, is_right in enumerate(right)]


def test_a_person_who_falls_is_found_against_their_own_and_against_the_mark() -> None:
    fallen = answers(1, [True] * 60 + [True, False] * 10)
    steady = answers(2, [True] * 19 + [False] + [True] * 60)

    found = decays(fallen + steady, pass_mark=0.8)

    assert [(one.user, one.kind, one.block, one.recent_right, one.earlier_right) for one in found] == [
        (1, BELOW_OWN, 4, 10, 60)
    ]
    [own, *_rest] = found
    assert (own.recent, own.earlier, own.at) == (BLOCK, 60, START + timedelta(hours=79))
    low = decays(answers(3, [True, False, False] * 7), pass_mark=0.8)
    assert [(one.kind, one.recent_right) for one in low] == [(BELOW_MARK, 7)]


def test_only_whole_blocks_are_looked_at() -> None:
    assert decays(answers(1, [False] * (BLOCK - 1)), pass_mark=0.8) == []
    assert len(decays(answers(1, [True] * BLOCK + [False] * (BLOCK - 1)), pass_mark=0.8)) == 0
    assert len(decays(answers(1, [True] * BLOCK + [False] * BLOCK), pass_mark=0.8)) == 2


def test_chances_are_those_of_the_exact_tests() -> None:
    # As SciPy reckons the distribution functions.
    assert at_most(12, 20, 0.8) == pytest.approx(0.0321426631, abs=1e-9)
    assert as_bad_as(10, 20, 60, 60) == pytest.approx(1.1221e-07, rel=1e-3)
    assert as_bad_as(20, 20, 60, 60) == 1
    # Fisher's tea: 3 of 4 against 1 of 4, the other tail
    assert as_bad_as(1, 4, 3, 4) == pytest.approx(17 / 70)


def test_thirty_quiet_days_of_ten_people_find_nobody_in_nearly_all_of_a_hundred_runs() -> None:
    rng = random.Random(1)
    alarms = 0
    for _run in range(100):
        looks = 0
        for user in range(10):
            right = [rng.random() < 0.93 for _ in range(300)]
            looks += sum(len(decays(answers(user, right[:end]), pass_mark=0.8)) for end in range(BLOCK, 301, BLOCK))
        alarms += looks > 0

    assert alarms <= 10
    assert ALPHA == 0.001

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops.training.policy import FEWEST_GOLD, LONGEST_WAIT_SECONDS, Situation, decide, wait_seconds

DUE = Situation(train_after=100, gold=500, new_gold=120, is_active=False)


@pytest.mark.parametrize(
    ("situation", "code"),
    [
        (DUE, "due"),
        (replace(DUE, new_gold=100), "due"),
        (replace(DUE, new_gold=99), "few_new"),
        (replace(DUE, train_after=0), "by_hand"),
        (replace(DUE, is_active=True), "active"),
        (replace(DUE, train_after=5, gold=FEWEST_GOLD - 1, new_gold=10), "few_gold"),
        (replace(DUE, has_something_to_learn=False), "nothing_to_learn"),
        (replace(DUE, failures=1, seconds_since_failure=10), "waiting"),
        (replace(DUE, failures=1, seconds_since_failure=301), "due"),
        (replace(DUE, failures=2, seconds_since_failure=301), "waiting"),
    ],
)
def test_the_policy_decides_and_says_why(situation: Situation, code: str) -> None:
    decision = decide(situation)

    assert decision.code == code
    assert decision.words


@given(
    st.builds(
        Situation,
        train_after=st.integers(0, 1000),
        gold=st.integers(0, 5000),
        new_gold=st.integers(0, 5000),
        is_active=st.booleans(),
        failures=st.integers(0, 50),
        seconds_since_failure=st.floats(0, 1e6),
    )
)
def test_a_run_is_never_due_against_the_rules(situation: Situation) -> None:
    if decide(situation).is_due:
        assert situation.train_after > 0
        assert situation.new_gold >= situation.train_after
        assert situation.gold >= FEWEST_GOLD
        assert not situation.is_active


@given(st.integers(1, 100))
def test_the_wait_after_failures_grows_and_stays_bounded(failures: int) -> None:
    assert wait_seconds(failures) <= wait_seconds(failures + 1) <= LONGEST_WAIT_SECONDS

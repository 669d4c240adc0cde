"""Audits: a kept promise is rarely revoked however often one looks, a broken one soon is."""

import numpy as np
import pytest

from modelops.certificates.watch import ALPHA, evidence, is_broken

TARGET = 0.95


def first_alarm(random: np.random.Generator, error_rate: float, documents: int) -> int | None:
    wrong = np.cumsum(random.random(documents) < error_rate)
    return next((count for count in range(1, documents + 1) if is_broken(count, int(wrong[count - 1]), TARGET)), None)


def test_before_the_first_answer_there_is_no_evidence() -> None:
    assert evidence(0, 0, TARGET) == pytest.approx(1.0)


def test_right_answers_weigh_for_the_promise_and_wrong_ones_against_it() -> None:
    assert evidence(50, 0, TARGET) < evidence(50, 2, TARGET) < evidence(50, 10, TARGET)
    assert not is_broken(50, 2, TARGET)
    assert is_broken(50, 10, TARGET)


def test_evidence_of_very_many_errors_stays_a_number() -> None:
    assert evidence(5000, 5000, 0.99) == 1e9


@pytest.mark.parametrize("target", [0.5, 0.9, 0.99])
def test_the_evidence_is_a_fair_bet_when_the_promise_just_holds(target: float) -> None:
    # One more document: the mean over right and wrong at the promised rate is what stood before.
    for checked, wrong in ((0, 0), (30, 2), (200, 20)):
        now = evidence(checked, wrong, target)
        after = target * evidence(checked + 1, wrong, target) + (1 - target) * evidence(checked + 1, wrong + 1, target)

        assert after == pytest.approx(now, rel=1e-9)


def test_a_kept_promise_is_revoked_in_few_of_many_audits_looked_at_after_every_answer() -> None:
    random = np.random.default_rng(5)

    alarms = sum(first_alarm(random, 1 - TARGET, 200) is not None for _ in range(40))

    assert alarms / 40 <= ALPHA + 0.05


def test_three_times_the_promised_errors_are_noticed_within_some_hundred_documents() -> None:
    random = np.random.default_rng(6)

    alarms = [first_alarm(random, 3 * (1 - TARGET), 600) or 600 for _ in range(30)]

    assert np.median(alarms) <= 120

"""The rule itself: exact bounds against SciPy, known cases by hand, and the promise in simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binom

from modelops.certificates.binomial import chance_of_at_most, lower_bound, smallest_size
from modelops.certificates.certify import Certified, NotCertified, certify, fewest_documents
from modelops.certificates.looks import delta_of, size_for_next

TARGET, DELTA = 0.95, 0.1


@given(size=st.integers(1, 3000), share=st.floats(0, 1), rate=st.floats(0.001, 0.6))
def test_the_binomial_tail_is_that_of_scipy(size: int, share: float, rate: float) -> None:
    errors = int(share * size)

    assert chance_of_at_most(errors, size, rate) == pytest.approx(binom.cdf(errors, size, rate), abs=1e-9)


@given(size=st.integers(1, 2000), share=st.floats(0, 1), delta=st.floats(0.01, 0.3))
def test_the_lower_bound_is_that_of_clopper_and_pearson(size: int, share: float, delta: float) -> None:
    right = int(share * size)
    expected = beta.ppf(delta, right, size - right + 1) if right else 0.0

    assert lower_bound(right, size, delta) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("target", "fewest"), [(0.9, 22), (0.95, 45), (0.99, 230)])
def test_the_first_size_is_that_of_a_sample_without_errors(target: float, fewest: int) -> None:
    assert fewest_documents(target, DELTA) == fewest
    assert lower_bound(fewest, fewest, DELTA) >= target > lower_bound(fewest - 1, fewest - 1, DELTA)


def test_the_smallest_size_for_errors_is_the_first_whose_bound_reaches_the_target() -> None:
    for errors in (1, 2, 7):
        size = smallest_size(errors, TARGET, DELTA)

        assert lower_bound(size - errors, size, DELTA) >= TARGET > lower_bound(size - 1 - errors, size - 1, DELTA)


def test_a_small_sample_says_how_many_documents_are_missing() -> None:
    assert certify([0.9] * 11, [True] * 11, target=TARGET, delta=DELTA) == NotCertified(size=11, missing=34)


def test_a_faultless_sample_is_certified_as_a_whole() -> None:
    sure = [1 - place / 100 for place in range(60)]

    found = certify(sure, [True] * 60, target=TARGET, delta=DELTA)

    assert found == Certified(sure[-1], 1.0, 60, 60, 60, DELTA ** (1 / 60))


def test_the_threshold_stands_before_the_errors() -> None:
    sure = [1 - place / 1000 for place in range(200)]
    right = [place < 80 for place in range(200)]

    found = certify(sure, right, target=TARGET, delta=DELTA)

    assert isinstance(found, Certified)
    assert (found.threshold, found.over, found.right, found.coverage) == (sure[76], 77, 77, 77 / 200)


def test_an_error_among_the_surest_answers_ends_it() -> None:
    found = certify([1 - place / 100 for place in range(60)], [place != 3 for place in range(60)], target=TARGET,
                    delta=DELTA)  # fmt: skip

    assert isinstance(found, NotCertified)
    assert found.missing
    assert found.missing >= 17  # 77 documents may hold one error


def test_a_model_that_guesses_is_told_that_more_documents_will_not_help() -> None:
    right = [place % 2 == 0 for place in range(200)]

    assert certify([0.5] * 200, right, target=TARGET, delta=DELTA) == NotCertified(size=200, missing=None)


def test_documents_that_are_equally_sure_stand_or_fall_together() -> None:
    right = [place != 50 for place in range(60)]

    found = certify([1.0] * 60, right, target=TARGET, delta=DELTA)

    assert isinstance(found, NotCertified)


def test_the_order_of_the_sample_does_not_matter() -> None:
    random = np.random.default_rng(3)
    sure, right = random.random(300), random.random(300) < 0.97
    mixed = random.permutation(300)

    one = certify(list(sure), list(right), target=0.9, delta=DELTA)

    assert one == certify(list(sure[mixed]), list(right[mixed]), target=0.9, delta=DELTA)


@pytest.mark.parametrize("target", [0.0, 1.0, 1.5])
def test_a_target_outside_of_0_and_1_is_refused(target: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        certify([0.5], [True], target=target, delta=DELTA)


def test_the_promise_is_broken_in_less_than_delta_of_many_samples() -> None:
    random = np.random.default_rng(11)
    broken = 0
    for _ in range(300):
        sure = random.random(400)
        right = random.random(400) < 0.85 + 0.15 * sure
        found = certify(list(sure), list(right), target=TARGET, delta=DELTA)
        # Above t the confidence is uniform on [t, 1], so the precision there is known.
        broken += isinstance(found, Certified) and 0.85 + 0.15 * (1 + found.threshold) / 2 < TARGET

    assert broken <= 0.1 * 300


def test_all_looks_together_spend_less_than_was_asked_for() -> None:
    assert sum(delta_of(look, DELTA) for look in range(1, 60)) <= DELTA + 1e-12


def test_a_look_comes_when_the_sample_has_doubled_and_can_prove_anything() -> None:
    first = size_for_next(looks=0, last_size=0, target=TARGET, delta=DELTA)

    assert first == fewest_documents(TARGET, 0.75 * DELTA) == 51
    assert size_for_next(looks=1, last_size=51, target=TARGET, delta=DELTA) == 102
    assert size_for_next(looks=1, last_size=20, target=TARGET, delta=DELTA) == fewest_documents(
        TARGET, delta_of(2, DELTA)
    )

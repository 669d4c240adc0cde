"""Learning curves and what they say of a goal."""

from math import inf

import numpy as np
import pytest

from modelops.forecast.curve import Curves, fit_curves
from modelops.forecast.measuring import Ints, Measured, curves_through, measure, sizes_for
from modelops.forecast.outlook import Work, lift_of, outlook, says_stop

SIZES = [20, 40, 80, 160, 320, 640]


def law(counts: list[int]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return 0.9 - 1.2 * np.array(counts, dtype=np.float64) ** -0.6


def test_a_power_law_is_found_again_and_told_ahead_of_what_was_measured() -> None:
    curves = fit_curves(SIZES, law(SIZES)[None])

    assert curves.at(2000).value == pytest.approx(law([2000])[0], abs=0.002)
    assert curves.needed(0.85).value == pytest.approx((1.2 / 0.05) ** (1 / 0.6), rel=0.1)
    assert curves.needed(0.95).value == inf


def test_the_interval_of_noisy_scores_covers_the_truth() -> None:
    noise = np.random.default_rng(0).normal(scale=0.01, size=(200, len(SIZES)))
    measured = law(SIZES) + np.random.default_rng(1).normal(scale=0.01, size=len(SIZES))

    at = fit_curves(SIZES, np.vstack([measured, measured + noise])).at(2000)

    assert at.low < law([2000])[0] < at.high
    assert at.low < at.value < at.high


def test_a_curve_never_falls_and_never_rises_above_one() -> None:
    falling = fit_curves(SIZES, np.linspace(0.9, 0.8, len(SIZES))[None])
    steep = fit_curves(SIZES, np.linspace(0.1, 0.98, len(SIZES))[None])

    assert falling.at(10_000).value == pytest.approx(falling.at(20).value)
    assert steep.at(10**9).value <= 1.0


def test_sizes_grow_by_about_the_same_factor_up_to_all_there_is() -> None:
    assert sizes_for(640) == [20, 36, 63, 113, 202, 359, 640]
    assert sizes_for(30) == [20, 21, 23, 24, 26, 28, 30]


def rising(order: int) -> "object":
    """Answers the first `share` of the tests right, after the power law; a little differently in each order."""

    def learn(rows: Ints, size: int) -> Ints:
        right = round(200 * float(law([size])[0])) + order - 2
        found = (np.arange(200) < right).astype(np.int64)
        return np.stack([found, 1 - found, 1 - found], axis=1)

    return learn


def test_measuring_gives_mean_scores_and_a_curve_that_survives_storage() -> None:
    found = measure(640, 200, rising)  # type: ignore[arg-type]

    assert found is not None
    assert found.scores[-1] == pytest.approx(law([640])[0], abs=0.01)
    again = Measured.from_json(found.as_json())
    assert again.sizes == found.sizes
    assert again.curves.at(1000).value == pytest.approx(found.curves.at(1000).value, abs=1e-3)
    assert found.curves.at(1000).low < found.curves.at(1000).high


@pytest.mark.parametrize(("trained", "tested"), [(39, 200), (640, 19)])
def test_with_little_gold_there_is_no_curve(trained: int, tested: int) -> None:
    assert measure(trained, tested, rising) is None  # type: ignore[arg-type]


def curves_of(ceiling: float, drop: float = 1.2, rate: float = 0.6, count: int = 20) -> Curves:
    return Curves(np.tile([ceiling, drop, rate], (count, 1)))


def test_documents_count_those_for_the_test_split_and_hours_every_answer() -> None:
    work = Work(gold=400, train_share=0.8, answers=2, seconds=9.0)

    found = outlook(curves_of(0.9), work, 0.88)

    documents = ((1.2 / 0.02) ** (1 / 0.6) - 400) / 0.8
    assert found.state == "ahead"
    assert found.more.value == pytest.approx(documents)
    assert found.hours is not None
    assert (found.hours.low, found.hours.value) == pytest.approx((documents * 2 * 9 / 3600,) * 2)


def test_a_goal_is_reached_out_of_reach_or_in_doubt() -> None:
    work = Work(gold=5000, train_share=0.8, answers=1, seconds=None)
    mixed = Curves(np.vstack([curves_of(0.9, count=11).parameters, curves_of(0.8, count=10).parameters]))

    assert outlook(curves_of(0.9), work, 0.8).state == "reached"
    assert outlook(curves_of(0.9), work, 0.95).state == "out_of_reach"
    assert outlook(mixed, work, 0.895).state == "doubtful"
    assert outlook(curves_of(0.9), work, 0.95).hours is None


def test_the_version_in_production_moves_the_goal_nearer() -> None:
    work = Work(gold=400, train_share=0.8, answers=1, seconds=None)
    curves = curves_of(0.9)

    lift = lift_of(curves, 400, curves.at(400).value + 0.03)

    assert lift == pytest.approx(0.03)
    assert outlook(curves, work, 0.88, lift).more.value < outlook(curves, work, 0.88).more.value
    assert outlook(curves, work, 0.88, lift).now.value == pytest.approx(curves.at(400).value + 0.03)


def test_stop_is_said_where_nothing_gains_and_never_without_a_curve() -> None:
    few, many = (Work(gold=gold, train_share=0.8, answers=1, seconds=None) for gold in (100, 20_000))
    flat, rising_still = outlook(curves_of(0.9, rate=1.0), many, 0.95), outlook(curves_of(0.9), few, 0.95)

    assert flat.is_flat
    assert not rising_still.is_flat
    assert says_stop([flat])
    assert not says_stop([flat, rising_still])
    assert not says_stop([])


def test_versions_alone_carry_a_rough_curve() -> None:
    counts = [100, 200, 400, 800]

    curves = curves_through(counts, law(counts).tolist(), [500] * 4)

    assert curves.at(800).value == pytest.approx(law([800])[0], abs=0.01)
    assert curves.at(800).high - curves.at(800).low > 0.01

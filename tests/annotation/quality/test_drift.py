"""Drift is found where it is planted, and chance raises none."""

import numpy as np
import pytest

from annotation.quality.drift import drift, in_bins, quantile_edges

USUAL = [0.5, 0.3, 0.15, 0.05]


def test_thirty_quiet_days_raise_none_in_twenty_runs() -> None:
    rng = np.random.default_rng(0)
    alarms = 0
    for _ in range(20):
        reference = rng.multinomial(300, USUAL)
        for _ in range(30):
            found = drift(reference, rng.multinomial(100, USUAL))
            alarms += found is not None and found.is_drift

    assert alarms == 0


@pytest.mark.parametrize("seed", range(20))
def test_a_planted_change_is_found(seed: int) -> None:
    rng = np.random.default_rng(seed)

    found = drift(rng.multinomial(300, USUAL), rng.multinomial(200, [0.2, 0.3, 0.15, 0.35]))

    assert found is not None
    assert found.is_drift


def test_a_small_change_of_very_many_documents_is_nothing_to_act_on() -> None:
    found = drift(np.array([50_000, 50_000]), np.array([51_000, 49_000]))

    assert found is not None
    assert found.distance > found.limit
    assert not found.is_drift


def test_the_distance_of_disjoint_samples_of_one_size_is_one_bit() -> None:
    found = drift(np.array([100, 0]), np.array([0, 100]))

    assert found is not None
    assert found.distance == pytest.approx(1.0)


def test_the_index_is_the_usual_one() -> None:
    # Half a document more everywhere: 60.5/121 against 30.5/121 and the other way round.
    found = drift(np.array([60, 60]), np.array([30, 90]))

    assert found is not None
    p, q = 30.5 / 121, 90.5 / 121
    expected = (p - 0.5) * np.log(p / 0.5) + (q - 0.5) * np.log(q / 0.5)
    assert found.shift == pytest.approx(expected)


def test_few_documents_say_nothing() -> None:
    assert drift(np.array([29]), np.array([500])) is None


def test_values_fall_into_tenths() -> None:
    values = np.arange(1_000.0)

    counts = in_bins(values, quantile_edges(values))

    assert len(counts) == 10
    assert counts.min() >= 99
    assert quantile_edges(np.array([])) == []

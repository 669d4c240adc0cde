"""What every acquisition function promises, whatever the pool."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelops.selection.clusters import margin_clusters, typical, uncertain_clusters
from modelops.selection.policy import FUNCTIONS
from modelops.selection.pool import Floats, Pool, Rows
from modelops.selection.spread import core_set
from modelops.selection.uncertainty import (
    doubt,
    doubt_shares,
    margin,
    margins,
    mean_doubt,
    most_doubtful,
    nearest_to_even,
    ranks,
    uncertain_begins,
)

LABELS = 3


def pool_of(seed: int, size: int, *, is_flat: bool = False, labeled: int = 0) -> Pool:
    """Documents in the plane; all alike where `is_flat`."""
    generator = np.random.default_rng(seed)
    vectors = np.ones((size, 4), np.float32) if is_flat else generator.normal(size=(size, 4)).astype(np.float32)
    probabilities = generator.dirichlet(np.ones(LABELS), size=size).astype(np.float32)
    return Pool(
        size,
        {"Category": margins(probabilities)} if size else {},
        lambda rows: vectors[rows],
        generator.normal(size=(labeled, 4)).astype(np.float32),
        lambda rows: {"Category": probabilities[rows]},
    )


@pytest.mark.parametrize("name", list(FUNCTIONS))
@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000),
    size=st.integers(0, 40),
    count=st.integers(1, 12),
    shape=st.tuples(st.booleans(), st.integers(0, 5)),
)
def test_a_function_picks_so_many_different_documents_and_the_same_again(
    name: str, seed: int, size: int, count: int, shape: tuple[bool, int]
) -> None:
    is_flat, labeled = shape
    pool = pool_of(seed, size, is_flat=is_flat, labeled=labeled)
    before = {key: values.copy() for key, values in pool.doubts.items()}

    picks = FUNCTIONS[name](pool, count, seed)

    assert len(picks.rows) == len(set(picks.rows.tolist())) == min(count, size)
    assert len(picks.group_sizes) == len(picks.rows)
    assert all(0 <= row < size for row in picks.rows)
    assert all(0 <= group <= size for group in picks.group_sizes)
    assert picks.rows.tolist() == FUNCTIONS[name](pool, count, seed).rows.tolist()
    for key, values in before.items():
        np.testing.assert_array_equal(values, pool.doubts[key])


@pytest.mark.parametrize("name", ["margin", "core_set"])
def test_the_order_in_which_documents_lie_does_not_matter(name: str) -> None:
    pool = pool_of(3, 30, labeled=2)
    turned: Rows = np.random.default_rng(1).permutation(30)
    vectors = pool.vectors(np.arange(30))
    other = Pool(30, {"Category": pool.doubts["Category"][turned]}, lambda rows: vectors[turned[rows]], pool.labeled)

    picks = FUNCTIONS[name](other, 5, 0)

    assert turned[picks.rows].tolist() == FUNCTIONS[name](pool, 5, 0).rows.tolist()


def test_the_margin_is_the_lead_of_the_likeliest_label() -> None:
    assert margin({"a": 0.5, "b": 0.3, "c": 0.2}) == pytest.approx(0.8)
    assert margin({"a": 1.0}) == 0.0
    np.testing.assert_allclose(margins(np.array([[0.5, 0.3, 0.2], [1, 0, 0]], np.float32)), [0.8, 0.0], atol=1e-6)
    np.testing.assert_allclose(margins(np.array([[1.0]], np.float32)), [0.0])


def test_labels_decided_one_by_one_are_least_sure_at_one_half() -> None:
    assert nearest_to_even({"a": 0.5, "b": 0.99}) == 1.0
    assert nearest_to_even({"a": 0.25, "b": 0.0}) == 0.5
    assert nearest_to_even({}) == 0.0


def test_uncertain_begins_weigh_less_in_a_long_text() -> None:
    assert uncertain_begins([0.2]) == pytest.approx(0.2)
    assert uncertain_begins([0.2] + [0.0] * 31) == pytest.approx(0.2 / 32)
    assert uncertain_begins([0.2, 0.2]) == pytest.approx(uncertain_begins([0.2]))
    assert uncertain_begins([]) == 0.0


def test_a_doubt_is_read_from_a_prediction_by_kind() -> None:
    assert doubt("choice", {"a": 0.75, "b": 0.25}) == pytest.approx(0.5)
    assert doubt("choices", {"a": 0.5}) == 1.0
    assert doubt("span", [0.9, 0.5]) == pytest.approx(0.3)
    assert doubt("span", []) == 0.0
    assert doubt("text", "x") is None


def test_ranks_are_averaged_over_the_label_sets_whatever_their_scale() -> None:
    doubts = {"Category": np.array([0.5, 1.0, 0.0], np.float32), "Entities": np.array([90.0, 20.0, 50.0], np.float32)}

    np.testing.assert_allclose(mean_doubt(Pool(3, doubts)), [0.75, 0.5, 0.25])


def test_a_document_without_a_word_of_the_model_ranks_with_the_surest() -> None:
    np.testing.assert_allclose(ranks(np.array([np.nan, 0.5, 0.1, np.nan], np.float32)), [1 / 6, 1.0, 2 / 3, 1 / 6])


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=30))
def test_ranks_lie_between_0_and_1_and_keep_the_order(values: list[float]) -> None:
    found = ranks(np.array(values, np.float32))

    assert found.min() >= 0
    assert found.max() <= 1
    for one, other in zip(range(len(values)), range(1, len(values)), strict=False):
        assert (found[one] < found[other]) == (values[one] < values[other])


def heaps(sizes: list[int]) -> Floats:
    """Tight heaps of documents in directions of their own."""
    generator = np.random.default_rng(0)
    return np.concatenate(
        [np.eye(len(sizes))[heap] + generator.normal(0, 0.01, (size, len(sizes))) for heap, size in enumerate(sizes)]
    ).astype(np.float32)


def test_the_typical_documents_stand_for_the_largest_groups_without_gold() -> None:
    sizes = [40, 30, 20]
    vectors = heaps(sizes)
    gold = heaps(sizes)[:1]

    picks = typical(Pool(90, vectors=lambda rows: vectors[rows], labeled=gold), 2, 4)

    assert sorted(int(row >= 70) for row in picks.rows) == [0, 1]
    assert (picks.rows >= 40).all()
    assert sorted(picks.group_sizes.tolist()) == [20, 30]


def test_doubtful_documents_of_one_kind_come_once() -> None:
    vectors = heaps([40, 40, 40])
    doubts = np.array([0.9] * 40 + [0.8] * 40 + [0.7] * 40, np.float32)
    pool = Pool(120, {"Category": doubts}, lambda rows: vectors[rows])

    assert {int(row) // 40 for row in most_doubtful(pool, 3, 0).rows} == {0}
    assert {int(row) // 40 for row in margin_clusters(pool, 12, 0).rows} == {0, 1}


def test_among_uncertain_texts_those_count_that_hold_much_of_all_doubt() -> None:
    vectors = heaps([10, 10, 40])
    doubts = np.array([5.0] * 3 + [0.1] * 7 + [4.9] * 3 + [0.1] * 47, np.float32)

    picks = uncertain_clusters(Pool(60, {"Entities": doubts}, lambda rows: vectors[rows]), 3, 0)
    one = uncertain_clusters(Pool(60, {"Entities": np.ones(60, np.float32)}, lambda rows: vectors[rows]), 1, 0)

    assert (doubts[picks.rows] > 4).all()
    assert len({int(row) // 10 for row in picks.rows}) == 2
    assert picks.group_sizes.sum() == 6  # two a pick at least
    assert one.group_sizes.tolist() == [9]  # 15 % of 60 equal ones


def test_shares_of_doubt_are_averaged_over_the_label_sets_whatever_their_scale() -> None:
    doubts = {"Names": np.array([3, 1, np.nan], np.float32), "Places": np.array([0, 50, 50], np.float32)}

    np.testing.assert_allclose(doubt_shares(Pool(3, doubts)), [0.375, 0.375, 0.25], atol=1e-5)
    np.testing.assert_allclose(doubt_shares(Pool(4)), [0.25] * 4)


def test_without_vectors_the_most_doubtful_come_first_and_stand_for_themselves() -> None:
    picks = uncertain_clusters(Pool(30, {"Entities": np.arange(30, dtype=np.float32)}), 3, 0)

    assert picks.rows.tolist() == [29, 28, 27]
    assert picks.group_sizes.tolist() == [0, 0, 0]


def test_the_core_set_starts_farthest_from_gold() -> None:
    vectors = heaps([10, 10, 10])
    pool = Pool(30, vectors=lambda rows: vectors[rows], labeled=heaps([10, 10, 10])[:1])

    assert {int(row) // 10 for row in core_set(pool, 2, 0).rows} == {1, 2}

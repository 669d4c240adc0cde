"""The documents that together stand for most others."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from modelops.selection.clusters import unit
from modelops.selection.covering import SHARPNESS, Points, covering, in_steps, like, likeness_of
from modelops.selection.pool import Floats, Pool


def pool_of(vectors: Floats, labeled: Floats | None = None) -> Pool:
    held = np.zeros((0, 1), dtype=np.float32) if labeled is None else labeled
    return Pool(len(vectors), vectors=lambda rows: vectors[rows], labeled=held)


def around(directions: list[int], sizes: list[int]) -> Floats:
    generator = np.random.default_rng(0)
    heaps = [
        np.eye(5)[direction] + generator.normal(0, 0.01, (size, 5))
        for direction, size in zip(directions, sizes, strict=True)
    ]
    return np.concatenate(heaps).astype(np.float32)


def test_one_document_of_each_group_comes_first_the_largest_group_in_front() -> None:
    vectors = around([0, 1, 2], [20, 40, 30])

    picks = covering(pool_of(vectors), 3, 0)

    assert [int(np.searchsorted([20, 60], row, side="right")) for row in picks.rows] == [1, 2, 0]
    assert picks.group_sizes.tolist() == [40, 30, 20]


def test_what_gold_stands_for_already_waits() -> None:
    vectors = around([0, 1], [40, 20])

    picks = covering(pool_of(vectors, around([0], [1])), 1, 0)

    assert picks.rows[0] >= 40
    assert picks.group_sizes.tolist() == [20]


def test_a_document_without_a_vector_stands_for_nobody() -> None:
    vectors = around([0, 1], [10, 10])
    vectors[:9] = 0.0

    picks = covering(pool_of(vectors), 2, 0)

    assert sorted(row >= 10 for row in picks.rows) == [False, True]
    assert 9 in picks.rows


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(0, 5))
def test_every_pick_gains_most_at_its_time(seed: int, size: int, labeled: int) -> None:
    generator = np.random.default_rng(seed)
    vectors, gold = (generator.normal(size=(count, 3)).astype(np.float32) for count in (size, labeled))
    units, held = unit(vectors), unit(gold)
    center = units.mean(axis=0)
    points = Points(unit(units - center))
    likeness = in_steps(like(points, points)).astype(np.int64)
    covered = in_steps(like(Points(unit(held - center)), points)).astype(np.int64).max(axis=0, initial=0)

    for row in covering(pool_of(vectors, gold if labeled else None), size // 2, seed).rows:
        gains = np.maximum(likeness - covered, 0).sum(axis=1)
        assert gains[row] == gains.max()
        covered = np.maximum(covered, likeness[row])


def test_pairs_are_the_same_in_blocks_as_at_once() -> None:
    points = Points(unit(np.random.default_rng(0).normal(size=(700, 3)).astype(np.float32)))

    at_once = in_steps(like(points, points)).astype(np.int64)

    assert np.abs(likeness_of(points) - at_once).max() <= 1


def test_likeness_is_a_gaussian_kernel_of_the_distance() -> None:
    units = unit(np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32))
    squares = ((units[:, None] - units[None]) ** 2).sum(axis=2)

    np.testing.assert_allclose(like(Points(units), Points(units)), np.exp(-SHARPNESS * squares / 2), rtol=1e-4)


def test_documents_of_other_kinds_are_less_alike() -> None:
    units = unit(np.ones((2, 3), dtype=np.float32))
    shares = np.array([[0.9, 0.1], [0.1, 0.9]], dtype=np.float32)

    found = like(Points(units, np.sqrt(shares)), Points(units, np.sqrt(shares)))

    np.testing.assert_allclose(found, [[1.0, 0.6], [0.6, 1.0]], rtol=1e-4)

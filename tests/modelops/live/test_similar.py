import numpy as np
import pytest

from modelops.live.similar import Vectors, nearest, to_bytes


def stored(*rows: tuple[float, ...]) -> list[bytes]:
    return [to_bytes(np.array(row, dtype=np.float32)) for row in rows]


def test_the_nearest_come_first_with_their_cosine() -> None:
    wanted, *others = stored((1, 0), (0, 3), (5, 5), (-2, 0), (7, 0))

    found = nearest(wanted, [([1, 2], others[:2]), ([3, 4], others[2:])], 3)

    assert found == [(4, 1.0), (2, 0.7071), (1, 0.0)]


def test_equal_vectors_keep_their_order_over_blocks() -> None:
    wanted, other = stored((1, 2), (1, 2))

    assert [pk for pk, _ in nearest(wanted, [([9, 8], [other, other]), ([7], [other])], 2)] == [9, 8]


def test_an_empty_pool_and_a_zero_vector_are_no_errors() -> None:
    wanted, zero = stored((1, 0), (0, 0))

    assert nearest(wanted, [], 5) == []
    assert nearest(wanted, [([1], [zero])], 5) == [(1, 0.0)]


def test_many_blocks_give_what_one_sort_gives() -> None:
    draw = np.random.default_rng(1)
    vectors: Vectors = draw.normal(size=(500, 16)).astype(np.float32)
    raw = [to_bytes(vector) for vector in vectors]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    best = [int(place) for place in np.argsort(-(unit @ unit[0]))[:20]]

    blocks = [(list(range(first, first + 7)), raw[first : first + 7]) for first in range(0, 497, 7)]
    found = nearest(raw[0], [*blocks, ([497, 498, 499], raw[497:])], 20)

    assert len(found) == 20
    assert {pk for pk, _ in found[:10]} == set(best[:10])
    assert found[0][0] == 0
    assert found[0][1] == pytest.approx(1.0, abs=1e-3)

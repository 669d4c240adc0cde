"""Alpha for unitizing: the published example, cases by hand, and the definition spelled out."""

from itertools import permutations

import numpy as np
import pytest

from annotation.quality.span_agreement import Marks
from annotation.quality.unitizing import unitized_alpha

Said = list[tuple[int, int, int, int, int]]

# Krippendorff, Content Analysis (2004), p. 254: two observers, a continuum of 300 that begins at 150.
PUBLISHED: Said = [
    (0, 1, 0, 225 - 150, 295 - 150),
    (0, 1, 0, 370 - 150, 400 - 150),
    (0, 2, 0, 220 - 150, 300 - 150),
    (0, 2, 0, 355 - 150, 375 - 150),
    (0, 2, 0, 400 - 150, 420 - 150),
    (0, 1, 1, 180 - 150, 240 - 150),
    (0, 1, 1, 300 - 150, 350 - 150),
    (0, 2, 1, 180 - 150, 240 - 150),
    (0, 2, 1, 300 - 150, 350 - 150),
]


def marks(said: Said, *, lengths: list[int], people: list[int]) -> Marks:
    """`said`: document, person, label, start, end."""
    columns = np.array(said, dtype=np.int64).reshape(-1, 5).T
    return Marks(np.array(lengths), np.array(people), *columns)


def alpha(said: Said, *, lengths: list[int], people: list[int]) -> float:
    return unitized_alpha(marks(said, lengths=lengths, people=people)).value


def by_definition(said: Said, length: int, people: list[int]) -> tuple[float, float]:
    """Observed and expected disagreement of one label in one document, in the words of the book."""
    units = {person: sorted((s, e - s) for _d, who, _l, s, e in said if who == person) for person in people}
    gaps = {person: gaps_of(found, length) for person, found in units.items()}
    observed = 0.0
    for one, other in permutations(people, 2):
        for start, size in units[one]:
            for begin, width in units[other]:
                if -size < start - begin < width:
                    observed += (start - begin) ** 2 + (start + size - begin - width) ** 2
            observed += sum(size**2 for begin, width in gaps[other] if width - size >= start - begin >= 0)
        for begin, width in gaps[one]:
            observed += sum(size**2 for start, size in units[other] if width - size >= start - begin >= 0)
    count = len(people)
    sizes = [size for found in units.values() for _start, size in found]
    widths = [width for found in gaps.values() for _start, width in found]
    whole = sum(
        (len(sizes) - 1) / 3 * (2 * size**3 - 3 * size**2 + size)
        + size**2 * sum(width - size + 1 for width in widths if width >= size)
        for size in sizes
    )
    points = count * length
    expected = 2 / length * whole / (points * (points - 1) - sum(size * (size - 1) for size in sizes))
    return observed / (count * (count - 1) * length**2), expected


def gaps_of(units: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    edges = [0, *(edge for start, size in units for edge in (start, start + size)), length]
    return [(left, right - left) for left, right in zip(edges[::2], edges[1::2], strict=True) if right > left]


def test_the_published_example_is_met_to_its_last_digit() -> None:
    of_c = [row for row in PUBLISHED if row[2] == 0]
    observed, expected = by_definition(of_c, 300, [1, 2])

    assert (round(observed, 4), round(expected, 4)) == (0.0144, 0.0532)
    assert round(alpha(of_c, lengths=[300], people=[2]), 4) == 0.7286
    assert alpha([row for row in PUBLISHED if row[2] == 1], lengths=[300], people=[2]) == 1.0
    # The book adds rounded disagreements: 1 - .0144 / (.0532 + .0490) = .8591.
    assert alpha(PUBLISHED, lengths=[300], people=[2]) == pytest.approx(0.8591, abs=5e-4)


def test_two_spans_that_meet_differ_by_the_squares_of_their_edges() -> None:
    found = alpha([(0, 1, 0, 0, 4), (0, 2, 0, 2, 6)], lengths=[10], people=[2])

    # Observed, both ways: 2 (4 + 4) = 16. Each unit of 4: (2 - 1) / 3 (128 - 48 + 4) = 28, and 16 times its places in
    # gaps: of 6 (3 places), of 2 (none) and of 4 (one). So 2 (28 + 64) = 184 of 20 · 19 - 24 pairs, times 2 · 20.
    assert found == pytest.approx(1 - 16 / (2 * 20 * 184 / (20 * 19 - 24)), abs=1e-12)


def test_a_span_that_nobody_else_marked_differs_by_the_square_of_its_length() -> None:
    found = alpha([(0, 1, 0, 2, 5)], lengths=[10], people=[2])

    # Observed: 9 both ways. One unit: nothing among units; 9 places · (gaps of 2, 5 and 10: 0 + 3 + 8).
    assert found == pytest.approx(1 - 18 / (2 * 20 * 9 * 11 / (20 * 19 - 6)), abs=1e-12)


def test_any_number_of_people_as_in_the_definition() -> None:
    dice = np.random.default_rng(3)
    said: Said = []
    for person in range(1, 5):
        edges = sorted(dice.choice(60, size=6, replace=False).tolist())
        said += [(0, person, 0, edges[at], edges[at + 1]) for at in (0, 2, 4)]

    observed, expected = by_definition(said, 60, [1, 2, 3, 4])

    assert alpha(said, lengths=[60], people=[4]) == pytest.approx(1 - observed / expected, abs=1e-12)


def test_who_marked_nothing_left_one_gap() -> None:
    said: Said = [(0, 1, 0, 5, 9), (0, 2, 0, 4, 9)]
    observed, expected = by_definition(said, 30, [1, 2, 3])

    assert alpha(said, lengths=[30], people=[3]) == pytest.approx(1 - observed / expected, abs=1e-12)


def test_overlapping_spans_of_one_person_are_one_and_touching_ones_are_two() -> None:
    one = alpha([(0, 1, 0, 2, 5), (0, 1, 0, 4, 8), (0, 2, 0, 2, 8)], lengths=[20], people=[2])
    two = alpha([(0, 1, 0, 2, 5), (0, 1, 0, 5, 8), (0, 2, 0, 2, 8)], lengths=[20], people=[2])

    assert one == 1.0
    assert two < 1.0


def test_spans_of_one_person_alone_and_none_at_all_say_nothing() -> None:
    assert not unitized_alpha(marks([(0, 1, 0, 2, 5)], lengths=[9], people=[1])).is_known
    assert not unitized_alpha(marks([], lengths=[9], people=[2])).is_known


def test_more_documents_make_the_interval_narrower() -> None:
    dice = np.random.default_rng(5)

    def width(count: int) -> float:
        said: Said = []
        for place in range(count):
            start = int(dice.integers(0, 30))
            said += [(place, 1, 0, start, start + 6), (place, 2, 0, start + int(dice.integers(0, 5)), start + 8)]
        found = unitized_alpha(marks(said, lengths=[50] * count, people=[2] * count))
        assert found.low < found.value < found.high
        return found.high - found.low

    assert width(1_200) < width(60) / 2

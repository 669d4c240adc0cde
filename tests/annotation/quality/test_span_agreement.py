"""Agreement on spans, counted by hand."""

import numpy as np
import pytest

from annotation.quality.span_agreement import Marks, SpanFigures, span_agreement

Said = list[tuple[int, int, int, int, int]]


def figures(said: Said, *, lengths: list[int], people: list[int]) -> SpanFigures:
    """`said`: document, person, label, start, end."""
    columns = np.array(said, dtype=np.int64).reshape(-1, 5).T
    return span_agreement(Marks(np.array(lengths), np.array(people), *columns))


def test_equal_spans_agree_wholly() -> None:
    found = figures([(0, 1, 0, 2, 5), (0, 2, 0, 2, 5)], lengths=[10], people=[2])

    assert (found.documents, found.strict.value, found.overlap.value, found.alpha.value) == (1, 1.0, 1.0, 1.0)


def test_a_moved_edge_counts_for_overlap_and_in_part_for_alpha() -> None:
    found = figures([(0, 1, 0, 0, 4), (0, 2, 0, 2, 6)], lengths=[10], people=[2])

    # 20 points in all, 8 held; 4 places where one holds and the other does not. Unlike pairs: 2 · 4 = 8, expected by
    # chance: 2 · 8 · 12 / 19.
    assert (found.strict.value, found.overlap.value) == (0.0, 1.0)
    assert found.alpha.value == pytest.approx(1 - 8 / (2 * 8 * 12 / 19), abs=1e-12)


def test_another_label_is_no_agreement_at_all() -> None:
    found = figures([(0, 1, 0, 0, 4), (0, 2, 1, 0, 4)], lengths=[10], people=[2])

    # Each label: 4 of 20 points held, by one of two: 8 unlike, expected 2 · 4 · 16 / 19.
    assert (found.strict.value, found.overlap.value) == (0.0, 0.0)
    assert found.alpha.value == pytest.approx(1 - 16 / (2 * 2 * 4 * 16 / 19), abs=1e-12)


def test_three_people_are_compared_pair_by_pair() -> None:
    said = [(0, 1, 0, 0, 4), (0, 2, 0, 0, 4), (0, 3, 0, 6, 8)]

    found = figures(said, lengths=[10], people=[3])

    # Each person's span is looked for in two others: 6 looks, 2 finds.
    assert found.strict.value == pytest.approx(2 / 6)
    assert found.overlap.value == pytest.approx(2 / 6)
    # Held: 10 of 30. Points 0-3: two of three hold, 2 unlike ordered pairs · 2 / (3 - 1); points 6, 7: one of three.
    assert found.alpha.value == pytest.approx(1 - (4 * 2 + 2 * 2) / (2 * 10 * 20 / 29), abs=1e-12)


def test_somebody_who_marked_nothing_disagrees() -> None:
    found = figures([(0, 1, 0, 0, 5)], lengths=[10], people=[2])

    assert (found.documents, found.strict.value) == (1, 0.0)
    assert found.alpha.value == pytest.approx(1 - 10 / (2 * 5 * 15 / 19), abs=1e-12)


def test_a_span_that_touches_two_of_another_person_is_found_once() -> None:
    found = figures([(0, 1, 0, 0, 9), (0, 2, 0, 0, 3), (0, 2, 0, 5, 9)], lengths=[10], people=[2])

    assert found.overlap.value == 1.0


def test_documents_of_one_person_and_without_spans_say_nothing() -> None:
    said = [(0, 1, 0, 0, 4), (0, 2, 0, 0, 4), (1, 1, 0, 0, 4)]

    found = figures(said, lengths=[10, 10, 10], people=[2, 1, 2])

    assert (found.documents, found.strict.value) == (1, 1.0)


def test_no_spans_at_all_give_no_figures() -> None:
    found = figures([], lengths=[10], people=[2])

    assert found.documents == 0
    assert [one.is_known for one in (found.strict, found.overlap, found.alpha)] == [False] * 3

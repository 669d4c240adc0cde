import numpy as np
import pytest

from annotation.answers.answer import Answer, Span
from annotation.quality.agreement import Pair, agreements, f1, f1_interval, is_same, wilson

KINDS = {"Category": "choice", "Topics": "choices", "Entities": "span", "Draft": "text"}


def choice(document_id: int, one: str | None, other: str | None) -> Pair:
    return Pair(document_id, Answer({"Category": one}), Answer({"Category": other}))


def spans(document_id: int, one: list[Span], other: list[Span]) -> Pair:
    return Pair(document_id, Answer({"Entities": tuple(one)}), Answer({"Entities": tuple(other)}))


def test_wilson_gives_the_figures_of_the_textbooks() -> None:
    """Newcombe 1998, table I: 81 of 263 and 0 of 20."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_order_of_choices_and_spans_does_not_count() -> None:
    assert is_same(("a", "b"), ("b", "a"))
    assert not is_same(("a",), ("a", "b"))
    assert not is_same((Span(0, 2, "ORG"),), (Span(0, 3, "ORG"),))
    assert not is_same("a", None)


def test_the_share_of_equal_choices_counts_each_document_once() -> None:
    """Document 1 has two other people, one of whom agrees: half a hit."""
    pairs = [choice(1, "a", "a"), choice(1, "a", "b"), choice(2, "a", "a"), choice(3, "a", "b")]

    (category, *rest) = agreements(KINDS, pairs)

    assert (category.documents, category.value) == (3, 0.5)
    assert (category.low, category.high) == wilson(1.5, 3)
    assert [row.documents for row in rest] == [0, 0]
    assert [row.label_set for row in rest] == ["Topics", "Entities"]


def test_a_label_set_that_one_of_the_two_left_out_is_not_compared() -> None:
    (category, *_) = agreements(KINDS, [Pair(1, Answer({"Category": "a"}), Answer({}))])

    assert category.documents == 0


def test_strict_span_f1_wants_start_end_and_label() -> None:
    """2 spans in common, 1 mine alone, 2 theirs alone: F1 = 4 / 7."""
    same, label, edge = Span(0, 2, "ORG"), Span(3, 5, "ORG"), Span(6, 9, "ORG")
    pairs = [
        spans(1, [same, label], [same, Span(3, 5, "PERSON")]),
        spans(2, [edge], [edge, Span(10, 12, "ORG")]),
        spans(3, [], []),
    ]

    entities = agreements({"Entities": "span"}, pairs)[0]

    assert entities.is_f1
    assert entities.documents == 2
    assert entities.value == pytest.approx(4 / 7)
    assert not entities.is_enough


def test_the_bootstrap_interval_holds_the_true_value_about_as_often_as_it_says() -> None:
    """120 samples of 60 documents from a population with F1 0.8; 95 % of 120 is 114, and 105 is far in the tail."""
    random = np.random.default_rng(7)
    held = 0
    for _ in range(120):
        rows = [(2, 0, 1) if draw < 0.5 else (2, 1, 0) for draw in random.random(60)]
        noisy = [
            (row[0] + int(extra), row[1], row[2]) for row, extra in zip(rows, random.integers(-1, 2, 60), strict=True)
        ]
        low, high = f1_interval(noisy)
        held += low <= 0.8 <= high

    assert held >= 105


def test_a_perfect_sample_is_not_called_certain() -> None:
    low, high = f1_interval([(2, 0, 0)] * 12)

    assert (low, high) == wilson(12, 12)
    assert low < 0.8
    assert f1_interval([(0, 1, 1)] * 12) == wilson(0, 12)
    assert f1_interval([]) == (0.0, 1.0)
    assert f1([]) == 0.0

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops.selection.acquisition import Candidate, doubt, margin, priorities

KINDS = {"Category": "choice", "Entities": "span"}


def candidate(number: int, first: float, spans: list[float]) -> Candidate:
    return Candidate(number, {}, {"Category": {"a": first, "b": 1 - first}, "Entities": spans})


def test_the_margin_is_the_lead_of_the_likeliest_label() -> None:
    assert margin({"a": 0.5, "b": 0.3, "c": 0.2}) == pytest.approx(0.8)
    assert margin({"a": 1.0}) == 0.0


def test_a_span_set_doubts_by_the_mean_of_its_spans() -> None:
    assert doubt("span", [0.9, 0.5]) == pytest.approx(0.3)
    assert doubt("span", []) == 0.0
    assert doubt("choices", {"a": 0.5, "b": 0.99}) == 1.0
    assert doubt("text", "x") is None


def test_the_least_sure_document_comes_first() -> None:
    pool = [candidate(1, 0.99, [0.99]), candidate(2, 0.55, [0.4]), candidate(3, 0.8, [0.7])]

    assert priorities(KINDS, pool, random_share=0.0, salt="s") == [0.0, 1.0, 0.5]


def test_ranks_are_averaged_over_the_label_sets() -> None:
    pool = [candidate(1, 0.5, [1.0]), candidate(2, 1.0, [0.5])]

    assert priorities(KINDS, pool, random_share=0.0, salt="s") == [0.5, 0.5]


def test_about_the_random_share_gets_a_place_by_chance_and_keeps_it() -> None:
    pool = [candidate(number, 0.5 + number / 4000, []) for number in range(2000)]

    plain = priorities(KINDS, pool, random_share=0.0, salt="s")
    mixed = priorities(KINDS, pool, random_share=0.1, salt="s")

    changed = sum(one != other for one, other in zip(plain, mixed, strict=True))
    assert 150 <= changed <= 250
    assert mixed == priorities(KINDS, pool, random_share=0.1, salt="s")


@given(st.lists(st.tuples(st.floats(0, 1), st.lists(st.floats(0, 1), max_size=5)), max_size=30), st.floats(0, 1))
def test_places_lie_between_0_and_1(rows: list[tuple[float, list[float]]], share: float) -> None:
    pool = [candidate(number, first, spans) for number, (first, spans) in enumerate(rows)]

    assert all(0 <= place <= 1 for place in priorities(KINDS, pool, random_share=share, salt="s"))

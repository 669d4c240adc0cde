"""When a fast head may answer in place of a version."""

import pytest
from scipy.stats import binomtest

from modelops.fast_head.comparing import TAKES_OVER_BELOW, Comparison, chance_of, compare, score


def span(start: int, end: int, label: str = "ORG") -> dict[str, object]:
    return {"start": start, "end": end, "label": label}


@pytest.mark.parametrize(
    ("kind", "gold", "said", "expected"),
    [
        ("choice", "a", "a", 1.0),
        ("choice", "a", None, 0.0),
        ("choices", [], [], 1.0),
        ("choices", ["a", "b"], ["b", "c"], 0.5),
        ("span", [span(0, 4)], [span(0, 4), span(6, 8)], 2 / 3),
        ("span", [span(0, 4)], [span(0, 4, "PERSON")], 0.0),
        ("span", [], [span(0, 4)], 0.0),
    ],
)
def test_a_document_is_scored_by_the_kind_of_its_label_set(
    kind: str, gold: object, said: object, expected: float
) -> None:
    assert score(kind, gold, said) == pytest.approx(expected)


def test_wins_and_losses_are_counted_document_by_document() -> None:
    found = compare("choice", ["a", "b", "a", "b"], ["a", "b", "b", "b"], ["a", "a", "a", "a"])

    assert found == Comparison(documents=4, own=0.75, rival=0.5, wins=2, losses=1)


@pytest.mark.parametrize(("wins", "losses"), [(1, 0), (5, 0), (9, 3), (30, 20), (20, 30)])
def test_the_sign_test_is_the_binomial_one(wins: int, losses: int) -> None:
    expected = binomtest(wins, wins + losses, alternative="greater").pvalue

    assert chance_of(wins, losses) == pytest.approx(expected)


def test_a_head_takes_over_only_when_luck_does_not_explain_its_lead() -> None:
    lucky, clear = Comparison(100, 0.8, 0.79, 6, 4), Comparison(100, 0.9, 0.79, 14, 3)

    assert chance_of(6, 4) > TAKES_OVER_BELOW > chance_of(14, 3)
    assert (lucky.is_ahead(was_ahead=False), clear.is_ahead(was_ahead=False)) == (False, True)


def test_a_head_that_leads_hands_back_when_it_leads_no_more() -> None:
    assert Comparison(100, 0.8, 0.79, 6, 5).is_ahead(was_ahead=True)
    assert not Comparison(100, 0.8, 0.8, 5, 5).is_ahead(was_ahead=True)

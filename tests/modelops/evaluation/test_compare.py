import random
from typing import Any

import pytest

from modelops.evaluation.compare import Gate, compare, p_worse
from modelops.evaluation.words import reason_words, verdict_words

LABELS = ["billing", "delivery", "other"]


def answers(values: list[str]) -> list[dict[str, object]]:
    return [{"Category": value} for value in values]


def gold(count: int) -> list[str]:
    return [LABELS[place % 3] for place in range(count)]


def spoiled(values: list[str], share: float, seed: int) -> list[str]:
    draw = random.Random(seed)
    return [
        draw.choice([label for label in LABELS if label != value]) if draw.random() < share else value
        for value in values
    ]


def judged(wanted: list[str], new: list[str], old: list[str]) -> dict[str, Any]:
    return compare({"Category": "choice"}, answers(wanted), answers(new), answers(old))


def test_a_clearly_better_candidate_is_better() -> None:
    wanted = gold(300)

    comparison = judged(wanted, spoiled(wanted, 0.05, 1), spoiled(wanted, 0.25, 2))

    assert comparison["verdict"] == "better"
    assert comparison["reasons"] == []
    assert comparison["label_sets"]["Category"]["low"] > 0


@pytest.mark.parametrize("count", [20, 60, 300, 1000])
def test_the_same_answers_are_not_worse(count: int) -> None:
    wanted = gold(count)
    same = spoiled(wanted, 0.2, 3)

    assert judged(wanted, same, same)["verdict"] == "not_worse"


def test_a_candidate_that_differs_by_chance_alone_mostly_passes() -> None:
    wanted = gold(200)
    alike = spoiled(wanted, 0.15, 5)

    # Two trainings on the same gold differ in about 5 % of the documents.
    verdicts = [
        judged(wanted, spoiled(alike, 0.025, seed), spoiled(alike, 0.025, seed + 1000))["verdict"] for seed in range(20)
    ]

    assert verdicts.count("worse") <= 2


def test_a_clearly_worse_candidate_is_refused_with_every_reason() -> None:
    wanted = gold(300)

    comparison = judged(wanted, spoiled(wanted, 0.3, 1), spoiled(wanted, 0.05, 2))

    assert comparison["verdict"] == "worse"
    assert {"may_be_worse", "more_lost_than_won"} <= {reason["code"] for reason in comparison["reasons"]}
    assert len(reason_words({**comparison, "against": 3})) == len(comparison["reasons"])


def test_one_label_that_is_no_longer_found_is_enough_to_refuse() -> None:
    wanted = ["billing"] * 400 + ["delivery"] * 400 + ["other"] * 25
    old = wanted[:]
    old[:40] = ["other"] * 40
    new = wanted[:]
    new[800:805] = ["billing"] * 5

    comparison = judged(wanted, new, old)

    assert comparison["label_sets"]["Category"]["low"] > 0
    assert comparison["verdict"] == "worse"
    assert [(reason["code"], reason["label"]) for reason in comparison["reasons"]] == [("recall_drop", "other")]


def test_too_few_documents_never_show_that_a_candidate_is_as_good() -> None:
    wanted = gold(Gate().fewest - 1)

    comparison = judged(wanted, wanted, spoiled(wanted, 0.5, 1))

    assert comparison["verdict"] == "unknown"
    assert "Not enough to compare" in verdict_words(comparison)


def test_a_few_documents_suffice_to_show_harm_beyond_chance() -> None:
    wanted = gold(12)
    shifted = wanted[1:] + wanted[:1]

    assert judged(wanted, shifted, wanted)["verdict"] == "worse"
    assert judged(wanted, wanted[:-2] + shifted[-2:], wanted)["verdict"] == "unknown"


def test_a_rare_label_that_is_lost_beyond_chance_is_enough_to_refuse() -> None:
    wanted = ["billing"] * 200 + ["delivery"] * 200 + ["other"] * 9
    old = wanted[:]
    old[:40] = ["other"] * 40
    new = wanted[:-9] + ["billing"] * 9

    comparison = judged(wanted, new, old)

    assert [(reason["code"], reason["label"]) for reason in comparison["reasons"]] == [("recall_drop", "other")]
    assert judged(wanted, wanted[:-2] + ["billing"] * 2, old)["verdict"] == "better"


def test_an_empty_test_split_allows_no_verdict() -> None:
    assert compare({"Category": "choice"}, [], [], [])["verdict"] == "unknown"


def test_spans_are_compared_by_strict_f1() -> None:
    span = {"start": 0, "end": 4, "label": "PERSON"}
    wanted = [{"Entities": [span]} for _ in range(100)]
    nothing: list[dict[str, object]] = [{"Entities": []} for _ in range(100)]

    assert compare({"Entities": "span"}, wanted, wanted, nothing)["verdict"] == "better"
    assert compare({"Entities": "span"}, wanted, nothing, wanted)["verdict"] == "worse"


def test_the_exact_mcnemar_test_gives_textbook_values() -> None:
    assert p_worse(0, 0) == 1.0
    assert p_worse(0, 5) == 1 / 32
    assert p_worse(5, 0) == 1.0
    assert p_worse(1, 3) == pytest.approx(5 / 16)

from typing import Any

import pytest

from modelops.evaluation.facts import Facts, groups, language_of, length_class
from modelops.evaluation.learned import learned_of
from modelops.evaluation.outcomes import outcomes_of, with_gold, wrong
from modelops.evaluation.reliability import reliability, untempered
from modelops.evaluation.report import Answered, Head, report_of
from modelops.evaluation.slices import p_so_few

CHOICE = {"Category": Head("choice", 2)}


def answered(gold: list[str], said: list[str], facts: list[Facts] | None = None, sure: float = 0.9) -> Answered:
    return Answered(
        gold=[{"Category": value} for value in gold],
        predicted=[{"Category": value} for value in said],
        confidence=[{"Category": {value: sure}} for value in said],
        groups=groups(facts or []),
    )


def facts(number: int, **meta: Any) -> Facts:
    return Facts(number, meta, 50, "Where is my order?", "import")


def report(found: Answered, heads: dict[str, Head] | None = None) -> dict[str, Any]:
    sets: dict[str, Any] = report_of(heads or CHOICE, found)["label_sets"]
    return sets


def test_a_choice_gets_its_share_with_an_interval_its_labels_and_its_confusion() -> None:
    row = report(answered(["a"] * 30 + ["b"] * 10, ["a"] * 30 + ["b"] * 6 + ["a"] * 4))["Category"]

    assert (row["documents"], row["figure"]) == (40, 0.9)
    assert 0.76 < row["low"] < 0.9 < row["high"] < 0.97
    assert row["labels"]["a"]["precision"] == pytest.approx(30 / 34, abs=1e-4)
    assert (row["labels"]["b"]["recall"], row["labels"]["b"]["support"], row["labels"]["b"]["said"]) == (0.6, 10, 6)
    assert (row["labels"]["a"]["is_enough"], row["labels"]["b"]["is_enough"]) == (True, False)
    assert row["confusion"] == [["a", "a", 30], ["b", "b", 6], ["b", "a", 4]]


def test_a_slice_that_is_worse_by_more_than_chance_is_marked_and_a_small_one_has_no_figure() -> None:
    said = ["a"] * 150 + ["b"] * 20 + ["a"] * 30
    channels = ["mail"] * 150 + ["chat"] * 40 + ["fax"] * 10
    rows = [facts(number, channel=channel, ticket=number) for number, channel in enumerate(channels)]

    slices = report(answered(["a"] * 200, said, rows))["Category"]["slices"]

    by_value = {row["value"]: row for row in slices if row["by"] == "meta.channel"}
    assert by_value["chat"]["is_worse"]
    assert by_value["chat"]["figure"] == 0.5
    assert not by_value["mail"]["is_worse"]
    assert by_value["fax"] == {"by": "meta.channel", "value": "fax", "documents": 10}
    assert {row["by"] for row in slices} == {"meta.channel"}, "a number a document, and what is the same everywhere"


def test_the_same_error_rate_in_every_slice_raises_no_alarm() -> None:
    said = ["b" if number % 10 == 0 else "a" for number in range(400)]
    rows = [facts(number, channel=f"c{number // 10 % 8}") for number in range(400)]

    slices = report(answered(["a"] * 400, said, rows))["Category"]["slices"]

    assert len(slices) == 8
    assert not any(row["is_worse"] for row in slices)


def test_fishers_exact_test_gives_the_value_of_the_lady_tasting_tea() -> None:
    assert p_so_few(0, 4, 4, 8) == pytest.approx(1 / 70)
    assert p_so_few(1, 4, 4, 8) == pytest.approx(17 / 70)
    assert p_so_few(4, 4, 4, 8) == pytest.approx(1.0)


def test_spans_and_choices_have_f1_and_no_confusion() -> None:
    span = {"start": 0, "end": 4, "label": "PERSON"}
    found = Answered(
        gold=[{"Entities": [span], "Topics": ["x", "y"]}] * 30,
        predicted=[{"Entities": [span] if number < 15 else [], "Topics": ["x"]} for number in range(30)],
        confidence=[{"Entities": [0.8], "Topics": {"x": 0.9, "y": 0.2}}] * 30,
        groups={},
    )

    rows = report(found, {"Entities": Head("span", 1), "Topics": Head("choices", 2)})

    assert rows["Entities"]["figure"] == pytest.approx(2 * 15 / 45, abs=1e-4)
    assert rows["Entities"]["low"] < rows["Entities"]["figure"] < rows["Entities"]["high"]
    assert rows["Entities"]["confusion"] is None
    assert rows["Entities"]["reliability"]["items"] == 15
    assert rows["Topics"]["labels"]["y"]["recall"] == 0.0
    assert rows["Topics"]["reliability"]["error"] == pytest.approx((0.1 + 0.8) / 2)


def test_the_calibration_error_is_the_mean_gap_between_confidence_and_truth() -> None:
    gold: list[object] = [*"aaaaaabbbb"]
    said: list[object] = [*"aaaaaaaaaa"]

    found = reliability("choice", gold, said, [{"a": 0.95}] * 10)

    assert found is not None
    assert (found["error"], found["right"], found["items"]) == (0.35, 0.6, 10)
    assert found["bins"][9]["items"] == 10
    assert found["bins"][9]["low"] < 0.6 < found["bins"][9]["high"]
    assert reliability("choice", [], [], []) is None


def test_what_a_temperature_did_is_shown_where_all_probabilities_are_known() -> None:
    softened = {"a": 0.6, "b": 0.4}

    raw = untempered(softened, 2.0, 2)

    assert raw is not None
    assert [raw["a"], raw["b"]] == pytest.approx([0.36 / 0.52, 0.16 / 0.52])
    assert untempered(softened, 2.0, 3) is None
    found = Answered([{"Category": "a"}] * 10, [{"Category": "a"}] * 10, [{"Category": softened}] * 10, {})
    shown = report(found, {"Category": Head("choice", 2, 2.0)})["Category"]["reliability"]
    assert shown["error_before"] < shown["error"]
    assert shown["temperature"] == 2.0


def test_outcomes_name_the_documents_of_a_cell_and_the_wrong_ones() -> None:
    found = outcomes_of(
        [7, 8, 9],
        {"Category": "choice"},
        [{"Category": "a"}, {"Category": "b"}, {}],
        [{"Category": "a"}, {"Category": "a"}, {"Category": "a"}],
    )

    assert found["right"] == {"Category": "10-"}
    assert with_gold(found, "Category", "b") == [8]
    assert wrong(found, "Category") == [8]


def test_language_and_length_are_read_from_the_document() -> None:
    assert language_of({"lang": "fr"}, "我的包裹在哪里") == "fr"
    assert language_of({}, "我的 iPhone 包裹在哪里？") == "han"
    assert language_of({}, "Where is it? 😀 12") == "other"
    assert [length_class(length) for length in (0, 99, 100, 1599, 1600)] == [
        "0-99",
        "0-99",
        "100-399",
        "400-1599",
        "1600-",
    ]


def test_what_was_learned_counts_labels_languages_and_people_without_names() -> None:
    gold: list[dict[str, Any]] = [
        {"Category": "a", "Topics": []},
        {"Category": "a", "Topics": ["x"]},
        {"Category": "b"},
    ]

    found = learned_of(
        {"Category": "choice", "Topics": "choices"},
        gold,
        [facts(1, lang="en"), facts(2, lang="zh"), facts(3)],
        [5, 5, None],
    )

    assert found["labels"] == {"Category": {"a": 2, "b": 1}, "Topics": {"": 1, "x": 1}}
    assert found["languages"] == {"en": 1, "zh": 1, "other": 1}
    assert (found["people"], found["by_nobody"]) == ([2], 1)

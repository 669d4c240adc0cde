from typing import Any

from modelops.evaluation.fewer_bits import int8_words, judge_int8
from modelops.evaluation.options import option_words

KINDS = {"Intent": "choice", "Places": "span"}
SPAN = [{"start": 0, "end": 4, "label": "PLACE"}]


def answers(count: int, **changed: Any) -> list[dict[str, Any]]:  # Any: JSON
    """`changed`: for a label set what its first answers are instead."""
    made: list[dict[str, Any]] = [{"Intent": "refund", "Places": SPAN} for _ in range(count)]
    for name, values in changed.items():
        for answer, value in zip(made, values, strict=False):
            answer[name] = value
    return made


def test_equal_answers_pass_and_are_told_in_one_line() -> None:
    found = judge_int8(KINDS, answers(40), answers(40), answers(40))

    assert (found["verdict"], found["documents"], found["changed"]) == ("not_worse", 40, 0)
    assert option_words({"int8": found}) == [int8_words(found)]
    assert "no worse on 40 test documents, answers changed: 0" in int8_words(found)


def test_lost_spans_fail_though_choices_stay() -> None:
    found = judge_int8(KINDS, answers(40), answers(40, Places=[[]] * 8), answers(40))

    assert found["verdict"] == "worse"
    assert {reason["label_set"] for reason in found["reasons"]} == {"Places"}
    assert found["changed"] == 8
    assert "worse" in int8_words(found)


def test_few_documents_give_no_room_for_chance() -> None:
    """Two of forty lost might still pass the gate between versions."""
    found = judge_int8(KINDS, answers(40), answers(40, Intent=["lost_card"] * 2), answers(40))

    assert found["verdict"] == "worse"


def test_a_label_set_with_too_little_gold_leaves_it_unknown() -> None:
    gold = answers(40, Places=[None] * 25)

    found = judge_int8(KINDS, gold, answers(40), answers(40))

    assert found["verdict"] == "unknown"
    assert "too few" in int8_words(found)
    assert judge_int8(KINDS, [], [], [])["verdict"] == "unknown"

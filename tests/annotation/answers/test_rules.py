import pytest

from annotation.answers.answer import Answer, Span
from annotation.answers.problems import AnswerError
from annotation.answers.rules import LabelSetRule, check_answer
from annotation.answers.spans import Part

TEXT = "你好 😀 𠮷野家 from Acme\r\n in Berlin"
WHOLE = [Part("", 0, len(TEXT))]
CATEGORY = LabelSetRule("Category", "choice", True, False, frozenset({"billing", "退款"}))
TOPICS = LabelSetRule("Topics", "choices", False, False, frozenset({"a", "b"}))
ENTITIES = LabelSetRule("Entities", "span", False, False, frozenset({"ORG", "LOC"}))
NESTED = LabelSetRule("Nested", "span", False, True, frozenset({"ORG", "LOC"}))
RULES = [CATEGORY, TOPICS, ENTITIES, NESTED]


def check(raw: object, *, complete: bool = False, parts: list[Part] = WHOLE) -> Answer:
    return check_answer(raw, rules=RULES, text=TEXT, parts=parts, complete=complete)


def codes(raw: object, *, complete: bool = False, parts: list[Part] = WHOLE) -> list[str]:
    with pytest.raises(AnswerError) as caught:
        check(raw, complete=complete, parts=parts)
    return [problem.code for problem in caught.value.problems]


def test_a_right_answer_comes_back_in_the_same_form() -> None:
    raw = {
        "Category": "退款",
        "Topics": ["b", "a"],
        "Entities": [{"start": 5, "end": 8, "label": "ORG"}],
    }

    answer = check(raw, complete=True)

    assert answer.as_json() == raw
    assert TEXT[5:8] == "𠮷野家"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "bad_answer"),
        ({"Color": "red"}, "unknown_label_set"),
        ({"Category": "red"}, "unknown_label"),
        ({"Category": 7}, "bad_label"),
        ({"Category": ["billing"]}, "not_multilabel"),
        ({"Topics": "a"}, "bad_label"),
        ({"Topics": ["a", "c"]}, "unknown_label"),
        ({"Entities": "x"}, "bad_span"),
        ({"Entities": [None]}, "bad_span"),
        ({"Entities": [{"start": 0.0, "end": 2, "label": "ORG"}]}, "bad_offset"),
        ({"Entities": [{"start": 0, "end": True, "label": "ORG"}]}, "bad_offset"),
        ({"Entities": [{"start": 0, "end": 10**30, "label": "ORG"}]}, "span_out_of_range"),
        ({"Entities": [{"start": -1, "end": 2, "label": "ORG"}]}, "span_out_of_range"),
        ({"Entities": [{"start": 3, "end": 2, "label": "ORG"}]}, "span_reversed"),
        ({"Entities": [{"start": 2, "end": 2, "label": "ORG"}]}, "span_empty"),
        ({"Entities": [{"start": 0, "end": 2, "label": "PER"}]}, "unknown_label"),
        ({"Entities": [{"start": 0, "end": 2, "label": "ORG", "text": "hi"}]}, "span_text_mismatch"),
        ({"Entities": [{"start": 0, "end": 2, "label": "ORG"}] * 2}, "span_duplicate"),
        (
            {"Entities": [{"start": 0, "end": 4, "label": "ORG"}, {"start": 3, "end": 8, "label": "LOC"}]},
            "span_overlap",
        ),
    ],
)
def test_a_wrong_answer_names_its_problem(raw: object, code: str) -> None:
    assert codes(raw) == [code]


def test_overlap_is_allowed_where_the_label_set_says_so() -> None:
    spans = [{"start": 0, "end": 8, "label": "ORG"}, {"start": 3, "end": 5, "label": "LOC"}]

    answer = check({"Nested": spans})

    assert answer.spans("Nested") == (Span(0, 8, "ORG"), Span(3, 5, "LOC"))


def test_a_span_stays_inside_its_part() -> None:
    parts = [Part("customer", 0, 4), Part("agent", 5, len(TEXT))]

    assert codes({"Entities": [{"start": 2, "end": 7, "label": "ORG"}]}, parts=parts) == ["span_crosses_part"]


def test_only_a_submitted_answer_needs_the_required_label_sets() -> None:
    assert check({}).as_json() == {}
    assert codes({"Category": None}, complete=True) == ["required"]


def test_every_problem_is_listed_at_once() -> None:
    assert sorted(codes({"Category": "red", "Topics": ["z"]})) == ["unknown_label", "unknown_label"]


@pytest.mark.parametrize(("raw", "is_answer"), [([], True), (["a"], True), (None, False)])
def test_an_empty_list_answers_a_required_set_of_several_labels(raw: object, *, is_answer: bool) -> None:
    rules = [LabelSetRule("Topics", "choices", True, False, frozenset({"a"}))]

    def submit() -> Answer:
        return check_answer({"Topics": raw}, rules=rules, text=TEXT, parts=WHOLE, complete=True)

    if is_answer:
        assert submit().as_json() == {"Topics": raw}
        return
    with pytest.raises(AnswerError) as caught:
        submit()
    assert [problem.code for problem in caught.value.problems] == ["required"]

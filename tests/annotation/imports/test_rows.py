from typing import Any

import pytest

from annotation.answers.answer import Span
from annotation.answers.rules import LabelSetRule
from annotation.answers.spans import Part
from annotation.imports.people import Members
from annotation.imports.readers.shapes import Row, RowProblem
from annotation.imports.row_answers import AnswerCheck
from annotation.imports.row_text import Limits
from annotation.imports.rows import NewRow, RowCheck, check_row

RULES = [
    LabelSetRule("Category", "choice", True, False, frozenset({"billing", "other"})),
    LabelSetRule("Topics", "choices", False, False, frozenset({"a", "b"})),
    LabelSetRule("Entities", "span", False, False, frozenset({"ORG"})),
    LabelSetRule("Draft", "text", False, False, frozenset()),
]


def _check(**values: Any) -> NewRow | RowProblem:
    return check_row(Row(3, 9, values), _against())


def _against(*, can_create: bool = False, has_cells: bool = False) -> RowCheck:
    answers = AnswerCheck(RULES, max_spans=5, can_create=can_create)
    return RowCheck(answers, Limits(50, 10, 4, 5), Members({"alice": 11}), has_cells)


def _good(found: NewRow | RowProblem) -> NewRow:
    assert isinstance(found, NewRow), found
    return found


def _code(found: NewRow | RowProblem) -> tuple[str, str]:
    assert isinstance(found, RowProblem), found
    assert (found.row, found.line) == (3, 9)
    assert found.message
    return found.field, found.code


def test_a_plain_text_stays_as_it_is_and_has_one_part() -> None:
    text = "  😀\r\n𠀀 e\u0301 "

    row = _good(_check(text=text))

    assert row.document.text == text
    assert row.document.parts == (Part("", 0, len(text)),)
    assert (row.gold, row.prediction, row.document.external_id) == (None, None, None)


def test_parts_are_joined_and_placed() -> None:
    row = _good(_check(parts=[{"role": "customer", "text": "Hi"}, {"role": "agent", "text": "Yes?"}]))

    assert row.document.text == "Hi\nYes?"
    assert row.document.parts == (Part("customer", 0, 2), Part("agent", 3, 7))


def test_parts_as_the_site_exports_them_come_in_again() -> None:
    row = _good(
        _check(text="Hi\nYes?", parts=[{"role": "x", "start": 0, "end": 2}, {"role": "y", "start": 3, "end": 7}])
    )

    assert row.document.parts == (Part("x", 0, 2), Part("y", 3, 7))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"parts": []}, ("parts", "bad_parts")),
        ({"parts": [1]}, ("parts", "bad_parts")),
        ({"parts": [{"role": 5, "text": "a"}]}, ("parts", "bad_parts")),
        ({"parts": [{"role": "a"}]}, ("parts", "bad_text")),
        ({"parts": [{"role": "a", "text": " "}]}, ("parts", "empty_text")),
        ({"text": "abc", "parts": [{"role": "a", "start": 0, "end": 4}]}, ("parts", "bad_parts")),
        ({"text": "abc", "parts": [{"start": 2, "end": 3}, {"start": 0, "end": 1}]}, ("parts", "bad_parts")),
        ({"text": "x" * 51}, ("text", "text_too_long")),
        ({"text": "a", "meta": [1]}, ("meta", "bad_meta")),
        ({"text": "a", "meta": {"x": {"1": 1, "2": 2, "3": 3, "4": 4}}}, ("meta", "meta_too_large")),
        ({"text": "a", "x": 1, "meta": {"x": 2}}, ("meta", "duplicate_key")),
        ({"text": "a", "answer": [1]}, ("answer", "bad_answer")),
        ({"text": "a", "answer": {"Nope": 1}}, ("Nope", "unknown_label_set")),
        ({"text": "a", "Category": "billing", "answer": {"Category": "other"}}, ("Category", "duplicate_key")),
        ({"text": "a", "Category": "billing", "by": "eve"}, ("by", "unknown_person")),
        ({"text": "a", "Category": "billing "}, ("Category", "unknown_label")),
        ({"text": "a", "prediction": {"version": 1}}, ("prediction", "bad_prediction")),
        ({"text": "a", "prediction": {"answer": {"Category": "x"}}}, ("prediction.Category", "unknown_label")),
        ({"text": "a", "prediction": {"answer": {}, "version": True}}, ("prediction.version", "bad_prediction")),
        ({"text": "a", "prediction": {"answer": {}, "version": 1.5}}, ("prediction.version", "bad_prediction")),
        (
            {"text": "a", "prediction": {"answer": {"Category": "other"}, "confidence": {"Category": {"other": 2}}}},
            ("prediction.confidence", "bad_prediction"),
        ),
        (
            {"text": "abc", "Entities": [{"start": 0, "end": 2, "label": "ORG", "surface": "bc"}]},
            ("Entities", "span_text_mismatch"),
        ),
    ],
)
def test_a_bad_row_says_where_and_why(values: dict[str, Any], expected: tuple[str, str]) -> None:
    assert _code(_check(**values)) == expected


def test_flat_keys_and_the_answer_make_one_gold_answer_of_a_person() -> None:
    row = _good(
        _check(
            text="Acme", Category="billing", answer={"Entities": [{"start": 0, "end": 4, "label": "ORG"}]}, by="alice"
        )
    )

    assert row.gold is not None
    assert row.gold.values == {"Category": "billing", "Entities": (Span(0, 4, "ORG"),)}
    assert row.by_id == 11
    assert row.document.has_gold


def test_keys_without_a_meaning_go_to_meta() -> None:
    row = _good(_check(text="a", lang="en", by="a poet", meta={"page": 3}, Category=None))

    assert row.document.meta == {"lang": "en", "by": "a poet", "page": 3}
    assert row.gold is None


def test_an_empty_list_of_spans_is_an_answer() -> None:
    row = _good(_check(text="a", Entities=[]))

    assert row.gold is not None
    assert row.gold.values == {"Entities": ()}


@pytest.mark.parametrize(("version", "source"), [(7, "7"), ("gpt", "gpt"), (None, "import")])
def test_a_prediction_keeps_the_name_of_its_version_as_its_source(version: object, source: str) -> None:
    row = _good(
        _check(
            text="a", prediction={"answer": {"Category": "other"}, "version": version, "confidence": {"Category": 0.5}}
        )
    )

    assert row.prediction is not None
    assert (row.prediction.source, row.prediction.confidence) == (source, {"Category": 0.5})
    assert row.gold is None


def test_cells_of_a_csv_row_are_read_by_the_kind_of_their_label_set() -> None:
    cells = {
        "text": "Acme",
        "Category": "",
        "Topics": "a|b",
        "Entities": '[{"start":0,"end":4,"label":"ORG"}]',
        "Draft": "Dear",
        "note": "",
    }

    row = _good(check_row(Row(1, 2, cells), _against(has_cells=True)))

    assert row.gold is not None
    assert row.gold.as_json() == {
        "Topics": ["a", "b"],
        "Entities": [{"start": 0, "end": 4, "label": "ORG"}],
        "Draft": "Dear",
    }
    assert row.document.meta == {}


def test_labels_of_a_refused_row_are_not_made() -> None:
    against = _against(can_create=True)

    check_row(Row(1, 1, {"text": "a", "Category": "new"}), against)
    check_row(Row(2, 2, {"text": "a", "Topics": ["c", "new"]}), against)
    refused = check_row(Row(3, 3, {"text": "a", "Category": "Bi\u200blling"}), against)
    alike = check_row(
        Row(4, 4, {"text": "a", "Category": "fine", "prediction": {"answer": {"Category": "NEW"}}}), against
    )

    assert against.answers.new_labels == [("Category", "new"), ("Topics", "c"), ("Topics", "new")]
    assert isinstance(refused, RowProblem)
    assert refused.code == "bad_label"
    assert isinstance(alike, RowProblem)
    assert alike.code == "label_confusable"

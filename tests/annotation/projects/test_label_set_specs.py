from typing import Any

import pytest
from django.core.exceptions import ValidationError

from annotation.projects.label_set_specs import read_label_sets
from annotation.projects.models import Kind

CATEGORY: dict[str, Any] = {"name": "Category", "kind": "choice", "labels": ["billing", "delivery"]}


def codes_of(raw: object) -> dict[str, list[str | None]]:
    with pytest.raises(ValidationError) as caught:
        read_label_sets(raw)
    return {path: [error.code for error in errors] for path, errors in caught.value.error_dict.items()}


def test_a_plain_label_set_is_read_with_its_defaults() -> None:
    (spec,) = read_label_sets([CATEGORY])

    assert (spec.name, spec.kind, spec.required, spec.overlap) == ("Category", Kind.CHOICE, True, False)
    assert [label.name for label in spec.labels] == ["billing", "delivery"]


def test_spans_are_not_required_unless_said() -> None:
    (spec,) = read_label_sets([{"name": "Entities", "kind": "span", "labels": ["ORG"]}])

    assert spec.required is False


def test_a_text_label_set_needs_no_labels() -> None:
    (spec,) = read_label_sets([{"name": "Draft", "kind": "text"}])

    assert spec.labels == ()


@pytest.mark.parametrize(
    ("raw", "path", "code"),
    [
        ([], "label_sets", "no_label_sets"),
        ("Category", "label_sets", "no_label_sets"),
        (["Category"], "label_sets.0", "not_object"),
        ([{**CATEGORY, "kind": "stars"}], "label_sets.0.kind", "unknown_kind"),
        ([{**CATEGORY, "labels": []}], "label_sets.0.labels", "no_labels"),
        ([{**CATEGORY, "labels": ["a", "b", "a"]}], "label_sets.0.labels.2.name", "duplicate_label"),
        ([{**CATEGORY, "labels": ["Refund", "refund"]}], "label_sets.0.labels.1.name", "label_confusable"),
        ([{**CATEGORY, "labels": ["PAY", "РАY"]}], "label_sets.0.labels.1.name", "label_confusable"),
        ([{**CATEGORY, "labels": [""]}], "label_sets.0.labels.0.name", "bad_label"),
        ([{**CATEGORY, "labels": [" a"]}], "label_sets.0.labels.0.name", "bad_label"),
        ([{**CATEGORY, "labels": ["a\u200bb"]}], "label_sets.0.labels.0.name", "bad_label"),
        ([{**CATEGORY, "labels": ["x" * 101]}], "label_sets.0.labels.0.name", "bad_label"),
        ([{**CATEGORY, "labels": [7]}], "label_sets.0.labels.0.name", "bad_label"),
        ([{**CATEGORY, "labels": [{"name": "a", "color": "url(x)"}]}], "label_sets.0.labels.0.color", "bad_color"),
        ([{**CATEGORY, "labels": [{"name": "a", "key": "?"}]}], "label_sets.0.labels.0.key", "bad_key"),
        ([{**CATEGORY, "required": "yes"}], "label_sets.0.required", "not_boolean"),
        ([{**CATEGORY, "max_spans": 0}], "label_sets.0.max_spans", "bad_number"),
        ([{**CATEGORY, "titles": {"fr": "Genre"}}], "label_sets.0.titles", "bad_titles"),
        ([CATEGORY, CATEGORY], "label_sets.1.name", "duplicate_label"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(raw: object, path: str, code: str) -> None:
    assert codes_of(raw) == {path: [code]}


def test_two_labels_may_not_share_a_key() -> None:
    labels = [{"name": "a", "key": "q"}, {"name": "b", "key": "Q"}]

    assert codes_of([{**CATEGORY, "labels": labels}]) == {"label_sets.0.labels.1.key": ["duplicate_key"]}


def test_every_problem_is_listed_at_once() -> None:
    assert codes_of([{"name": "", "kind": "stars", "labels": ["a", "a"]}]) == {
        "label_sets.0.name": ["bad_label"],
        "label_sets.0.kind": ["unknown_kind"],
        "label_sets.0.labels.1.name": ["duplicate_label"],
    }

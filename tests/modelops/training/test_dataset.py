import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.documents.texts import text_key
from modelops.evaluation.split import TEST_SHARE, is_test
from modelops.training.dataset import last_change, read_dataset
from tests import make


@given(st.text(min_size=1), st.text(alphabet="0123456789abcdef", min_size=16, max_size=16))
def test_spaces_around_a_text_never_move_it_to_the_other_side(text: str, salt: str) -> None:
    assert is_test(salt, text_key(text)) is is_test(salt, text_key(f" \n{text}\t"))


def test_about_a_fifth_of_the_texts_is_tested() -> None:
    share = sum(is_test("salt", text_key(f"text {number}")) for number in range(5000)) / 5000

    assert abs(share - TEST_SHARE) < 0.02


def test_texts_that_differ_in_case_and_spaces_fall_on_the_same_side() -> None:
    for number in range(200):
        assert is_test("s", text_key(f"Order {number}")) == is_test("s", text_key(f"  order   {number}\n"))


def test_another_salt_gives_another_split() -> None:
    keys = [text_key(f"text {number}") for number in range(300)]

    assert [is_test("a", key) for key in keys] != [is_test("b", key) for key in keys]


@pytest.mark.django_db
def test_no_test_document_is_among_those_that_train() -> None:
    project = make.project()
    for number in range(60):
        make.gold(make.document(project, f"ticket {number}"), {"Category": "billing"})

    dataset = read_dataset(project, last_change(project.pk))

    train = {text_key(document.text) for document in dataset.train}
    test = {text_key(document.text) for document in dataset.test}
    assert train
    assert test
    assert not train & test
    assert len(dataset.train) + len(dataset.test) == 60


@pytest.mark.django_db
def test_a_dataset_is_read_as_it_stood_whatever_happened_since() -> None:
    project = make.project()
    first = make.document(project, "one")
    make.gold(first, {"Category": "billing"})
    change = last_change(project.pk)
    before = read_dataset(project, change)
    make.gold(first, {"Category": "other"})
    make.gold(make.document(project, "two"), {"Category": "other"})

    assert read_dataset(project, change) == before
    assert len(read_dataset(project, last_change(project.pk)).documents) == 2


@pytest.mark.django_db
def test_labels_that_were_removed_and_texts_are_not_learned() -> None:
    project = make.project(
        label_sets=[
            {"name": "Category", "kind": "choice", "labels": ["billing", "other"]},
            {"name": "Entities", "kind": "span", "labels": ["ORG"]},
            {"name": "Draft", "kind": "text", "labels": []},
            {"name": "Empty", "kind": "choice", "labels": []},
        ]
    )
    span = {"start": 0, "end": 3, "label": "ORG"}
    make.gold(
        make.document(project, "one text"),
        {"Category": "gone", "Entities": [span, {**span, "label": "GONE"}], "Draft": "Dear", "Empty": None},
    )
    make.gold(make.document(project, "two"), {"Category": "gone", "Draft": "Dear"})

    dataset = read_dataset(project, last_change(project.pk))

    assert [shape.name for shape in dataset.label_sets] == ["Category", "Entities"]
    assert [document.answer for document in dataset.documents] == [{"Entities": [span]}]

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from annotation.annotations.models import Gold
from annotation.answers.problems import AnswerError
from annotation.documents.models import Document
from annotation.imports.mapping import mapping_of
from tests import make


def _refused(raw: object) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        mapping_of(raw)
    return {name: errors[0].code or "" for name, errors in caught.value.error_dict.items()}


def test_columns_become_what_they_are_said_to_be() -> None:
    mapping = mapping_of(
        {"body": "part:customer", "reply": "part:agent", "n": "id", "c": "label_set:C", "x": "leave_out"}
    )

    row = mapping.applied({"body": "Hi", "reply": "Hello", "n": 7, "c": "a", "x": 1, "lang": "en"})

    parts = [{"role": "customer", "text": "Hi"}, {"role": "agent", "text": "Hello"}]
    assert row == {"parts": parts, "id": 7, "answer": {"C": "a"}, "lang": "en"}


def test_a_column_called_like_a_known_key_can_be_kept_beside_the_text() -> None:
    assert mapping_of({"id": "meta"}).applied({"id": 1, "text": "a"}) == {"meta": {"id": 1}, "text": "a"}


def test_a_column_that_meets_a_key_of_the_row_is_refused() -> None:
    with pytest.raises(AnswerError) as caught:
        mapping_of({"body": "text"}).applied({"body": "a", "text": "b"})

    assert [(problem.field, problem.code) for problem in caught.value.problems] == [("body", "duplicate_key")]


@pytest.mark.parametrize(
    ("raw", "problems"),
    [
        ({"a": "txt"}, {"mapping.a": "bad_mapping"}),
        ({"a": "text", "b": "text"}, {"mapping.b": "bad_mapping"}),
        ({"a": "text", "b": "part:x"}, {"mapping.b": "bad_mapping"}),
        ({"a": "part:" + "x" * 41}, {"mapping.a": "bad_mapping"}),
        ({"a": 7}, {"mapping.a": "bad_mapping"}),
        ("[1]", {"mapping": "bad_mapping"}),
        ("{", {"mapping": "bad_mapping"}),
    ],
)
def test_a_wrong_mapping_names_its_column(raw: object, problems: dict[str, str]) -> None:
    assert _refused(raw) == problems


def _post(mapping: dict[str, Any], body: str) -> tuple[int, dict[str, Any]]:
    project = make.project()
    url = f"/api/v1/projects/{project.pk}/documents/?mapping={json.dumps(mapping)}"
    response = make.client(project.created_by).post(url, body, content_type="text/csv")
    return response.status_code, response.json()


@pytest.mark.django_db
def test_the_api_takes_a_mapping() -> None:
    status, _body = _post({"body": "text", "kind": "label_set:Category"}, "body,kind,n\nHi,billing,4\n")

    document = Document.objects.get()
    assert (status, document.text, document.meta) == (201, "Hi", {"n": "4"})
    assert Gold.objects.get().answer == {"Category": "billing"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mapping", "field"),
    [({"kind": "label_set:Nothing"}, "mapping.kind"), ({"kind": "?"}, "mapping.kind"), ({"none": "meta"}, "file")],
)
def test_the_api_names_the_wrong_column(mapping: dict[str, str], field: str) -> None:
    status, body = _post(mapping, "text,kind\nHi,billing\n")

    assert (status, body["errors"][0]["field"], Document.objects.count()) == (422, field, 0)

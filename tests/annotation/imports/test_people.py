"""Answers of several people in one file: each becomes the annotation of a member."""

import json
from typing import Any

import pytest

from annotation.annotations.models import Annotation, Gold
from annotation.documents.models import Document, State
from annotation.projects.models import Project
from tests import make

pytestmark = pytest.mark.django_db
Rows = list[dict[str, Any]]  # Any: JSON


def _project() -> Project:
    project = make.project(overlap=3)
    for name in ("ana", "bob"):
        person = make.member(project, name)
        person.email = f"{name}@Example.org"
        person.save()
    return project


def _post(project: Project, rows: Rows, **options: str) -> tuple[int, dict[str, Any]]:
    body = "\n".join(json.dumps(row) for row in rows)
    query = "&".join(f"{name}={value}" for name, value in options.items())
    url = f"/api/v1/projects/{project.pk}/documents/?{query}"
    response = make.client(project.created_by).post(url, body, content_type="application/x-ndjson")
    return response.status_code, response.json()


def _said() -> list[tuple[str, dict[str, Any], float]]:
    rows = Annotation.objects.select_related("user").order_by("user__username")
    assert all((row.status, row.version) == ("submitted", 1) for row in rows)
    return [(row.user.username, row.answer, row.seconds) for row in rows]


def _task(*annotations: dict[str, Any]) -> dict[str, Any]:
    def result(label: str) -> Rows:
        return [{"from_name": "Category", "type": "choices", "value": {"choices": [label]}}]

    said = [{**item, "result": result(item["result"])} for item in annotations]
    return {"id": 1, "data": {"text": "Where is it?"}, "annotations": said}


def test_own_rows_bring_annotations_that_take_slots() -> None:
    project = _project()
    rows: Rows = [
        {"id": "a", "text": "a", "annotations": [
            {"by": "ana", "answer": {"Category": "billing"}, "seconds": 4.5},
            {"by": "bob", "answer": {"Category": "delivery"}},
        ]},
        {"id": "b", "text": "b", "answer": {"Category": "other"}, "annotations": [{"by": "bob", "answer": {}}]},
    ]  # fmt: skip

    status, _body = _post(project, rows)

    assert status == 201
    assert _said() == [("ana", {"Category": "billing"}, 4.5), ("bob", {"Category": "delivery"}, 0), ("bob", {}, 0)]
    states = Document.objects.order_by("pk").values_list("state", "slots")
    assert list(states) == [(State.ANNOTATED, 1), (State.GOLD, 0)]


def test_everybody_in_a_task_of_label_studio_is_found_by_e_mail_username_or_as_said() -> None:
    project = _project()
    task = _task(
        {"completed_by": {"id": 7, "email": "ANA@example.org"}, "result": "billing", "lead_time": 3.5},
        {"completed_by": "bob", "result": "other"},
        {"completed_by": 12, "result": "delivery"},
        {"completed_by": 12, "result": "billing", "was_cancelled": True},
    )

    status, body = _post(project, [task], dialect="label-studio", people='{"12": "mia"}')

    assert status == 201, body
    assert [(name, said["Category"], seconds) for name, said, seconds in _said()] == [
        ("ana", "billing", 3.5),
        ("bob", "other", 0),
        ("mia", "delivery", 0),
    ]
    assert Gold.objects.get().answer == {"Category": "delivery"}


def test_a_person_whom_nobody_knows_is_a_row_error_unless_left_out() -> None:
    project = _project()
    task = _task({"completed_by": 99, "result": "billing"}, {"completed_by": "ana", "result": "other"})

    status, body = _post(project, [task], dialect="label-studio")
    assert (status, body["errors"][0]["code"], body["errors"][0]["field"]) == (422, "unknown_person", "annotations")
    assert Document.objects.count() == 0
    status, _body = _post(project, [task], dialect="label-studio", people="ignore")

    assert (status, [name for name, _said, _seconds in _said()]) == (201, ["ana"])


def test_with_people_left_out_the_first_answer_is_gold_where_nothing_else_is() -> None:
    said = [{"by": "zoe", "answer": {"Category": "billing"}}, {"by": "yan", "answer": {"Category": "other"}}]

    status, _body = _post(_project(), [{"text": "a", "annotations": said}], people="ignore")

    assert (status, Gold.objects.get().answer, Annotation.objects.count()) == (201, {"Category": "billing"}, 0)


def test_users_of_doccano_keep_their_own_answers() -> None:
    said: Rows = [
        {"user": "ana", "label": "ORG", "start_offset": 0, "end_offset": 4},
        {"user": "bob", "label": "billing"},
    ]

    status, body = _post(_project(), [{"id": 1, "text": "Acme", "annotations": said}], dialect="doccano")

    assert status == 201, body
    spans = {"Entities": [{"start": 0, "end": 4, "label": "ORG"}]}
    assert [(name, answer) for name, answer, _seconds in _said()] == [("ana", spans), ("bob", {"Category": "billing"})]


@pytest.mark.parametrize("name", ["x", None])
def test_an_export_of_annotations_is_read_back_in(name: str | None) -> None:
    project = _project()
    said = [
        {"by": "ana", "answer": {"Category": "billing"}, "seconds": 4.5},
        {"by": "bob", "answer": {"Category": "other"}},
    ]
    rows: Rows = [{"text": text, "annotations": said} for text in ("a", "b")]
    _post(project, [{"id": f"{name}{place}", **row} if name else row for place, row in enumerate(rows)])
    url = f"/api/v1/projects/{project.pk}/export/?format=jsonl&which=annotations"
    response: Any = make.client(project.created_by).get(url)
    lines = [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]
    before = _said()
    other = make.project(manager=project.created_by, overlap=3)
    for person in ("ana", "bob"):
        member = project.memberships.get(user__username=person)
        member.pk, member.project = None, other
        member.save()

    status, body = _post(other, lines)

    assert (status, body["imported"], body["duplicates"]) == (201, 2, 2), body
    copied = Annotation.objects.filter(document__project=other).order_by("user__username")
    assert [(row.user.username, row.answer, row.seconds) for row in copied] == before
    assert other.documents.filter(state=State.ANNOTATED, slots=1).count() == 2
    if name:
        _again, body = _post(other, lines)
        assert (body["imported"], body["duplicates"], copied.count()) == (0, 4, 4)


def test_a_name_given_for_a_person_must_be_a_member() -> None:
    status, body = _post(_project(), [{"text": "a"}], people='{"12": "nobody"}')

    assert (status, body["errors"][0]["field"], body["errors"][0]["code"]) == (422, "people.12", "unknown_person")

import random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from annotation.practice.models import ItemKind
from annotation.projects.models import Label, Project
from annotation.queue.models import Assignment, AssignmentKind
from tests import make
from tests.annotation.api.test_queue import statements
from tests.annotation.practice.cast import RIGHT, WRONG, item, practicing

pytestmark = pytest.mark.django_db


def post(client: APIClient, project: Project, path: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(f"/api/v1/projects/{project.pk}/{path}", body or {}, format="json")


def hidden_lent(project: Project, client: APIClient) -> dict[str, Any]:
    """Ask until chance brings hidden gold, and return it as the caller sees it."""
    random.seed(7)
    for _ in range(20):
        for assignment in post(client, project, "queue/next/").json()["assignments"]:
            if Assignment.objects.get(pk=assignment["id"]).kind == AssignmentKind.HIDDEN:
                return dict(assignment)
    raise AssertionError("no hidden gold was lent")


def with_hidden() -> tuple[Project, APIClient]:
    project = make.project(hidden_gold_share=0.5, production_version=1)
    item(project, ItemKind.HIDDEN, note="Say billing where money moved.")
    for number in range(30):
        make.document(project, f"Where is order {number}?", priority=0.25)
    return project, make.client(make.member(project, "alice"))


def test_a_newcomer_is_stopped_and_told_what_is_left() -> None:
    project, _items, alice = practicing()
    make.document(project, "Where is my order?")

    answer = post(make.client(alice), project, "queue/next/")

    assert answer.status_code == 403
    assert answer.json()["code"] == "practice_needed"
    assert answer.json()["practice"] == {
        "done": 0,
        "of": 2,
        "score": None,
        "pass_mark": 0.8,
        "round": 1,
        "passed": False,
        "is_over": False,
    }
    assert not Assignment.objects.exists()
    assert post(make.client(project.created_by), project, "queue/next/").status_code == 200


def test_practice_from_the_first_document_to_the_open_queue() -> None:
    project, [first, second], alice = practicing(practice_pass_mark=0.5)
    Label.objects.filter(name="billing").update(definition="Money moved, or should have.")
    first.note, first.note_zh = "Charged twice is billing.", "重复扣款属于账单。"
    first.save()
    make.prediction(first.document, WRONG, version=1)
    make.document(project, "Where is my order?")
    client = make.client(alice)

    lent = post(client, project, "practice/next/", {"count": 5}).json()
    assert [row["id"] for row in lent["assignments"]] == [f"practice-{first.pk}", f"practice-{second.pk}"]
    assert [row["prediction"] for row in lent["assignments"]] == [None, None]
    assert "gold" not in lent["assignments"][0]["document"]
    url = f"/api/v1/documents/{first.document_id}/practice/"
    told = client.put(url, {"answer": WRONG, "seconds": 4.5, "round": 1}, format="json").json()

    assert (told["is_right"], told["score"]) == (False, 0.0)
    assert told["scores"] == {"Category": 0.0, "Sentiment": 0.0, "Entities": 0.0}
    assert told["gold"] == RIGHT
    assert told["differences"] == [
        {"label_set": "Category", "kind": "relabeled", "yours": "other", "expected": "billing"},
        {"label_set": "Sentiment", "kind": "relabeled", "yours": "neutral", "expected": "negative"},
        {
            "label_set": "Entities",
            "kind": "added",
            "yours": None,
            "expected": {"start": 0, "end": 5, "label": "PERSON", "text": "Alice"},
        },
    ]
    assert told["note"] == "Charged twice is billing."
    assert told["definitions"]["Category"] == {"billing": "Money moved, or should have.", "other": ""}
    assert told["progress"]["done"] == 1
    in_chinese = client.put(url, {"answer": WRONG}, format="json", HTTP_ACCEPT_LANGUAGE="zh-hans").json()
    assert in_chinese["note"] == "重复扣款属于账单。"
    last = client.put(f"/api/v1/documents/{second.document_id}/practice/", {"answer": RIGHT}, format="json").json()
    assert last["is_right"]
    assert (last["progress"]["passed"], last["progress"]["score"]) == (True, 0.5)
    assert len(post(client, project, "queue/next/").json()["assignments"]) == 1
    assert post(client, project, "practice/next/").json()["assignments"] == []


def test_strangers_and_other_documents_have_no_practice() -> None:
    project, [first, _second], alice = practicing()
    hidden = item(project, ItemKind.HIDDEN)
    plain = make.document(project, "Where is my order?")
    eve = make.client(make.user("eve"))

    assert post(eve, project, "practice/next/").status_code == 404
    assert eve.get(f"/api/v1/projects/{project.pk}/practice/feedback/").status_code == 404
    assert eve.put(f"/api/v1/documents/{first.document_id}/practice/", {}, format="json").status_code == 404
    for document in (hidden.document_id, plain.pk):
        answer = make.client(alice).put(f"/api/v1/documents/{document}/practice/", {"answer": RIGHT}, format="json")
        assert answer.status_code == 404


def test_a_bad_practice_answer_names_every_problem() -> None:
    _project, [first, _second], alice = practicing()
    url = f"/api/v1/documents/{first.document_id}/practice/"
    client = make.client(alice)

    unfinished = client.put(url, {"answer": {"Category": "nonsense"}}, format="json")

    assert unfinished.status_code == 422
    assert [row["code"] for row in unfinished.json()["errors"]] == ["unknown_label", "required", "required"]
    for body in ({}, {"answer": RIGHT, "seconds": -1}, {"answer": RIGHT, "round": 0}, {"answer": RIGHT, "round": 7}):
        assert client.put(url, body, format="json").status_code == 422


def test_hidden_gold_is_not_revealed_before_its_answer() -> None:
    project, client = with_hidden()
    lent = hidden_lent(project, client)
    ordinary = post(client, project, "queue/next/").json()["assignments"]
    other = next(row for row in ordinary if row["document"]["priority"] == 0.25)

    document = client.get(f"/api/v1/documents/{lent['document']['id']}/").json()
    mine = client.get(f"/api/v1/projects/{project.pk}/queue/").json()["assignments"]

    assert set(lent) == set(other)
    assert set(lent["document"]) == set(other["document"])
    for shown in (lent["document"], document, *(row["document"] for row in mine)):
        assert shown["state"] == "assigned"
    assert {row["document"]["priority"] for row in mine} == {0.25}
    assert document["gold"] is None


def test_the_save_says_that_there_is_feedback_and_the_list_gives_it() -> None:
    project, client = with_hidden()
    lent = hidden_lent(project, client)
    url = f"/api/v1/documents/{lent['document']['id']}/annotation/"
    body = {"answer": {**RIGHT, "Category": "other"}, "seconds": 2.0, "status": "submitted"}

    draft = client.put(url, {**body, "status": "draft"}, format="json").json()
    saved = client.put(url, body, format="json", HTTP_IDEMPOTENCY_KEY="k").json()
    replayed = client.put(url, body, format="json", HTTP_IDEMPOTENCY_KEY="k").json()

    assert "has_feedback" not in draft
    assert saved["has_feedback"] is True
    assert replayed == saved
    feedback = f"/api/v1/projects/{project.pk}/practice/feedback/"
    found = client.get(feedback).json()
    [told] = found["results"]
    assert (told["document"], told["is_right"], told["progress"]) == (lent["document"]["id"], False, None)
    assert told["scores"] == {"Category": 0.0, "Sentiment": 1.0, "Entities": 1.0}
    assert told["note"] == "Say billing where money moved."
    assert told["excerpt"].startswith("Alice was charged twice")
    assert found["next_since"] == told["id"]
    assert client.get(feedback, {"since": told["id"]}).json() == {"results": [], "next_since": told["id"]}
    assert client.get(f"/api/v1/documents/{lent['document']['id']}/").json()["gold"]["answer"] == RIGHT
    assert make.client(project.created_by).get(feedback).json()["results"] == []


def test_an_ordinary_save_says_nothing_of_feedback() -> None:
    project = make.project()
    alice = make.client(make.member(project, "alice"))
    url = f"/api/v1/documents/{make.document(project).pk}/annotation/"

    assert "has_feedback" not in alice.put(url, {"answer": RIGHT}, format="json").json()


def test_practice_costs_the_same_for_many_items() -> None:
    project, items, alice = practicing(40)
    client = make.client(alice)
    client.get(f"/api/v1/projects/{project.pk}/")

    with CaptureQueriesContext(connection) as lending:
        post(client, project, "practice/next/", {"count": 40})
    with CaptureQueriesContext(connection) as answering:
        client.put(f"/api/v1/documents/{items[0].document_id}/practice/", {"answer": RIGHT}, format="json")

    assert len(statements(lending)) <= 6, statements(lending)
    assert len(statements(answering)) <= 12, statements(answering)

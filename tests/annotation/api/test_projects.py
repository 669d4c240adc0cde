from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.projects.models import Project, Role
from tests import make

pytestmark = pytest.mark.django_db

LABEL_SETS = [
    {"name": "Category", "kind": "choice", "required": True, "labels": [{"name": "退款"}, {"name": "bug", "key": "b"}]},
    {"name": "Entities", "kind": "span", "required": False, "overlap": True, "labels": [{"name": "ORG"}]},
]


def test_a_token_is_given_for_name_and_password() -> None:
    cache.clear()
    make.user("mia")
    stranger = make.client()

    right = stranger.post("/api/v1/token/", {"username": "mia", "password": "correct horse battery"}, format="json")
    wrong = stranger.post("/api/v1/token/", {"username": "mia", "password": "wrong"}, format="json")

    assert (right.status_code, wrong.status_code) == (200, 401)
    stranger.credentials(HTTP_AUTHORIZATION=f"Token {right.json()['token']}")
    assert stranger.get("/api/v1/projects/").status_code == 200


def test_a_project_is_made_from_label_sets() -> None:
    mia = make.client(make.user("mia"))

    made = mia.post("/api/v1/projects/", {"name": "Tickets", "label_sets": LABEL_SETS}, format="json")

    assert made.status_code == 201, made.content
    shown = mia.get(f"/api/v1/projects/{made.json()['id']}/").json()
    assert [label["name"] for label in shown["label_sets"][0]["labels"]] == ["退款", "bug"]
    assert shown["label_sets"][1]["overlap"] is True
    assert (shown["role"], shown["settings"]["overlap"]) == ("manager", 1)


@pytest.mark.parametrize("template", ["tickets", "finance", "office", "documents", "question_answering", "replies"])
def test_a_project_is_made_from_each_template(template: str) -> None:
    mia = make.client(make.user("mia"))

    made = mia.post("/api/v1/projects/", {"name": "Mine", "template": template}, format="json")

    assert made.status_code == 201, made.content
    assert made.json()["label_sets"]
    assert made.json()["guidelines"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        {"name": "x", "template": "nothing"},
        {"name": "x", "label_sets": [{"name": "C", "kind": "color"}]},
        {"name": "x", "label_sets": [{"name": "C", "kind": "choice", "labels": [{"name": "a"}, {"name": "a"}]}]},
        {"name": "x", "label_sets": [{"name": "C", "kind": "choice", "labels": "a"}]},
        {"name": "x", "label_sets": "C"},
        {"name": "x", "template": "tickets", "settings": {"overlap": 0}},
    ],
)
def test_a_bad_project_is_refused_and_nothing_is_made(body: dict[str, object]) -> None:
    mia = make.client(make.user("mia"))

    answer = mia.post("/api/v1/projects/", body, format="json")

    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"]
    assert not Project.objects.exists()


def test_settings_are_changed_flat_or_nested_and_only_by_a_manager() -> None:
    project = make.project()
    mia = make.client(project.created_by)
    path = f"/api/v1/projects/{project.pk}/"

    flat = mia.patch(path, {"train_after": 5}, format="json")
    nested = mia.patch(path, {"settings": {"lease_minutes": 0.05}}, format="json")
    refused = make.client(make.member(project, "alice")).patch(path, {"train_after": 9}, format="json")

    assert (flat.status_code, nested.status_code, refused.status_code) == (200, 200, 403)
    assert (nested.json()["settings"]["train_after"], nested.json()["settings"]["lease_minutes"]) == (5, 0.05)


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"settings": {"train_aftr": 5}}, "settings.train_aftr", "unknown_setting"),
        ({"train_aftr": 5}, "settings.train_aftr", "unknown_setting"),
        ({"review_share": True}, "settings.review_share", "invalid"),
        ({"auto_accept": {"precision": 2}}, "settings.auto_accept", "bad_number"),
        ({"encoder": "bert"}, "settings.encoder", "unknown_encoder"),
        ({"language": "zh Hans"}, "settings.language", "bad_language"),
    ],
)
def test_a_slip_in_a_setting_is_named_and_changes_nothing(body: dict[str, Any], field: str, code: str) -> None:
    project = make.project()
    path = f"/api/v1/projects/{project.pk}/"
    mia = make.client(project.created_by)

    answer = mia.patch(path, {"overlap": 2} | body, format="json")

    assert answer.status_code == 422
    assert [(row["field"], row["code"]) for row in answer.json()["errors"]] == [(field, code)]
    assert mia.get(path).json()["settings"]["overlap"] == 1


def test_a_persons_share_of_review_is_a_number() -> None:
    project = make.project()
    make.member(project, "alice")
    body = {"username": "alice", "role": "annotator", "review_share": True}

    answer = make.client(project.created_by).post(f"/api/v1/projects/{project.pk}/members/", body, format="json")

    assert answer.status_code == 422
    assert [(row["field"], row["code"]) for row in answer.json()["errors"]] == [("review_share", "invalid")]


def test_a_project_may_be_sent_back_as_it_was_shown() -> None:
    project = make.project()
    path = f"/api/v1/projects/{project.pk}/"
    mia = make.client(project.created_by)
    shown = mia.get(path).json()

    answer = mia.patch(path, shown, format="json")

    assert (answer.status_code, answer.json()) == (200, shown)


def test_members_are_added_by_a_manager() -> None:
    project = make.project()
    make.user("rui")
    mia = make.client(project.created_by)
    path = f"/api/v1/projects/{project.pk}/members/"

    made = mia.post(path, {"username": "rui", "role": "reviewer"}, format="json")
    unknown = mia.post(path, {"username": "nobody", "role": "reviewer"}, format="json")

    assert (made.status_code, unknown.status_code) == (201, 422)
    assert [(row["username"], row["role"]) for row in mia.get(path).json()["results"]] == [
        ("mia", "manager"),
        ("rui", "reviewer"),
    ]
    assert project.memberships.get(user__username="rui").role == Role.REVIEWER


def test_lists_cost_the_same_for_many_projects() -> None:
    manager = make.user("mia")
    mia = make.client(manager)
    make.project(manager=manager)
    mia.get("/api/v1/projects/")
    with CaptureQueriesContext(connection) as one:
        mia.get("/api/v1/projects/")
    for _ in range(5):
        make.project(manager=manager)

    with CaptureQueriesContext(connection) as many:
        assert len(mia.get("/api/v1/projects/").json()["results"]) == 6

    assert len(many) == len(one) <= 5


def test_the_schema_is_served_and_names_the_calls() -> None:
    schema = make.client(make.user("mia")).get("/api/v1/schema/").json()

    assert schema["openapi"].startswith("3.1")
    assert "/api/v1/projects/{project_id}/queue/next/" in schema["paths"]

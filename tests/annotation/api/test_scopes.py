"""A token does no more than its scopes say, in no other project, and no longer than it was made for."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from annotation.api.scopes import needed_scope
from annotation.people.models import Scope, User
from annotation.people.services import TokenLimits, make_token
from annotation.projects.models import Project
from tests import make

pytestmark = pytest.mark.django_db


def client_of(user: User, **limits: Any) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {make_token(user, TokenLimits(**limits))}")
    return client


def statuses(client: APIClient, project: Project) -> dict[str, int]:
    home = f"/api/v1/projects/{project.pk}/"
    text = "one text"
    return {
        "read": client.get(f"{home}labels/").status_code,
        "next": client.post(f"{home}queue/next/", {}, format="json").status_code,
        "import": client.post(f"{home}documents/", [{"text": text}], format="json").status_code,
        "settings": client.patch(home, {"name": "New"}, format="json").status_code,
    }


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope.READ, {"read": 200, "next": 403, "import": 403, "settings": 403}),
        (Scope.ANNOTATE, {"read": 403, "next": 204, "import": 403, "settings": 403}),
        (Scope.WRITE, {"read": 403, "next": 403, "import": 201, "settings": 403}),
        (Scope.MANAGE, {"read": 200, "next": 204, "import": 201, "settings": 200}),
    ],
)
def test_each_scope_opens_its_own_calls_and_no_other(scope: Scope, expected: dict[str, int]) -> None:
    project = make.project()

    assert statuses(client_of(project.created_by, scopes=(scope,)), project) == expected


def test_a_token_for_one_project_is_a_stranger_in_every_other() -> None:
    manager = make.user("mia")
    first, second = make.project(manager=manager), make.project(manager=manager)
    document = make.document(second, "not for this token")
    client = client_of(manager, project_id=first.pk)

    listed = [row["id"] for row in client.get("/api/v1/projects/").json()["results"]]

    assert listed == [first.pk]
    assert client.get(f"/api/v1/projects/{first.pk}/").status_code == 200
    assert client.get(f"/api/v1/projects/{second.pk}/").status_code == 404
    assert client.get(f"/api/v1/documents/{document.pk}/").status_code == 404
    assert client.post("/api/v1/projects/", {"name": "x", "template": "tickets"}, format="json").status_code == 403
    assert Project.objects.count() == 2


def test_a_token_whose_time_is_over_opens_nothing() -> None:
    project = make.project()
    client = client_of(project.created_by, expires_at=timezone.now() - timedelta(seconds=1))

    assert client.get("/api/v1/projects/").status_code == 401


def test_scopes_never_lift_a_role() -> None:
    project = make.project()
    client = client_of(make.member(project, "bob"), scopes=(Scope.MANAGE,))

    assert client.patch(f"/api/v1/projects/{project.pk}/", {"name": "Mine"}, format="json").status_code == 403


def test_a_change_without_a_scope_of_its_own_needs_them_all() -> None:
    assert needed_scope("POST", "api-something-new") == Scope.MANAGE
    assert needed_scope("GET", "api-something-new") == Scope.READ


def test_the_page_makes_a_token_with_its_limits(client: Any) -> None:
    project = make.project()
    client.force_login(project.created_by)

    form = {"name": "nightly", "scopes": ["read"], "project": str(project.pk), "days": "30"}
    made = client.post("/account/tokens/", form)
    refused = client.post("/account/tokens/", {"name": "nothing"})

    token = project.created_by.tokens.get()
    assert (made.status_code, refused.status_code) == (200, 422)
    assert (token.name, token.scopes, token.project_id) == ("nightly", ["read"], project.pk)
    assert token.expires_at is not None
    assert timedelta(days=29) < token.expires_at - timezone.now() < timedelta(days=31)

"""Saved views over the API keep to the same rules as on the page."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from annotation.finding.models import SavedView
from annotation.people.models import Scope, User
from annotation.people.services import TokenLimits, make_token
from annotation.projects.models import Project
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make.project()


@pytest.fixture
def mia(project: Project) -> APIClient:
    return make.client(project.created_by)


@pytest.fixture
def alice(project: Project) -> APIClient:
    return make.client(make.member(project, "alice"))


def keep(client: APIClient, project: Project, status: int = 201, **body: Any) -> Any:
    answer = client.post(f"/api/v1/projects/{project.pk}/views/", body, format="json")
    assert answer.status_code == status, answer.json()
    return answer.json()


def names(client: APIClient, project: Project) -> list[str]:
    return [row["name"] for row in client.get(f"/api/v1/projects/{project.pk}/views/").json()["results"]]


def test_a_view_finds_what_its_filters_find(project: Project, alice: APIClient) -> None:
    found, _other = make.document(project, "a", meta={"channel": "mail & more"}), make.document(project, "b")

    made = keep(alice, project, name="  My   mail ", query="?meta.channel=mail+%26+more&state=new&order=-id")

    assert (made["name"], made["owner"], made["shared"], made["may_change"]) == ("My mail", "alice", False, True)
    listed = alice.get(f"/api/v1/projects/{project.pk}/documents/?{made['query']}").json()
    assert [row["id"] for row in listed["results"]] == [found.pk]
    assert alice.get(f"/api/v1/views/{made['id']}/").json() == made


def test_the_same_name_gets_the_new_filters(project: Project, alice: APIClient) -> None:
    first = keep(alice, project, name="Open", query="state=new")
    second = keep(alice, project, name="Open", query="state=assigned")

    assert (first["id"], second["query"]) == (second["id"], "state=assigned")
    assert names(alice, project) == ["Open"]


def test_all_that_is_wrong_with_the_filters_is_told(project: Project, alice: APIClient) -> None:
    refused = keep(alice, project, 422, name="x", query="state=old&strange=1&order=size&confidence_below=2")

    assert {(row["field"], row["code"]) for row in refused["errors"]} == {
        ("state", "bad_choice"),
        ("strange", "unknown_filter"),
        ("order", "bad_choice"),
        ("confidence_below", "bad_number"),
    }
    assert keep(alice, project, 422, name=" ", query="")["errors"][0]["field"] == "name"
    assert not SavedView.objects.exists()


def test_only_managers_share_and_only_owners_and_managers_change(
    project: Project, mia: APIClient, alice: APIClient
) -> None:
    own = keep(alice, project, name="Own", query="state=new")
    shared = keep(mia, project, name="Team", query="state=gold", shared=True)
    hidden = keep(mia, project, name="Hers", query="")

    assert keep(alice, project, 403, name="Mine", query="", shared=True)["code"] == "permission_denied"
    assert names(alice, project) == ["Own", "Team"]
    assert alice.get(f"/api/v1/views/{hidden['id']}/").status_code == 404
    assert alice.patch(f"/api/v1/views/{shared['id']}/", {"name": "X"}, format="json").status_code == 403
    assert alice.delete(f"/api/v1/views/{shared['id']}/").status_code == 403
    assert alice.patch(f"/api/v1/views/{own['id']}/", {"shared": True}, format="json").status_code == 403
    assert alice.patch(f"/api/v1/views/{own['id']}/", {"name": "Mine"}, format="json").json()["name"] == "Mine"
    assert mia.get(f"/api/v1/views/{own['id']}/").status_code == 404
    assert mia.patch(f"/api/v1/views/{shared['id']}/", {"shared": False}, format="json").json()["shared"] is False
    assert alice.delete(f"/api/v1/views/{own['id']}/").status_code == 204
    assert names(alice, project) == []


def test_strangers_and_tokens_without_the_scope_get_nothing(project: Project, mia: APIClient) -> None:
    view = keep(mia, project, name="Team", query="", shared=True)
    stranger = make.client(make.user("noa"))
    reader = _client_of(project.created_by, Scope.READ)

    assert stranger.get(f"/api/v1/projects/{project.pk}/views/").status_code == 404
    assert stranger.delete(f"/api/v1/views/{view['id']}/").status_code == 404
    assert names(reader, project) == ["Team"]
    keep(reader, project, 403, name="x", query="")
    keep(_client_of(project.created_by, Scope.ANNOTATE), project, name="x", query="")


def _client_of(user: User, scope: Scope) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {make_token(user, TokenLimits(scopes=(scope,)))}")
    return client


def test_statements_do_not_grow_with_the_views(
    project: Project, alice: APIClient, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        keep(alice, project, name=f"View {number:02}", query="state=new")

    with django_assert_max_num_queries(4):
        assert len(names(alice, project)) == 12

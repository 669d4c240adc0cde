"""The audit log on its page, as a file and over the API: managers only, filtered, at the same cost however long."""

import csv
import io

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from annotation.audit.acting import acting
from annotation.audit.reading import THINGS
from annotation.audit.triggers import AUDITED
from annotation.people.models import User
from annotation.projects.models import Project, Role
from modelops.work.audited import AUDITED as AUDITED_OF_MODELS
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia() -> User:
    return make.user("mia")


@pytest.fixture
def project(mia: User) -> Project:
    with acting(lambda: mia.pk, "web"):
        return make.project(manager=mia)


def test_managers_read_it_newest_first_and_by_filter(mia: User, project: Project) -> None:
    with acting(lambda: None, "worker: tick"):
        Project.objects.filter(pk=project.pk).update(overlap=2)
    client = make.client(mia)
    address = f"/api/v1/projects/{project.pk}/audit/"

    everything = client.get(address).json()["results"]
    by_mia = client.get(address, {"user": "mia"}).json()["results"]
    settings = client.get(address, {"table": "annotation_project", "action": "update"}).json()["results"]
    later = client.get(address, {"since": "2999-01-01T00:00:00Z"}).json()["results"]

    assert [entry["id"] for entry in everything] == sorted((entry["id"] for entry in everything), reverse=True)
    assert everything[0]["changes"] == {"overlap": [1, 2]}
    assert everything[0]["user"] is None
    assert by_mia
    assert {entry["user"] for entry in by_mia} == {"mia"}
    assert [entry["origin"] for entry in settings] == ["worker: tick"]
    assert later == []


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.REVIEWER])
def test_others_do_not(project: Project, role: Role) -> None:
    person = make.member(project, "alice", role)

    assert make.client(person).get(f"/api/v1/projects/{project.pk}/audit/").status_code == 403
    assert make.client(make.user("eve")).get(f"/api/v1/projects/{project.pk}/audit/").status_code == 404


@pytest.mark.parametrize("asked", [{"action": "shout"}, {"since": "yesterday"}, {"document": "x"}])
def test_a_filter_that_makes_no_sense_is_an_error_that_names_it(
    mia: User, project: Project, asked: dict[str, str]
) -> None:
    answer = make.client(mia).get(f"/api/v1/projects/{project.pk}/audit/", asked)

    assert answer.status_code == 422
    assert [problem["field"] for problem in answer.json()["errors"]] == list(asked)


def test_the_page_walks_to_older_entries(
    client: Client, mia: User, project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for overlap in range(2, 62):
        Project.objects.filter(pk=project.pk).update(overlap=overlap)
    client.force_login(mia)

    with django_assert_num_queries(5):
        first = client.get(f"/projects/{project.pk}/audit/", {"table": "annotation_project"})
    second = client.get(f"/projects/{project.pk}/audit/{first.context['older']}")

    shown = [row.entry.changes["overlap"] for row in first.context["rows"]]
    assert shown[0] == [60, 61]
    assert len(shown) == 50
    assert second.context["rows"][0].entry.changes["overlap"] == [10, 11]
    assert "older" in second.context
    assert not second.context["older"]


def test_the_file_holds_everything_that_fits_the_filter_and_no_formula(
    client: Client, mia: User, project: Project
) -> None:
    eve = make.user("=cmd()")
    with acting(lambda: eve.pk, "web"):
        Project.objects.filter(pk=project.pk).update(overlap=2)
    client.force_login(mia)

    answer = client.get(f"/projects/{project.pk}/audit/", {"table": "annotation_project", "as": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[attr-defined]

    assert [row["user"] for row in rows] == ["'=cmd()", "mia"]
    assert [row["action"] for row in rows] == ["update", "insert"]


def test_every_table_that_is_audited_has_a_name_in_words() -> None:
    assert {row.table for row in (*AUDITED, *AUDITED_OF_MODELS)} - set(THINGS) == set()

from dataclasses import fields

import pytest

from annotation.projects.models import Project, Role
from modelops.api.serializers import RunArguments
from modelops.engine.arguments import TrainingArguments
from modelops.training.models import Run, RunState
from tests import make

pytestmark = pytest.mark.django_db


def a_project() -> Project:
    project = make.project()
    make.gold(make.document(project), {"Category": "billing"})
    return project


def test_a_manager_queues_a_run_and_a_second_one_is_a_conflict() -> None:
    project = a_project()
    client = make.client(project.created_by)

    first = client.post(f"/api/v1/projects/{project.pk}/runs/", {"arguments": {"epochs": 2}}, format="json")
    second = client.post(f"/api/v1/projects/{project.pk}/runs/")

    assert first.status_code == 201
    assert (first.json()["state"], first.json()["arguments"]) == ("queued", {"epochs": 2})
    assert (second.status_code, second.json()["code"]) == (409, "run_active")
    assert second.json()["run"] == first.json()["id"]


def test_every_argument_of_training_can_be_given() -> None:
    assert set(RunArguments().fields) == {field.name for field in fields(TrainingArguments)}


@pytest.mark.parametrize(
    "arguments", [{"epochs": 0}, {"no_such": 1}, {"batch_size": "many"}, {"class_weights": "odd"}, []]
)
def test_bad_arguments_are_refused_and_nothing_is_queued(arguments: object) -> None:
    project = a_project()

    answer = make.client(project.created_by).post(
        f"/api/v1/projects/{project.pk}/runs/", {"arguments": arguments}, format="json"
    )

    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert not Run.objects.exists()


def test_without_gold_the_answer_says_what_to_do() -> None:
    project = make.project()

    answer = make.client(project.created_by).post(f"/api/v1/projects/{project.pk}/runs/")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "no_gold")


def test_roles_and_strangers() -> None:
    project = a_project()
    run = Run.objects.create(project=project)
    annotator, stranger = make.client(make.member(project, "bob")), make.client(make.user("eve"))

    assert annotator.get(f"/api/v1/runs/{run.pk}/").status_code == 200
    assert annotator.post(f"/api/v1/runs/{run.pk}/cancel/").status_code == 403
    assert annotator.post(f"/api/v1/projects/{project.pk}/runs/").status_code == 403
    for path in (f"projects/{project.pk}/runs/", f"runs/{run.pk}/", f"projects/{project.pk}/versions/"):
        assert stranger.get(f"/api/v1/{path}").status_code == 404
    for path in (f"projects/{project.pk}/runs/", f"runs/{run.pk}/cancel/", f"projects/{project.pk}/rollback/"):
        assert stranger.post(f"/api/v1/{path}").status_code == 404
    assert make.client().get(f"/api/v1/runs/{run.pk}/").status_code == 401
    assert Run.objects.get().state == RunState.QUEUED


def test_cancelling_twice_is_a_conflict() -> None:
    project = a_project()
    run = Run.objects.create(project=project)
    client = make.client(make.member(project, "max", Role.MANAGER))

    assert client.post(f"/api/v1/runs/{run.pk}/cancel/").json()["state"] == "cancelled"
    assert client.post(f"/api/v1/runs/{run.pk}/cancel/").status_code == 409


def test_the_list_is_paged_and_costs_the_same_for_any_length(django_assert_max_num_queries: object) -> None:
    project = a_project()
    client = make.client(project.created_by)
    Run.objects.bulk_create(Run(project=project, state=RunState.SUCCEEDED) for _ in range(120))

    with django_assert_max_num_queries(4):  # type: ignore[operator]
        page = client.get(f"/api/v1/projects/{project.pk}/runs/?limit=50").json()

    assert len(page["results"]) == 50
    assert page["next"]
    assert page["previous"] is None


def test_the_schema_tells_the_shape_of_a_page() -> None:
    schema = make.client(make.user()).get("/api/v1/schema/").json()

    page = schema["components"]["schemas"]["RunPage"]["properties"]
    assert set(page) == {"next", "previous", "results"}

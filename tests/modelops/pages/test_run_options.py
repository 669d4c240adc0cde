"""A manager starts a run with arguments of their own."""

import pytest
from django.test import Client

from annotation.people.models import User
from annotation.projects.models import Project
from modelops.training.models import Run, RunState
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("checkpoints")]


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def with_gold() -> Project:
    project = make.project()
    make.gold(make.document(project), {"Category": "billing"})
    return project


def address(project: Project) -> str:
    return f"/projects/{project.pk}/runs/new/"


def test_what_is_filled_in_becomes_the_runs_arguments() -> None:
    project = with_gold()
    given = {"epochs": "3", "adapter_share": "0.8", "ensemble": "", "class_weights": "none", "reason": "fewer epochs"}

    answer = browser(project.created_by).post(address(project), given)

    run = Run.objects.get(project=project)
    assert answer.headers["Location"] == f"/projects/{project.pk}/runs/{run.pk}/"
    assert run.arguments == {"epochs": 3, "adapter_share": 0.8, "class_weights": "none"}
    assert run.reason == "fewer epochs"


def test_zero_is_filled_in() -> None:
    project = with_gold()

    browser(project.created_by).post(address(project), {"seed": "0"})

    assert Run.objects.get(project=project).arguments == {"seed": 0}


def test_left_empty_it_is_an_ordinary_run() -> None:
    project = with_gold()

    browser(project.created_by).post(address(project), {"class_weights": ""})

    run = Run.objects.get(project=project)
    assert run.arguments == {}
    assert run.reason == f"Started by {project.created_by.username}."


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"epochs": "0"}, "epochs"),
        ({"learning_rate": "much"}, "learning_rate"),
        ({"privacy_epsilon": "8", "ensemble": "3"}, "ensemble"),
        ({"privacy_adapter": "on"}, "privacy_epsilon"),
        ({"privacy_adapter": "on", "privacy_epsilon": "8", "blanked_share": "0.1"}, "blanked_share"),
    ],
)
def test_what_cannot_work_is_said_beside_its_field_and_starts_nothing(given: dict[str, str], field: str) -> None:
    project = with_gold()

    answer = browser(project.created_by).post(address(project), given)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Run.objects.exists()


def test_while_a_run_is_under_way_there_is_no_other() -> None:
    project = with_gold()
    Run.objects.create(project=project, state=RunState.RUNNING)

    answer = browser(project.created_by).post(address(project), {"epochs": "3"})

    assert answer.status_code == 422
    assert b'value="3"' in answer.content
    assert Run.objects.count() == 1


def test_without_gold_it_says_so() -> None:
    project = make.project()

    answer = browser(project.created_by).post(address(project), {"epochs": ""})

    assert "There is no gold to learn from yet." in answer.content.decode()


def test_only_managers_come_here() -> None:
    project = with_gold()

    assert browser(make.member(project, "bob")).get(address(project)).status_code == 403
    assert browser(make.user("eve")).get(address(project)).status_code == 404
    assert browser(project.created_by).get(address(project)).status_code == 200

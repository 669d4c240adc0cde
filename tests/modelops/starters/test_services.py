"""Which starters a project uses, and a manager's word on it."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from annotation.projects.models import Label, Project
from modelops.starters.models import LabelStarter
from modelops.starters.services import choose_starters, starters_of, uses_of
from tests import make
from tests.conftest import Messages

pytestmark = pytest.mark.django_db(transaction=True)


def a_project() -> tuple[Project, dict[str, int]]:
    sets = [
        {"name": "Topic", "kind": "choice", "labels": ["date", "other"]},
        {"name": "Entities", "kind": "span", "labels": ["DATE", "Order no", "PRODUCT"]},
    ]
    project = make.project(label_sets=sets)
    return project, dict(Label.objects.filter(label_set__name="Entities").values_list("name", "pk"))


def test_names_of_span_labels_choose_starters() -> None:
    project, _ = a_project()

    assert starters_of(project.pk) == {"Entities": {"DATE": "date", "Order no": "order_id"}}


def test_a_manager_turns_one_off_and_gives_one_to_another_label(sent_messages: Messages) -> None:
    project, labels = a_project()
    sent_messages.clear()

    changed = choose_starters(project_id=project.pk, chosen={labels["DATE"]: "", labels["PRODUCT"]: "money"})

    assert (changed, starters_of(project.pk)) == (2, {"Entities": {"Order no": "order_id", "PRODUCT": "money"}})
    assert [use.is_chosen for use in uses_of(project.pk)] == [True, False, True]
    assert ("modelops.tasks.refit", (project.pk,)) in sent_messages


def test_an_unknown_starter_is_refused_and_another_projects_label_is_left_alone() -> None:
    project, labels = a_project()
    other = make.project(name="Other", label_sets=[], manager=project.created_by)

    with pytest.raises(ValidationError):
        choose_starters(project_id=project.pk, chosen={labels["DATE"]: "horoscope"})
    changed = choose_starters(project_id=other.pk, chosen={labels["DATE"]: "money"})

    assert (changed, LabelStarter.objects.count()) == (0, 0)


def test_a_manager_changes_starters_on_the_page_of_models(client: Client) -> None:
    project, labels = a_project()
    client.force_login(project.created_by)
    shown = client.get(f"/projects/{project.pk}/models/").content.decode()

    answer = client.post(f"/projects/{project.pk}/models/starters/", {f"label_{labels['DATE']}": "time"})

    assert "Order and ticket numbers" in shown
    assert answer.headers["Location"] == f"/projects/{project.pk}/models/"
    assert starters_of(project.pk) == {"Entities": {"DATE": "time", "Order no": "order_id"}}


def test_only_managers_change_starters(client: Client) -> None:
    project, labels = a_project()
    address, change = f"/projects/{project.pk}/models/starters/", {f"label_{labels['DATE']}": ""}

    client.force_login(make.user("stranger"))
    assert client.post(address, change).status_code == 404
    client.force_login(make.member(project, "alice"))
    assert client.post(address, change).status_code == 403

    assert LabelStarter.objects.count() == 0
    assert client.get(f"/projects/{project.pk}/models/").status_code == 200

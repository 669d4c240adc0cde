"""Who may open which page: strangers learn nothing, a lower role is told so, nobody unknown gets in."""

import pytest
from django.test import Client

from annotation.projects.models import Project, Role
from tests import make

pytestmark = pytest.mark.django_db
FOR_MEMBERS = ("", "annotate/", "documents/", "documents/{document}/", "guidelines/", "guidelines/panel/")
FOR_MANAGERS = ("practice/", "members/", "settings/")
POSTS = (
    "sample/",
    "delete/",
    "practice/add/",
    "practice/draw/",
    "members/{membership}/",
    "members/{membership}/remove/",
)


def address(project: Project, path: str) -> str:
    document = project.documents.first()
    membership = project.memberships.get(role=Role.MANAGER)
    names = {"document": document.pk if document else 0, "membership": membership.pk}
    return f"/projects/{project.pk}/{path.format(**names)}"


def signed_in(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]  # the maker returns our own user
    return client


@pytest.fixture
def project() -> Project:
    made = make.project()
    make.document(made)
    return made


@pytest.mark.parametrize("path", FOR_MEMBERS + FOR_MANAGERS)
def test_somebody_signed_out_is_sent_to_sign_in(project: Project, path: str) -> None:
    answer = Client().get(address(project, path))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", FOR_MEMBERS + FOR_MANAGERS)
def test_a_stranger_gets_404(project: Project, path: str) -> None:
    assert signed_in(make.user("eve")).get(address(project, path)).status_code == 404


@pytest.mark.parametrize("path", POSTS)
def test_a_stranger_posts_into_nothing(project: Project, path: str) -> None:
    answer = signed_in(make.user("eve")).post(address(project, path), {"name": project.name, "role": "annotator"})

    assert answer.status_code == 404
    assert project.memberships.get().role == Role.MANAGER


@pytest.mark.parametrize("path", FOR_MEMBERS)
def test_an_annotator_reads_the_pages_of_the_work(project: Project, path: str) -> None:
    client = signed_in(make.member(project, "alice"))

    assert client.get(address(project, path)).status_code == 200


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.REVIEWER])
@pytest.mark.parametrize("path", FOR_MANAGERS)
def test_the_pages_of_managers_are_closed_to_other_roles(project: Project, path: str, role: Role) -> None:
    assert signed_in(make.member(project, "alice", role)).get(address(project, path)).status_code == 403


@pytest.mark.parametrize("path", POSTS)
def test_only_a_manager_changes_the_project(project: Project, path: str) -> None:
    client = signed_in(make.member(project, "rui", Role.REVIEWER))

    answer = client.post(address(project, path), {"name": project.name, "role": "annotator"})

    assert answer.status_code == 403
    assert project.memberships.get(user__username="mia").role == Role.MANAGER
    assert Project.objects.filter(pk=project.pk).exists()


@pytest.mark.parametrize("path", FOR_MEMBERS + FOR_MANAGERS)
def test_a_manager_opens_everything(project: Project, path: str) -> None:
    assert signed_in(project.created_by).get(address(project, path)).status_code == 200


def test_a_document_of_another_project_is_not_shown(project: Project) -> None:
    other = make.project(manager=make.user("zoe"))
    theirs = make.document(other, "A secret")

    answer = signed_in(project.created_by).get(f"/projects/{project.pk}/documents/{theirs.pk}/")

    assert answer.status_code == 404

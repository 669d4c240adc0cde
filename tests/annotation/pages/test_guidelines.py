import pytest
from pytest_django import DjangoAssertNumQueries

from annotation.projects.guidelines import mark_seen
from annotation.projects.models import GuidelinesVersion, Project, Role
from annotation.projects.services import create_project, update_settings
from tests import make
from tests.annotation.pages.test_access import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return create_project(user=make.user("mia"), name="Tickets", template="tickets", guidelines="Read well.")


def path(project: Project, rest: str = "") -> str:
    return f"/projects/{project.pk}/guidelines/{rest}"


def form(text: str, based_on: int = 1, **more: str) -> dict[str, object]:
    return {"guidelines": text, "guidelines_zh": "", "note": "", "based_on": based_on, **more}


def test_a_manager_previews_and_saves(project: Project) -> None:
    client = signed_in(project.created_by)

    preview = client.post(path(project), form("Read twice.\r\nAsk.", preview="1"))
    assert preview.status_code == 200
    assert "<ins>twice</ins>" in preview.content.decode()
    assert project.guidelines_versions.count() == 1
    saved = client.post(path(project), form("Read twice.\r\nAsk.", save="1", note="Once was too little"))

    assert saved["Location"] == path(project)
    newest = GuidelinesVersion.objects.filter(project=project)[0]
    assert (newest.number, newest.text, newest.note) == (2, "Read twice.\nAsk.", "Once was too little")


def test_two_managers_do_not_overwrite_each_other(project: Project) -> None:
    update_settings(project=project, user=project.created_by, changes={"guidelines": "Read twice."})

    answer = signed_in(project.created_by).post(path(project), form("Read aloud.", based_on=1, save="1"))

    assert answer.status_code == 422
    project.refresh_from_db()
    assert project.guidelines == "Read twice."
    again = signed_in(project.created_by).post(path(project), form("Read aloud.", based_on=2, save="1"))
    assert again.status_code == 302


def test_two_versions_are_compared(project: Project) -> None:
    update_settings(project=project, user=project.created_by, changes={"guidelines": "Read twice."})
    client = signed_in(make.member(project, "alice"))

    page = client.get(path(project, "?from=1&to=2")).content.decode()

    assert "<del>well</del><ins>twice</ins>" in page
    assert "<del>" not in client.get(path(project, "?from=1&to=99&x=%00")).content.decode()


def test_only_a_manager_edits(project: Project) -> None:
    rui = signed_in(make.member(project, "rui", Role.REVIEWER))

    assert "<textarea" not in rui.get(path(project)).content.decode()
    assert rui.post(path(project), form("Mine now.", save="1")).status_code == 403
    assert signed_in(make.user("eve")).post(path(project, "seen/"), {"number": "1"}).status_code == 404
    assert GuidelinesVersion.objects.get().text == "Read well."


def test_what_changed_since_the_last_look_is_marked_until_it_is_read(project: Project) -> None:
    alice = make.member(project, "alice")
    mark_seen(project=project, user=alice, number=1)
    update_settings(project=project, user=project.created_by, changes={"guidelines": "Read twice."})
    client = signed_in(alice)

    assert "<ins>twice</ins>" in client.get(path(project)).content.decode()
    assert 'data-changed="1"' in client.get(path(project, "panel/")).content.decode()
    assert client.post(path(project, "seen/"), {"number": "2"}).status_code == 302
    assert "<ins>" not in client.get(path(project)).content.decode()
    assert client.post(path(project, "seen/"), {"number": "x"}).status_code == 404


def test_words_of_guidelines_are_text_not_markup(project: Project) -> None:
    update_settings(project=project, user=project.created_by, changes={"guidelines": "<script>alert(1)</script>"})

    page = signed_in(project.created_by).get(path(project)).content.decode()

    assert "<script>alert" not in page


@pytest.mark.parametrize("number", [2, 60])
def test_the_page_costs_the_same_for_few_and_many_versions(
    project: Project, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    GuidelinesVersion.objects.bulk_create(
        GuidelinesVersion(project=project, number=place, text=f"{place}", created_by=project.created_by)
        for place in range(2, number + 1)
    )
    client = signed_in(project.created_by)

    with django_assert_num_queries(6):  # session, person, membership, versions, discussions, reading
        client.get(path(project))

import pytest
from pytest_django import DjangoAssertNumQueries

from annotation.projects.models import GuidelinesVersion, Project, Role
from annotation.projects.services import create_project
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return create_project(
        user=make.user("mia"),
        name="Tickets",
        template="tickets",
        guidelines={"en": "Read well.", "zh-hans": "仔细读。"},
    )


def path(project: Project, rest: str = "") -> str:
    return f"/api/v1/projects/{project.pk}/guidelines/{rest}"


def change(project: Project, **body: str) -> None:
    answer = make.client(project.created_by).patch(f"/api/v1/projects/{project.pk}/", body, format="json")
    assert answer.status_code == 200, answer.content


def test_a_patch_makes_a_version_that_members_read(project: Project) -> None:
    change(project, guidelines="Read twice.", guidelines_note="Once was too little")
    alice = make.client(make.member(project, "alice"))

    now, before = alice.get(path(project)).json(), alice.get(path(project, "?version=1")).json()

    assert (now["number"], now["text"], now["text_zh"]) == (2, "Read twice.", "仔细读。")
    assert (now["note"], now["created_by"]) == ("Once was too little", "mia")
    assert (now["newest"], now["seen"]) == (2, 0)
    assert (before["number"], before["text"], before["newest"]) == (1, "Read well.", 2)
    assert alice.get(path(project, "?version=3")).status_code == 404
    assert alice.get(path(project, "?version=x")).status_code == 422


def test_the_changes_come_by_lines_and_words(project: Project) -> None:
    change(project, guidelines="Read twice.", guidelines_zh="仔细读两遍。")
    alice = make.client(make.member(project, "alice"))

    english = alice.get(path(project, "changes/?from=1")).json()
    chinese = alice.get(path(project, "changes/?from=1&to=2&language=zh-hans")).json()

    assert english["lines"] == [
        {
            "change": "changed",
            "pieces": [
                {"text": "Read ", "change": "same"},
                {"text": "well", "change": "removed"},
                {"text": "twice", "change": "added"},
                {"text": ".", "change": "same"},
            ],
        }
    ]
    assert [piece["text"] for piece in chinese["lines"][0]["pieces"] if piece["change"] == "added"] == ["两遍"]
    assert alice.get(path(project, "changes/?from=9")).status_code == 404
    assert alice.get(path(project, "changes/?from=1&language=fr")).status_code == 422


def test_seen_is_kept_for_each_person(project: Project) -> None:
    change(project, guidelines="Read twice.")
    alice, bob = make.client(make.member(project, "alice")), make.client(make.member(project, "bob"))

    assert alice.post(path(project, "seen/"), {}, format="json").json() == {"seen": 2}
    assert alice.post(path(project, "seen/"), {"number": 7}, format="json").status_code == 422
    assert alice.get(path(project)).json()["seen"] == 2
    assert bob.get(path(project)).json()["seen"] == 0


def test_strangers_and_lower_roles_change_nothing(project: Project) -> None:
    stranger, rui = make.client(make.user("eve")), make.client(make.member(project, "rui", Role.REVIEWER))

    for rest in ("", "versions/", "changes/?from=1"):
        assert stranger.get(path(project, rest)).status_code == 404
    assert stranger.post(path(project, "seen/"), {}, format="json").status_code == 404
    body = {"guidelines": "Mine now."}
    assert rui.patch(f"/api/v1/projects/{project.pk}/", body, format="json").status_code == 403
    assert GuidelinesVersion.objects.get().text == "Read well."


@pytest.mark.parametrize("number", [1, 20])
def test_the_history_costs_the_same_for_few_and_many(
    project: Project, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    GuidelinesVersion.objects.bulk_create(
        GuidelinesVersion(project=project, number=place, text=f"{place}", created_by=project.created_by)
        for place in range(2, number + 1)
    )
    client = make.client(project.created_by)
    client.get(path(project))

    with django_assert_num_queries(3):  # token, membership, versions
        rows = client.get(path(project, "versions/")).json()["results"]
    assert [row["number"] for row in rows] == list(range(number, 0, -1))

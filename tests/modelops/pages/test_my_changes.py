import pytest
from django.test import Client

from annotation.people.models import User
from tests import make
from tests.modelops.training.test_lessons import RIGHT, WRONG, a_correction, a_version

pytestmark = pytest.mark.django_db


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_page_shows_what_was_wrong_and_is_right_now() -> None:
    project = make.project()
    alice = make.member(project, "alice")
    a_version(project)
    fixed, open_ = (a_correction(project, alice, f"Alice was charged twice, case {place}") for place in range(2))
    second = a_version(project, 0)
    make.prediction(fixed, RIGHT, version=second.number)
    make.prediction(open_, WRONG, version=second.number)

    answer = browser(alice).get(f"/projects/{project.pk}/me/changes/")

    page = answer.content.decode()
    assert "Version 2 answers as you did: 1 of the 2 documents you had corrected" in page
    assert [row.document.pk for row in answer.context["rows"]] == [fixed.pk]
    [change] = answer.context["rows"][0].changes
    assert (change.was.labels, change.now.labels) == (["other"], ["billing"])
    assert f"/projects/{project.pk}/documents/{fixed.pk}/" in page
    assert "Documents it never saw" in page


def test_an_earlier_version_can_be_chosen_and_an_unknown_one_falls_back() -> None:
    project = make.project()
    alice = make.member(project, "alice")
    a_version(project)
    a_correction(project, alice, "text")
    a_version(project)
    a_version(project)
    client = browser(alice)

    chosen = [
        client.get(f"/projects/{project.pk}/me/changes/?version={asked}").context["version"].number
        for asked in ("2", "99", "x", "")
    ]

    assert chosen == [2, 3, 3, 3]


def test_without_versions_or_corrections_the_page_says_what_is_missing() -> None:
    project = make.project()
    client = browser(make.member(project, "alice"))

    before = client.get(f"/projects/{project.pk}/me/changes/").content.decode()
    a_version(project)
    after = client.get(f"/projects/{project.pk}/me/changes/").content.decode()

    assert "No version has been promoted yet" in before
    assert "Nothing of yours to compare with version 1" in after


def test_a_stranger_gets_404_and_a_visitor_is_asked_to_sign_in() -> None:
    project = make.project()
    path = f"/projects/{project.pk}/me/changes/"

    assert browser(make.user("eve")).get(path).status_code == 404
    assert Client().get(path).status_code == 302


@pytest.mark.parametrize("number", [1, 25])
def test_the_page_costs_the_same_for_few_and_many(number: int, django_assert_max_num_queries: object) -> None:
    project = make.project()
    alice = make.member(project, "alice")
    a_version(project)
    documents = [a_correction(project, alice, f"text {place}") for place in range(number)]
    second = a_version(project, 0)
    for document in documents:
        make.prediction(document, RIGHT, version=second.number)
    client = browser(alice)

    # session, person, membership, versions, answers, predictions, run, gold, label sets; for the rows: label sets,
    # labels, documents
    # One query less where the salt puts no document on one side of the split.
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        client.get(f"/projects/{project.pk}/me/changes/")

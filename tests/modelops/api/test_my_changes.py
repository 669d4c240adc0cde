import pytest

from tests import make
from tests.modelops.training.test_lessons import RIGHT, a_correction, a_version, texts

pytestmark = pytest.mark.django_db


def test_the_count_is_that_of_the_caller() -> None:
    project = make.project()
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    a_version(project)
    documents = [a_correction(project, alice, text) for text in texts(project, tested=False, number=3)]
    for document in documents[:2]:
        make.gold(document, RIGHT)
    second = a_version(project, 2**62)
    make.prediction(documents[0], RIGHT, version=second.number)
    path = f"/api/v1/projects/{project.pk}/my-changes/"

    url = f"/projects/{project.pk}/me/changes/?version=2"
    expected = {"version": 2, "corrected": 3, "taught": 2, "fixed": 1, "url": url}
    assert make.client(alice).get(path).json() == expected
    assert make.client(alice).get(f"{path}?version=1").json()["corrected"] == 0
    assert make.client(bob).get(path).json()["corrected"] == 0


def test_before_the_first_version_there_is_nothing_to_count() -> None:
    project = make.project()

    answer = make.client(project.created_by).get(f"/api/v1/projects/{project.pk}/my-changes/").json()

    assert (answer["version"], answer["taught"]) == (None, 0)


def test_a_stranger_gets_404_and_a_bad_number_422() -> None:
    project = make.project()
    path = f"/api/v1/projects/{project.pk}/my-changes/"

    assert make.client(make.user("eve")).get(path).status_code == 404
    assert make.client(project.created_by).get(f"{path}?version=x").status_code == 422

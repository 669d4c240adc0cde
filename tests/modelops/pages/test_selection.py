from collections.abc import Callable

import pytest
from django.test import Client

from annotation.documents.models import URGENT, Document
from annotation.people.models import User
from annotation.projects.models import Project, Role
from modelops.selection.models import Draw, Ranking
from modelops.selection.services import rank
from modelops.selection.words import document_words
from tests import make

pytestmark = pytest.mark.django_db


def page_of(client: Client, project: Project, person: User) -> str:
    client.force_login(person)
    return client.get(f"/projects/{project.pk}/selection/").content.decode()


def test_a_manager_reads_what_orders_the_queue_and_why(client: Client) -> None:
    project = make.project()
    make.document(project, "Where is my parcel?")
    rank(project.pk)

    page = page_of(client, project, User.objects.get(username="mia"))

    assert "Random order" in page
    assert "a random order learns at least as fast" in page
    assert "Drawn at random, with a chance of 100 %." in page
    assert "Where is my parcel?" in page


def test_a_project_that_was_never_ranked_says_so(client: Client) -> None:
    project = make.project()

    assert "has not been put in order yet" in page_of(client, project, User.objects.get(username="mia"))


def test_the_page_says_whose_labels_words_took_part(client: Client) -> None:
    project = make.project(label_sets=[{"name": "Category", "kind": "choice", "labels": ["a", "b"]}])
    make.document(project, "Where is my parcel?")
    rank(project.pk)
    mia = User.objects.get(username="mia")
    assert "words of the labels" not in page_of(client, project, mia)

    Ranking.objects.update(facts={"trusted": ["Category", "a set that is gone"]})

    assert "take part, for gold bears them out (Category): texts" in page_of(client, project, mia)


def test_annotators_do_not_see_what_the_model_thinks_of_their_next_documents(client: Client) -> None:
    project = make.project()
    client.force_login(make.member(project, "rui"))

    assert client.get(f"/projects/{project.pk}/selection/").status_code == 403
    client.force_login(make.user("stranger"))
    assert client.get(f"/projects/{project.pk}/selection/").status_code == 404


def test_the_page_costs_the_same_queries_whatever_the_queue(
    client: Client, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    project = make.project()
    for number in range(40):
        make.document(project, f"text {number}")
    rank(project.pk)
    client.force_login(make.member(project, "rob", Role.REVIEWER))

    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]  # a context manager
        client.get(f"/projects/{project.pk}/selection/")


def test_every_reason_has_its_words() -> None:
    titles = {"Category": "Category"}
    sure = {"Category": {"billing": 0.48, "delivery": 0.45, "other": 0.07}}

    def words(**fields: object) -> str:
        values = {"is_random": False, "probability": 0.1, "function": "margin", "doubts": {"Category": 0.97}} | fields
        return document_words(Draw(**values), 0, sure, titles)

    assert words() == "Category: unsure between billing (48 %) and delivery (45 %)."
    assert words(group_size=12).endswith("It stands for 12 doubtful texts.")
    assert words(is_random=True) == "Drawn at random, with a chance of 10 %."
    assert words(function="typical", group_size=40) == "Typical of a group of 40 texts like it."
    assert words(function="core_set") == "Far from everything labeled so far."
    assert words(doubts={}) == "The model has not answered it yet."
    assert document_words(None, 0, {}, titles) == "Not ranked yet: it came after the last ranking."
    assert document_words(None, 1, {}, titles) == "Put first by a manager."


def test_an_urgent_document_is_no_random_draw(client: Client) -> None:
    project = make.project()
    document = make.document(project, "Urgent text")
    Document.objects.filter(pk=document.pk).update(urgency=1, priority=URGENT)
    rank(project.pk)

    page = page_of(client, project, User.objects.get(username="mia"))

    assert "Put first by a manager." in page
    assert "Drawn at random" not in page

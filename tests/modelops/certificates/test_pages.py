"""The page and the API call: what is certified, what is missing, and what a manager does about it."""

from typing import Any

import pytest
from django.test import Client

from annotation.annotations.models import Gold
from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from modelops.certificates.models import Certificate
from tests import make
from tests.modelops.certificates.conftest import World
from tests.modelops.certificates.test_services import certificate, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(world: World) -> Client:
    client = Client()
    client.force_login(world.person)
    return client


def address(world: World, rest: str = "") -> str:
    return f"/projects/{world.project.pk}/certificates/{rest}"


def test_the_page_says_how_many_random_documents_are_missing(world: World, page: Client) -> None:
    world.random_gold(5)

    answer = page.get(address(world))

    assert answer.status_code == 200
    assert "Not certified: 20 more random documents are needed." in answer.content.decode()


def test_without_a_promise_the_page_says_that_auto_accept_is_off(world: World, page: Client) -> None:
    Project.objects.update(auto_accept=None)

    assert "Auto-accept is off" in page.get(address(world)).content.decode()


def test_the_page_takes_as_many_statements_however_much_there_is(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    world.random_gold(40)
    world.open_documents(10)
    work(world.project)
    figures = {"target": 0.9, "asked_level": 0.9, "level": 0.9, "state": "refused", "sample": 3}
    Certificate.objects.bulk_create(
        Certificate(project=world.project, version=world.version, **figures) for _ in range(20)
    )

    with django_assert_max_num_queries(24):
        page.get(address(world))


def test_a_manager_revokes_with_or_without_the_documents_and_undoes_it(world: World, page: Client) -> None:
    world.random_gold(40)
    documents = world.open_documents(2)
    work(world.project)
    found = certificate(world)

    answer = page.post(address(world, f"{found.pk}/revoke/"), {"documents": "return"})
    work(world.project)

    assert answer.status_code == 302
    assert world.states(documents) == ["new", "new"]
    page.post(address(world, f"{found.pk}/restore/"))
    assert certificate(world).pk == found.pk


def test_only_managers_of_this_project_change_a_certificate(world: World) -> None:
    world.random_gold(40)
    work(world.project)
    found = certificate(world)
    client = Client()
    client.force_login(make.member(world.project, "bob"))

    assert client.post(address(world, f"{found.pk}/revoke/")).status_code == 403
    client.force_login(make.user("eve"))
    assert client.post(address(world, f"{found.pk}/revoke/")).status_code == 404
    assert client.get(address(world)).status_code == 404
    found.refresh_from_db()
    assert found.state == "valid"


def test_the_api_tells_the_same(world: World) -> None:
    world.random_gold(40)
    world.open_documents(2)
    work(world.project)

    answer = make.client(world.person).get(f"/api/v1/projects/{world.project.pk}/certificates/").json()

    assert answer["asked"] == {"precision": 0.9, "confidence": 0.9}
    assert (answer["version"], answer["auto_accepted"]) == (1, 2)
    assert answer["audit"] == {"checked": 0, "wrong": 0, "waiting": 0, "evidence": 1.0}
    assert [(row["label_set"], row["state"], row["sample"]) for row in answer["results"]] == [
        (None, "certified", 40), ("Category", "certified", 40), ("Entities", "certified", 40),
    ]  # fmt: skip
    assert answer["results"][0]["certificate"]["accepted"] == 2


def test_feed_and_export_say_what_auto_accepted_gold_rests_on(world: World) -> None:
    world.random_gold(40)
    [document] = world.open_documents(1)
    work(world.project)
    grounds = {"certificate": certificate(world).pk, "version": 1, "confidence": 0.99}
    client = make.client(world.person)

    feed = client.get(f"/api/v1/projects/{world.project.pk}/labels/").json()["results"]
    export = b"".join(client.get(f"/api/v1/projects/{world.project.pk}/export/?format=jsonl&which=gold"))

    [line] = [row for row in feed if row["document"] == document.pk]
    assert line["source"] == "auto_accept"
    assert {name: line[name] for name in grounds} == grounds
    assert b'"source":"auto_accept"' in export.replace(b": ", b":")
    assert Gold.objects.get(document=document).grounds == grounds


def test_likely_labels_of_a_prediction(world: World) -> None:
    world.random_gold(40, wrong=6)
    document = make.document(world.project, "which of the two?")
    world.sure_of(document, 0.55)
    prediction = Prediction.objects.get(document=document)

    answer = make.client(world.person).get(f"/api/v1/predictions/{prediction.pk}/likely/").json()

    # In 6 of 40 the truth had 0.01: at 90 % such labels must be named too.
    assert answer == {"level": 0.9, "label_sets": {"Category": ["billing", "delivery"]}}


def test_a_stranger_learns_nothing_of_a_prediction(world: World) -> None:
    document = make.document(world.project, "whose is it?")
    world.sure_of(document, 0.5)

    pk = Prediction.objects.get(document=document).pk
    assert make.client(make.user("eve")).get(f"/api/v1/predictions/{pk}/likely/").status_code == 404

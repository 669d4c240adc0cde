import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.annotations.models import Annotation, Gold
from annotation.documents.grouping import group_all
from annotation.documents.models import Document
from annotation.people.models import User
from annotation.projects.models import Project
from tests import make
from tests.annotation.api.test_queue import statements

pytestmark = pytest.mark.django_db

TEXT = (
    "I was charged twice for my last order and nobody has answered my three e-mails about it so far. Please refund me."
)
REST = {"Sentiment": "neutral", "Entities": []}


def project_with(numbers: dict[str, list[float]]) -> tuple[Project, User, list[Document]]:
    """One document for each confidence of each predicted category."""
    project = make.project(production_version=1)
    alice = make.member(project, "alice")
    documents = []
    for label, confidences in numbers.items():
        for confidence in confidences:
            document = make.document(project, f"{label} {confidence}")
            confidence_json = {"Category": {label: confidence}}
            make.prediction(document, {"Category": label, **REST}, confidence=confidence_json)
            documents.append(document)
    return project, alice, documents


def test_the_grid_groups_by_predicted_label_and_orders_by_confidence() -> None:
    project, alice, documents = project_with({"billing": [0.5, 0.9, 0.7], "other": [0.6]})
    unseen = make.document(project, "the model has not seen this")
    client = make.client(alice)
    url = f"/api/v1/projects/{project.pk}/bulk/?label_set=Category"

    first = client.get(url).json()
    least = client.get(f"{url}&label=billing&order=least_confident&limit=2").json()
    rest = client.get(f"{url}&label=billing&order=least_confident&limit=2&cursor={least['next_cursor']}").json()
    none = client.get(f"{url}&label=").json()

    assert first["groups"] == [
        {"label": "billing", "count": 3},
        {"label": "other", "count": 1},
        {"label": "", "count": 1},
    ]
    assert [row["confidence"] for row in first["results"]] == [0.9, 0.7, 0.5]
    assert [row["confidence"] for row in least["results"] + rest["results"]] == [0.5, 0.7, 0.9]
    assert rest["next_cursor"] is None
    assert [row["id"] for row in none["results"]] == [unseen.pk]
    chosen = client.get(f"{url}&ids={documents[3].pk},{documents[0].pk}").json()["results"]
    assert [(row["id"], row["label"]) for row in chosen] == [(documents[3].pk, "other"), (documents[0].pk, "billing")]


def test_many_are_labeled_and_taken_back_over_the_api() -> None:
    project, alice, documents = project_with({"billing": [0.5, 0.9]})
    client = make.client(alice)
    ids = [document.pk for document in documents]
    body = {"documents": ids, "label_set": "Category", "value": "other", "accept_rest": True, "key": "k"}

    done = client.post(f"/api/v1/projects/{project.pk}/bulk/", body, format="json").json()
    golds = dict(Gold.objects.values_list("pk", "answer"))
    undone = client.post(f"/api/v1/bulk/{done['id']}/undo/")

    assert (done["labeled"], done["drafts"], done["refused"]) == (2, 0, [])
    assert golds == {pk: {"Category": "other", **REST} for pk in ids}
    assert undone.json() == {"undone": 2, "refused": []}
    assert not Gold.objects.exists()
    feed = client.get(f"/api/v1/projects/{project.pk}/labels/").json()["results"]
    assert [(row["document"], row["deleted"]) for row in feed] == [(pk, False) for pk in ids] + [
        (pk, True) for pk in ids
    ]


def test_somebody_else_can_not_take_it_back() -> None:
    project, alice, documents = project_with({"billing": [0.5]})
    bob = make.member(project, "bob")
    body = {"documents": [documents[0].pk], "label_set": "Category", "value": "other", "accept_rest": True}
    done = make.client(alice).post(f"/api/v1/projects/{project.pk}/bulk/", body, format="json").json()

    assert make.client(bob).post(f"/api/v1/bulk/{done['id']}/undo/").status_code == 404
    assert Gold.objects.count() == 1


def test_a_stranger_gets_404_and_nothing_is_saved() -> None:
    project, _, documents = project_with({"billing": [0.5]})
    eve = make.client(make.user("eve"))
    body = {"documents": [documents[0].pk], "label_set": "Category", "value": "other"}

    assert eve.get(f"/api/v1/projects/{project.pk}/bulk/?label_set=Category").status_code == 404
    assert eve.post(f"/api/v1/projects/{project.pk}/bulk/", body, format="json").status_code == 404
    for method in (eve.get, eve.post):
        assert method(f"/api/v1/documents/{documents[0].pk}/near-duplicates/").status_code == 404
    assert not Annotation.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"documents": [], "label_set": "Category", "value": "other"},
        {"documents": [1] * 501, "label_set": "Category", "value": "other"},
        {"documents": [2**63], "label_set": "Category", "value": "other"},
        {"documents": ["x"], "label_set": "Category", "value": "other"},
        {"documents": [1], "label_set": "Entities", "value": []},
        {"documents": [1], "label_set": "Category", "value": "red"},
        {"documents": [1], "label_set": "Category", "value": {"a": 1}},
        {"documents": [1], "label_set": "Category", "value": "other", "key": "k" * 101},
    ],
)
def test_bad_bodies_have_a_clear_error(body: dict[str, object]) -> None:
    project, alice, _ = project_with({"billing": [0.5]})

    answer = make.client(alice).post(f"/api/v1/projects/{project.pk}/bulk/", body, format="json")

    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    "query",
    ["", "label_set=Entities", "label_set=Category&order=x", "label_set=Category&cursor=x", "label_set=Category&ids=a"],
)
def test_bad_questions_have_a_clear_error(query: str) -> None:
    project, alice, _ = project_with({"billing": [0.5]})

    assert make.client(alice).get(f"/api/v1/projects/{project.pk}/bulk/?{query}").status_code == 422


def test_the_grid_costs_the_same_number_of_statements_however_many_documents() -> None:
    project, alice, _ = project_with({"billing": [0.5]})
    client = make.client(alice)
    url = f"/api/v1/projects/{project.pk}/bulk/?label_set=Category&label=billing"
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(30):
        make.prediction(make.document(project, f"text {number}"), {"Category": "billing", **REST})

    with CaptureQueriesContext(connection) as many:
        assert len(client.get(url).json()["results"]) == 31

    assert len(statements(many)) == len(statements(few)) <= 8


def test_near_duplicates_come_with_their_differences_open_ones_first() -> None:
    project = make.project()
    alice = make.member(project, "alice")
    first = make.document(project, TEXT)
    closed = make.document(project, TEXT)
    differs = make.document(project, TEXT.replace("three", "two"))
    make.document(project, "Something else entirely, about a camera that does not start in the warehouse app.")
    group_all(project.pk)
    make.gold(closed, {"Category": "billing"})

    rows = make.client(alice).get(f"/api/v1/documents/{first.pk}/near-duplicates/").json()["results"]

    assert [(row["document"]["id"], row["is_open"], row["is_equal_text"]) for row in rows] == [
        (differs.pk, True, False),
        (closed.pk, False, True),
    ]
    assert rows[1]["similarity"] == 1.0
    assert [piece for piece in rows[0]["pieces"] if piece["kind"] != "same"] == [
        {"kind": "removed", "text": "three"},
        {"kind": "added", "text": "two"},
    ]


def test_near_duplicates_are_labeled_together_and_strangers_are_not() -> None:
    project = make.project()
    alice = make.client(make.member(project, "alice"))
    first, second = make.document(project, TEXT), make.document(project, TEXT + " Thanks!")
    other = make.document(project, "Something else entirely, about a camera that does not start in the app.")
    group_all(project.pk)
    url = f"/api/v1/documents/{first.pk}/near-duplicates/"
    answer = {"Category": "billing", "Sentiment": "negative", "Entities": []}

    refused = alice.post(url, {"documents": [second.pk, other.pk], "answer": answer}, format="json")
    done = alice.post(url, {"documents": [second.pk], "answer": answer}, format="json").json()

    assert refused.status_code == 422
    assert done["labeled_documents"] == [second.pk]
    assert dict(Gold.objects.values_list("pk", "answer")) == {second.pk: answer}

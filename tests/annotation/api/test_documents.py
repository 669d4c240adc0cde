"""The list of documents over the API: filters, keyset pages, labels included, counts, and what it keeps to itself."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from annotation.annotations.models import Annotation, Status
from annotation.documents.models import Document, State
from annotation.finding import applying
from annotation.people.models import User
from annotation.practice.models import ItemKind, PracticeItem
from annotation.projects.models import Project, Role
from annotation.queue.models import Assignment, AssignmentKind
from tests import make

pytestmark = pytest.mark.django_db

SURE = {"Category": {"billing": 0.9, "other": 0.1}}
UNSURE = {"Category": {"billing": 0.4, "other": 0.35}}


def listed(client: APIClient, project: Project, **query: object) -> dict[str, Any]:
    answer = client.get(f"/api/v1/projects/{project.pk}/documents/?{urlencode(query)}")
    assert answer.status_code == 200, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def ids(client: APIClient, project: Project, **query: object) -> list[int]:
    return [row["id"] for row in listed(client, project, **query)["results"]]


def answered(document: Document, person: User, answer: dict[str, Any]) -> None:
    Annotation.objects.create(document=document, user=person, answer=answer, status=Status.SUBMITTED)


def lent(document: Document, person: User, **fields: Any) -> Assignment:  # Any: fields of an assignment
    return Assignment.objects.create(
        document=document, project=document.project, user=person, expires_at=timezone.now(), **fields
    )


@pytest.fixture
def project() -> Project:
    return make.project(production_version=2, language="en")


@pytest.fixture
def client(project: Project) -> APIClient:
    return make.client(make.member(project, "rui", Role.REVIEWER))


def test_by_gold_label_prediction_confidence_and_version(project: Project, client: APIClient) -> None:
    sure, unsure, plain = (make.document(project, text) for text in "abc")
    make.prediction(
        sure, {"Category": "billing", "Entities": [{"start": 0, "end": 1, "label": "ORG"}]}, 2, confidence=SURE
    )
    make.prediction(unsure, {"Category": "billing"}, 1, confidence=UNSURE)
    make.prediction(plain, {"Category": "other"}, 2, confidence={"Category": {"other": 0.8}})
    make.gold(plain, {"Category": "delivery"})

    assert ids(client, project, label="delivery") == [plain.pk]
    assert ids(client, project, predicted="billing") == [sure.pk, unsure.pk]
    assert ids(client, project, predicted="ORG") == [sure.pk]
    assert ids(client, project, confidence_below=0.6) == [unsure.pk]
    assert ids(client, project, confidence_above=0.8) == [sure.pk, plain.pk]
    assert ids(client, project, predicted="billing", version=1) == [unsure.pk]
    assert ids(client, project, disagreement="prediction") == [plain.pk]


def test_only_the_prediction_that_people_see_counts(project: Project, client: APIClient) -> None:
    document = make.document(project)
    make.prediction(document, {"Category": "other"}, 1)
    make.prediction(document, {"Category": "billing"}, 2)
    make.prediction(document, {"Category": "delivery"}, 3)

    assert ids(client, project, predicted="billing") == [document.pk]
    assert ids(client, project, predicted="other") == ids(client, project, predicted="delivery") == []
    Project.objects.update(production_version=1)
    assert ids(client, project, predicted="other") == [document.pk]
    assert ids(client, project, predicted="billing") == []


def test_certainty_is_that_of_the_least_sure_label(project: Project) -> None:
    document = make.document(project)
    answer = {"Category": "billing", "Tags": ["a", "b"], "Entities": [{"label": "ORG"}, {"label": "ORG"}], "No": None}
    confidence = {
        "Category": {"billing": 0.9, "x": 0.01},
        "Tags": {"a": 0.7, "c": 0.1},
        "Entities": [0.8, 0.3],
        "No": "?",
    }

    made = make.prediction(document, answer, 2, confidence=confidence)
    bare = make.prediction(document, {"Category": "billing"}, 1, confidence={"Category": {"other": 0.1}})
    made.refresh_from_db()
    bare.refresh_from_db()

    assert (made.certainty, sorted(made.labels), made.project_id) == (0.3, ["ORG", "a", "b", "billing"], project.pk)
    assert bare.certainty is None


def test_by_person_disagreement_meta_language_and_time(project: Project, client: APIClient) -> None:
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    one, two = (
        make.document(project, "a", meta={"channel": "app", "n": 3}),
        make.document(project, "b", meta={"lang": "zh"}),
    )
    for person in (alice, bob):
        answered(one, person, {"Category": "billing"})
    answered(two, alice, {"Category": "billing"})
    answered(two, bob, {"Category": "other"})

    assert ids(client, project, person="bob") == [one.pk, two.pk]
    assert ids(client, project, person="mia") == []
    assert ids(client, project, disagreement="people") == [two.pk]
    assert ids(client, project, **{"meta.channel": "app"}) == ids(client, project, **{"meta.n": "3"}) == [one.pk]
    assert ids(client, project, language="zh") == [two.pk]
    assert ids(client, project, language="en") == [one.pk]
    assert ids(client, project, until="2000-01-01") == []
    assert ids(client, project, ids=f"{two.pk},{two.pk + 1000}") == [two.pk]


def test_everything_wrong_is_told(project: Project, client: APIClient) -> None:
    answer = client.get(f"/api/v1/projects/{project.pk}/documents/?state=x&confidence_below=2&since=2026")

    assert answer.status_code == 422
    assert [row["field"] for row in answer.json()["errors"]] == ["state", "confidence_below", "since"]
    for query in ("cursor=zzz", "cursor=a1_2", "order=x", "include=text"):
        assert client.get(f"/api/v1/projects/{project.pk}/documents/?{query}").status_code == 422


@pytest.mark.parametrize("order", ["id", "-id", "priority"])
def test_pages_go_on_and_back(project: Project, client: APIClient, order: str) -> None:
    for place in range(7):
        make.document(project, f"text {place}", priority=float(place % 2))
    whole = ids(client, project, order=order)
    first = listed(client, project, order=order, limit=3)
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()
    back = client.get(third["previous"]).json()

    assert [row["id"] for page in (first, second, third) for row in page["results"]] == whole
    assert (first["previous"], third["next"]) == (None, None)
    assert back["results"] == second["results"]
    assert client.get(back["previous"]).json()["results"] == first["results"]


def test_counts_go_as_far_as_they_are_told_to(
    project: Project, client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in range(4):
        make.document(project, f"text {place}")

    whole = listed(client, project, count=1, limit=1)
    monkeypatch.setattr(applying, "MOST_COUNTED", 3)
    capped = listed(client, project, count=1)

    assert (whole["count"], whole["has_more_than_counted"]) == (4, False)
    assert (capped["count"], capped["has_more_than_counted"]) == (3, True)
    assert "count" not in listed(client, project)


def test_a_hundred_with_labels_cost_at_most_five_statements(project: Project, client: APIClient) -> None:
    for place in range(20):
        document = make.document(project, f"text {place}")
        make.gold(document, {"Category": "billing"})
        make.prediction(document, {"Category": "other"}, 2)
    listed(client, project)

    with CaptureQueriesContext(
        connection,
    ) as captured:
        found = listed(client, project, include="gold,prediction", label="billing", disagreement="prediction")

    assert len(captured) <= 5, [query["sql"][:80] for query in captured.captured_queries]
    assert len(found["results"]) == 20
    assert found["results"][0]["gold"] == {"answer": {"Category": "billing"}, "source": "import"}
    assert found["results"][0]["prediction"]["answer"] == {"Category": "other"}


def test_a_blind_document_does_not_tell_its_prediction(project: Project) -> None:
    alice = make.member(project, "alice")
    document = make.document(project, state=State.ASSIGNED)
    make.prediction(document, {"Category": "billing"}, 2, confidence=UNSURE)
    make.gold(document, {"Category": "other"})
    lease = lent(document, alice, is_blind=True)
    mine, other = make.client(alice), make.client(make.member(project, "bob"))
    asked: list[dict[str, object]] = [
        {"predicted": "billing"},
        {"confidence_below": 0.5},
        {"version": 2},
        {"disagreement": "prediction"},
    ]

    for query in asked:
        assert ids(mine, project, **query) == []
        assert ids(other, project, **query) == [document.pk]
    assert listed(mine, project, include="prediction")["results"][0]["prediction"] is None
    assert listed(other, project, include="prediction")["results"][0]["prediction"] is not None
    Assignment.objects.filter(pk=lease.pk).update(state="done")
    assert ids(mine, project, predicted="billing") == [document.pk]


def test_hidden_gold_looks_like_any_document_in_hand(project: Project) -> None:
    alice = make.member(project, "alice")
    document = make.document(project)
    make.gold(document, {"Category": "billing"})
    answered(document, project.created_by, {"Category": "billing"})
    PracticeItem.objects.create(project=project, document=document, kind=ItemKind.HIDDEN, created_by=project.created_by)
    lent(document, alice, kind=AssignmentKind.HIDDEN)
    mine, other = make.client(alice), make.client(make.member(project, "bob"))

    [row] = listed(mine, project, include="gold")["results"]
    assert (row["state"], row["gold"]) == ("assigned", None)
    assert ids(mine, project, state="assigned") == [document.pk]
    for query in ({"state": "gold"}, {"label": "billing"}, {"person": "mia"}):
        assert ids(mine, project, **query) == []
        assert ids(other, project, **query) == [document.pk]
    for which in ("gold", "annotations"):
        path = f"/api/v1/projects/{project.pk}/export/?which={which}"
        assert b"".join(mine.get(path).streaming_content) == b""  # type: ignore[attr-defined]  # a streamed answer
        assert b'"billing"' in b"".join(other.get(path).streaming_content)  # type: ignore[attr-defined]  # as above


@pytest.mark.parametrize("which", ["gold", "annotations", "predictions"])
def test_an_export_takes_the_same_filters(project: Project, client: APIClient, which: str) -> None:
    for text in ("late order", "early order"):
        document = make.document(project, text)
        make.gold(document, {"Category": "billing"})
        make.prediction(document, {"Category": "billing"}, 2)
        answered(document, project.created_by, {"Category": "billing"})

    path = f"/api/v1/projects/{project.pk}/export/?which={which}"
    lines = b"".join(client.get(f"{path}&q=late&predicted=billing").streaming_content).splitlines()  # type: ignore[attr-defined]  # a streamed answer

    assert len(lines) == 1
    assert b"late order" in lines[0]
    assert client.get(f"{path}&state=x").status_code == 422


def test_a_frequent_word_is_found_behind_the_first_page_of_others(
    project: Project, client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotation.documents.models.FEW_FOUND", 2)
    for place in range(6):
        make.document(project, f"a letter {place}")
    late = [make.document(project, f"a parcel {place}").pk for place in range(4)]

    found = listed(client, project, q="parcel", limit="3")

    assert [row["id"] for row in found["results"]] == late[:3]
    assert found["next"]

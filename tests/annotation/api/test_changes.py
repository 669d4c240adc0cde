"""Changes to many documents over the API: the same rules as on the page, and the way back."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from annotation.annotations.models import Gold, GoldChange
from annotation.documents.models import Document, State
from annotation.finding import changing
from annotation.finding.models import BulkChange
from annotation.people.models import Scope
from annotation.people.services import TokenLimits, make_token
from annotation.practice.models import PracticeItem
from annotation.projects.models import Project, Role
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make.project()


@pytest.fixture
def mia(project: Project) -> APIClient:
    return make.client(project.created_by)


def change(client: APIClient, project: Project, status: int = 200, **body: Any) -> Any:
    answer = client.post(f"/api/v1/projects/{project.pk}/documents/changes/", body, format="json")
    assert answer.status_code == status, answer.json()
    return answer.json()


def undo(client: APIClient, number: int, status: int = 200) -> Any:
    answer = client.post(f"/api/v1/changes/{number}/undo/")
    assert answer.status_code == status, answer.json()
    return answer.json()


def test_a_place_in_the_queue_is_given_by_ids_and_taken_back(project: Project, mia: APIClient) -> None:
    one, two, three = (make.document(project, text) for text in "abc")

    done = change(mia, project, action="first", ids=[one.pk, three.pk])

    assert (done["changed"], done["passed_over"], done["action"]) == (2, 0, "first")
    assert set(Document.objects.filter(urgency=1)) == {one, three}
    listed = mia.get(f"/api/v1/projects/{project.pk}/documents/changes/").json()["results"]
    assert [(row["id"], row["kind"], row["changed"], row["undone_at"]) for row in listed] == [
        (done["id"], "priority", 2, None)
    ]
    assert undo(mia, done["id"]) == {"id": done["id"], "undone": 2, "passed_over": 0}
    assert not Document.objects.exclude(urgency=0).exists()
    assert undo(mia, done["id"], 409)["code"] == "too_late"
    assert Document.objects.filter(pk=two.pk, urgency=0).exists()


def test_gold_goes_back_to_the_queue_by_filter_and_api_clients_hear_of_both_ways(
    project: Project, mia: APIClient
) -> None:
    golden = [make.document(project, text, meta={"batch": "june"}) for text in "ab"]
    other = make.document(project, "c")
    for document in (*golden, other):
        make.gold(document, {"Category": "billing"})

    done = change(mia, project, action="reopen", filter={"meta.batch": "june", "state": "gold"})
    after = set(Gold.objects.values_list("document_id", flat=True))
    undone = undo(mia, done["id"])

    assert (done["changed"], undone["undone"], after) == (2, 2, {other.pk})
    assert Gold.objects.count() == 3
    feed = list(GoldChange.objects.order_by("pk").values_list("document_id", "deleted"))[3:]
    ids = [document.pk for document in golden]
    assert feed == [*((pk, True) for pk in ids), *((pk, False) for pk in ids)]


def test_deleting_is_asked_for_twice_and_spares_human_work(project: Project, mia: APIClient) -> None:
    plain, golden = make.document(project, "a"), make.document(project, "b")
    make.gold(golden, {"Category": "billing"})

    refused = change(mia, project, 422, action="delete", filter={})
    done = change(mia, project, action="delete", filter={}, confirmed=True)

    assert [(row["field"], row["code"]) for row in refused["errors"]] == [("confirmed", "not_confirmed")]
    assert "1 documents" in refused["detail"]
    assert (done["changed"], done["passed_over"], done["id"], done["undo_until"]) == (1, 1, None, None)
    assert list(Document.objects.all()) == [golden]
    assert not Document.objects.filter(pk=plain.pk).exists()


def test_practice_takes_those_with_gold(project: Project, mia: APIClient) -> None:
    golden, plain = make.document(project, "a"), make.document(project, "b")
    make.gold(golden, {"Category": "billing"})

    done = change(mia, project, action="practice", ids=[golden.pk, plain.pk])

    assert (done["changed"], done["passed_over"]) == (1, 1)
    assert list(PracticeItem.objects.values_list("document_id", flat=True)) == [golden.pk]


def test_no_selection_is_no_selection_and_a_bad_filter_changes_nothing(
    project: Project, mia: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.document(project, "a")
    make.document(project, "b")
    monkeypatch.setattr(changing, "MOST_CHANGED", 1)

    codes = [
        change(mia, project, 422, **body)["errors"][0]["code"]
        for body in (
            {"action": "first"},
            {"action": "first", "ids": []},
            {"action": "first", "filter": {"state": "old"}},
            {"action": "first", "filter": {"colour": "red"}},
            {"action": "paint", "ids": [1]},
            {"action": "first", "filter": {}},
        )
    ]

    assert codes == ["required", "min_length", "bad_choice", "unknown_filter", "invalid_choice", "too_many"]
    assert not Document.objects.exclude(urgency=0).exists()


def test_documents_of_other_projects_are_not_touched(project: Project, mia: APIClient) -> None:
    elsewhere = make.document(make.project(manager=make.user("noa")), "z")

    done = change(mia, project, action="first", ids=[elsewhere.pk])

    assert (done["changed"], done["id"]) == (0, None)
    assert Document.objects.get(pk=elsewhere.pk).urgency == 0


def test_only_managers_with_the_scope_and_only_their_own_changes(project: Project, mia: APIClient) -> None:
    document = make.document(project, "a")
    reviewer, stranger = make.client(make.member(project, "rui", Role.REVIEWER)), make.client(make.user("noa"))
    second = make.client(make.member(project, "tom", Role.MANAGER))
    writer = APIClient()
    token = make_token(project.created_by, TokenLimits(scopes=(Scope.READ, Scope.WRITE, Scope.ANNOTATE)))
    writer.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    done = change(mia, project, action="last", ids=[document.pk])

    change(reviewer, project, 403, action="last", ids=[document.pk])
    change(stranger, project, 404, action="last", ids=[document.pk])
    change(writer, project, 403, action="last", ids=[document.pk])
    undo(reviewer, done["id"], 404)
    undo(second, done["id"], 404)
    undo(stranger, done["id"], 404)


def test_the_way_back_ends_after_an_hour(project: Project, mia: APIClient) -> None:
    document = make.document(project, "a")
    done = change(mia, project, action="first", ids=[document.pk])
    BulkChange.objects.update(created_at=timezone.now() - timedelta(hours=1, seconds=1))

    assert undo(mia, done["id"], 409)["code"] == "too_late"
    assert Document.objects.get(pk=document.pk).state == State.NEW

"""The list of documents: what it shows, what it keeps back, saved views, and changes to many with their undo."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotation.annotations.models import Annotation, Gold, GoldChange, Status
from annotation.documents.models import Document, State
from annotation.finding import changing
from annotation.finding.models import BulkChange, SavedView
from annotation.practice.models import PracticeItem
from annotation.projects.models import Project, Role
from annotation.queue.models import Assignment
from tests import make
from tests.annotation.pages.test_access import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make.project(production_version=1)


@pytest.fixture
def mia(project: Project) -> Client:
    return signed_in(project.created_by)


def shown(client: Client, project: Project, **query: object) -> str:
    answer = client.get(f"/projects/{project.pk}/documents/?{urlencode(query)}")
    assert answer.status_code == 200
    return answer.content.decode()


def change(client: Client, project: Project, action: str, **fields: Any) -> Any:  # Any: fields of a form
    return client.post(f"/projects/{project.pk}/documents/change/", {"action": action, **fields})


def undo_last(client: Client, project: Project) -> None:
    newest = BulkChange.objects.latest("pk")
    assert client.post(f"/projects/{project.pk}/documents/change/{newest.pk}/undo/").status_code == 302


def test_found_words_are_marked_and_everything_is_escaped(project: Project, mia: Client) -> None:
    make.document(project, "x" * 500 + " <b>late</b> order")

    page = shown(mia, project, q="order")

    assert "&lt;b&gt;late&lt;/b&gt; <mark>order</mark>" in page
    assert "<b>late" not in page


def test_a_row_tells_gold_prediction_certainty_and_people(project: Project, mia: Client) -> None:
    document = make.document(project)
    make.gold(document, {"Category": "billing"})
    make.prediction(document, {"Category": "delivery"}, 1, confidence={"Category": {"delivery": 0.42}})
    person = make.member(project, "alice")
    Annotation.objects.create(document=document, user=person, answer={}, status=Status.SUBMITTED)

    page = shown(mia, project)

    for words in ("<td>billing</td>", "<td>delivery</td>", "42 %", "<td>alice</td>"):
        assert words in page


def test_a_filter_in_force_can_be_taken_away_and_a_bad_one_is_named(project: Project, mia: Client) -> None:
    make.document(project, "late order")

    page = shown(mia, project, q="late", person="mia", confidence_below="x", meta_key="channel", meta_value="app")

    assert 'href="?person=mia&amp;meta.channel=app"' in page
    assert "confidence_below" in page.split("was not understood")[0].rsplit("<p", 1)[1]
    assert "No document fits" in page


def test_pages_go_on_and_back(project: Project, mia: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotation.pages.document_list.PAGE_SIZE", 2)
    for place in range(3):
        make.document(project, f"text number {place}")

    first = mia.get(f"/projects/{project.pk}/documents/")
    second = mia.get(f"/projects/{project.pk}/documents/{first.context['next_url']}")
    back = mia.get(f"/projects/{project.pk}/documents/{second.context['previous_url']}")

    assert [row.pieces[0].text for row in first.context["rows"]] == ["text number 2", "text number 1"]
    assert [row.pieces[0].text for row in second.context["rows"]] == ["text number 0"]
    assert [row.pieces for row in back.context["rows"]] == [row.pieces for row in first.context["rows"]]


def test_statements_do_not_grow_with_the_rows(project: Project, mia: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(mia, project, q="text", label="billing")
        return len(captured)

    def fill(number: int) -> None:
        for place in range(number):
            document = make.document(project, f"text {place}")
            make.gold(document, {"Category": "billing"})
            make.prediction(document, {"Category": "billing"}, 1)

    fill(1)
    few = cost()
    fill(20)

    assert cost() == few <= 13


def test_similar_documents_come_in_their_order(project: Project, mia: Client) -> None:
    one, two, three = (make.document(project, text) for text in ("one", "two", "three"))

    waiting = mia.get(f"/projects/{project.pk}/documents/?like={one.pk}")
    found = mia.get(f"/projects/{project.pk}/documents/?like={one.pk}&ids={three.pk},{two.pk}")

    assert b"<similar-documents" in waiting.content
    assert [row.document.pk for row in found.context["rows"]] == [three.pk, two.pk]
    assert mia.get(f"/projects/{project.pk}/documents/?like={three.pk + 100}").status_code == 404


def test_views_are_a_persons_own_unless_a_manager_shares_them(project: Project, mia: Client) -> None:
    alice, bob = signed_in(make.member(project, "alice")), signed_in(make.member(project, "bob"))
    path = f"/projects/{project.pk}/documents/views/"
    alice.post(path, {"name": "Mine", "query": "state=gold&evil=1", "is_shared": "on"})
    mia.post(path, {"name": "Ours", "query": "q=late", "is_shared": "on"})
    mine, ours = SavedView.objects.get(name="Mine"), SavedView.objects.get(name="Ours")

    assert (mine.query, mine.is_shared, ours.is_shared) == ("state=gold", False, True)
    assert "Ours" in shown(bob, project)
    assert "Mine" not in shown(bob, project)
    assert bob.post(f"{path}{mine.pk}/", {"action": "delete"}).status_code == 404
    assert bob.post(f"{path}{ours.pk}/", {"action": "delete"}).status_code == 403
    assert signed_in(make.user("zoe")).post(path, {"name": "x"}).status_code == 404
    alice.post(f"{path}{mine.pk}/", {"name": "My own", "is_shared": "on"})
    mine.refresh_from_db()
    assert (mine.name, mine.is_shared) == ("My own", False)
    alice.post(f"{path}{mine.pk}/", {"action": "delete"})
    assert not SavedView.objects.filter(pk=mine.pk).exists()


def test_saving_under_the_same_name_replaces_the_filters(project: Project, mia: Client) -> None:
    for query in ("q=a", "q=b"):
        mia.post(f"/projects/{project.pk}/documents/views/", {"name": " Late ", "query": query})

    assert SavedView.objects.get().query == "q=b"


def test_urgency_stands_before_the_ranking_and_is_undone(project: Project, mia: Client) -> None:
    low, high = make.document(project, "a", priority=0.1), make.document(project, "b", priority=0.9)

    change(mia, project, "first", document=[low.pk])
    assert list(Document.objects.in_queue_order()) == [low, high]
    undo_last(mia, project)

    low.refresh_from_db()
    assert low.priority == pytest.approx(0.1)
    assert low.urgency == 0


def test_gold_is_withdrawn_from_all_that_is_found_and_put_back(project: Project, mia: Client) -> None:
    one, two, other = (make.document(project, text) for text in ("late one", "late two", "early"))
    for document in (one, two, other):
        make.gold(document, {"Category": "billing"})

    change(mia, project, "reopen", scope="all", query="q=late")
    assert set(Gold.objects.values_list("document", flat=True)) == {other.pk}
    assert list(Document.objects.filter(pk__in=[one.pk, two.pk]).values_list("state", "slots")) == [("new", 1)] * 2
    Assignment.objects.create(document=two, project=project, user=project.created_by, expires_at=timezone.now())
    undo_last(mia, project)

    restored = Gold.objects.get(document=one)
    assert (restored.answer, restored.source) == ({"Category": "billing"}, "import")
    assert not Gold.objects.filter(document=two).exists()
    one.refresh_from_db()
    assert (one.state, one.slots) == (State.GOLD, 0)
    assert list(GoldChange.objects.filter(document=one).order_by("pk").values_list("deleted", flat=True)) == [
        False,
        True,
        False,
    ]


def test_undo_ends_after_an_hour(project: Project, mia: Client) -> None:
    document = make.document(project)
    change(mia, project, "last", document=[document.pk])
    assert "Undo</button>" in shown(mia, project)

    BulkChange.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    undo_last(mia, project)

    document.refresh_from_db()
    assert document.urgency == -1
    assert "Undo</button>" not in shown(mia, project)


def test_only_documents_without_human_work_are_deleted_and_only_when_confirmed(project: Project, mia: Client) -> None:
    plain, answered, gold = (make.document(project, text) for text in "abc")
    make.prediction(plain, {"Category": "billing"}, 1)
    Annotation.objects.create(document=answered, user=project.created_by, answer={}, status=Status.DRAFT)
    make.gold(gold, {"Category": "billing"})
    chosen = [plain.pk, answered.pk, gold.pk]

    asked = change(mia, project, "delete", document=chosen)
    assert b"1 document is deleted" in asked.content
    assert Document.objects.count() == 3
    change(mia, project, "delete", document=chosen, confirmed="yes")

    assert set(Document.objects.all()) == {answered, gold}


def test_practice_takes_those_with_gold(project: Project, mia: Client) -> None:
    gold, plain = make.document(project, "a"), make.document(project, "b")
    make.gold(gold, {"Category": "billing"})

    change(mia, project, "practice", document=[gold.pk, plain.pk])

    assert list(PracticeItem.objects.values_list("document", flat=True)) == [gold.pk]


def test_an_empty_selection_an_unread_filter_and_too_many_change_nothing(
    project: Project, mia: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = [make.document(project, text) for text in "ab"]
    monkeypatch.setattr(changing, "MOST_CHANGED", 1)

    change(mia, project, "first")
    change(mia, project, "first", scope="all", query="confidence_below=x")
    change(mia, project, "first", scope="all")
    change(mia, project, "nonsense", document=[documents[0].pk])

    assert not Document.objects.exclude(urgency=0).exists()


def test_only_managers_change_documents_and_only_their_own_projects(project: Project, mia: Client) -> None:
    document = make.document(project)
    elsewhere = make.project(manager=make.user("zoe"), name="Elsewhere")
    foreign = make.document(elsewhere)

    assert change(signed_in(make.member(project, "rui", Role.REVIEWER)), project, "first").status_code == 403
    assert change(signed_in(elsewhere.created_by), project, "first").status_code == 404
    change(mia, project, "first", document=[foreign.pk])
    foreign.refresh_from_db()
    assert foreign.urgency == 0
    assert 'name="action"' not in shown(signed_in(make.member(project, "bob")), project).split("<table")[1]
    assert document.urgency == 0


def test_an_export_takes_what_is_chosen(project: Project, mia: Client) -> None:
    document = make.document(project)

    answer = change(mia, project, "export", document=[document.pk])

    assert answer["Location"] == f"/api/v1/projects/{project.pk}/export/?format=jsonl&ids={document.pk}"

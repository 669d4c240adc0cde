import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotation.practice.models import ItemKind, PracticeItem
from annotation.projects.models import Membership, Project, Role
from tests import make
from tests.annotation.practice.cast import gold_document, item, practicing

pytestmark = pytest.mark.django_db


def client_of(project: Project) -> Client:
    client = Client()
    client.force_login(project.created_by)
    return client


def test_an_empty_page_says_how_to_begin() -> None:
    project = make.project()
    make.member(project, "alice")

    page = client_of(project).get(f"/projects/{project.pk}/practice/").content.decode()

    assert "No practice documents yet" in page
    assert "Nobody has to practice yet" in page
    assert "alice" in page


def test_a_manager_finds_documents_by_words_and_by_label_and_adds_them() -> None:
    project = make.project()
    wanted = gold_document(project, "Alice was charged twice.")
    make.gold(make.document(project, "Bob was charged once."), {"Category": "other"})
    make.document(project, "Carol was charged thrice.")
    client, url = client_of(project), f"/projects/{project.pk}/practice/"

    by_words = client.get(url, {"q": "CHARGED"}).content.decode()
    by_label = client.get(url, {"label": "billing"}).content.decode()
    posted = client.post(f"{url}add/", {"documents": [wanted.pk], "kind": "hidden"}, follow=True)

    assert ("Alice was" in by_words, "Bob was" in by_words, "Carol was" in by_words) == (True, True, False)
    assert ("Alice was" in by_label, "Bob was" in by_label) == (True, False)
    assert "1 document is added." in posted.content.decode()
    assert PracticeItem.objects.get().document == wanted
    assert PracticeItem.objects.get().kind == ItemKind.HIDDEN


def test_a_manager_draws_by_chance() -> None:
    project = make.project()
    for number in range(5):
        gold_document(project, f"text {number}")
    client, url = client_of(project), f"/projects/{project.pk}/practice/draw/"

    client.post(url, {"count": 3, "kind": "guided"})
    refused = client.post(url, {"count": 0, "kind": "guided"}, follow=True)

    assert PracticeItem.objects.filter(kind=ItemKind.GUIDED).count() == 3
    assert "from 1 to 200" in refused.content.decode()


def test_a_manager_writes_a_note_moves_and_removes() -> None:
    project = make.project()
    first, second = item(project), item(project)
    client, url = client_of(project), f"/projects/{project.pk}/practice/items"

    saved = client.post(
        f"{url}/{first.pk}/", {"verb": "save", "kind": "guided", "note": " Charged twice. ", "note_zh": "重复扣款。"}
    )
    client.post(f"{url}/{second.pk}/", {"verb": "up", "kind": "guided"})
    client.post(f"{url}/{first.pk}/", {"verb": "remove"})

    assert saved["Location"] == f"/projects/{project.pk}/practice/?page=1#item-{first.pk}"
    first.refresh_from_db()
    assert (first.note, first.note_zh, first.is_active) == ("Charged twice.", "重复扣款。", False)
    assert list(PracticeItem.objects.filter(is_active=True)) == [second]


def test_a_manager_opens_the_queue_and_asks_again() -> None:
    project, _items, alice = practicing()
    membership = Membership.objects.get(user=alice)
    client, url = client_of(project), f"/projects/{project.pk}/practice/people/{membership.pk}/"

    client.post(url, {"verb": "open"})
    membership.refresh_from_db()
    opened_at = membership.passed_practice_at
    client.post(url, {"verb": "again"})
    membership.refresh_from_db()

    assert opened_at is not None
    assert membership.passed_practice_at is None


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.REVIEWER])
def test_only_managers_choose(role: Role) -> None:
    project, [first, _second], _alice = practicing()
    client = Client()
    client.force_login(make.member(project, "rui", role))
    url = f"/projects/{project.pk}/practice"

    for path in ("add/", "draw/", f"items/{first.pk}/", f"people/{Membership.objects.get(user__username='rui').pk}/"):
        assert client.post(f"{url}/{path}", {"verb": "remove"}).status_code == 403
    assert client.get(f"{url}/").status_code == 403

    assert PracticeItem.objects.filter(is_active=True).count() == 2


def test_an_item_of_another_project_is_not_found() -> None:
    project, _items, _alice = practicing()
    other = make.project(manager=make.user("zoe"))
    theirs = item(other)

    answer = client_of(project).post(f"/projects/{project.pk}/practice/items/{theirs.pk}/", {"verb": "remove"})

    assert answer.status_code == 404
    assert PracticeItem.objects.get(pk=theirs.pk).is_active


def test_the_page_costs_the_same_for_many_items() -> None:
    project = make.project(practice_size=5)
    client, url = client_of(project), f"/projects/{project.pk}/practice/"
    costs = []
    for more in (1, 30):
        for _ in range(more):
            item(project)
            gold_document(project)
        make.member(project, f"person{more}")
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url, {"q": "Alice"}).status_code == 200
        costs.append(len(asked))

    assert costs[0] == costs[1]
    assert costs[1] <= 16

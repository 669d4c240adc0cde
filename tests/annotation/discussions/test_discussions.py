"""Discussions about labels, over API and pages: asked, answered, and ended in a line of the guidelines."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from annotation.discussions.models import Discussion, DiscussionPost
from annotation.people.models import User
from annotation.projects.models import GuidelinesVersion, Project
from annotation.projects.services import update_settings
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    made = make.project()
    update_settings(project=made, user=made.created_by, changes={"guidelines": "Category\n- Billing is money"})
    return made


@pytest.fixture
def alice(project: Project) -> User:
    return make.member(project, "alice")


def ask(person: User, project: Project, **body: Any) -> Any:  # Any: a response
    sent = {"title": "Refunds?", "text": "Is a refund billing?", "label_set": "Category", "label": "billing", **body}
    return make.client(person).post(f"/api/v1/projects/{project.pk}/discussions/", sent, format="json")


def test_a_discussion_ends_in_a_line_of_a_new_version_that_links_back(project: Project, alice: User) -> None:
    made = ask(alice, project).json()
    mia = make.client(project.created_by)
    mia.post(f"/api/v1/discussions/{made['id']}/posts/", {"text": "Yes."}, format="json")

    lines = {"line": "A refund is billing.", "line_zh": "退款属于账单。"}
    done = mia.post(f"/api/v1/discussions/{made['id']}/resolve/", lines, format="json").json()

    newest = GuidelinesVersion.objects.latest("number")
    assert (done["guidelines_version"], done["posts"]) == (newest.number, 2)
    assert newest.text == (f"Category\n- Billing is money\n\nCategory: billing\n- A refund is billing. (#{made['id']})")
    assert newest.text_zh == f"Category: billing\n- 退款属于账单。 (#{made['id']})"
    assert list(newest.discussions.values_list("pk", flat=True)) == [made["id"]]
    page = Client()
    page.force_login(alice)
    address = f"/projects/{project.pk}/discussions/{made['id']}/"
    assert address in page.get(f"/projects/{project.pk}/guidelines/").content.decode()
    late = make.client(alice).post(f"/api/v1/discussions/{made['id']}/posts/", {"text": "But…"}, format="json")
    assert (late.status_code, late.json()["errors"][0]["code"]) == (422, "resolved")


def test_only_a_manager_resolves_and_a_stranger_sees_nothing(project: Project, alice: User) -> None:
    made = ask(alice, project).json()
    path = f"/api/v1/discussions/{made['id']}/resolve/"
    eve = make.client(make.user("eve"))

    assert make.client(alice).post(path, {"line": "x"}, format="json").status_code == 403
    assert eve.post(path, {"line": "x"}, format="json").status_code == 404
    assert eve.get(f"/api/v1/projects/{project.pk}/discussions/").status_code == 404
    assert Discussion.objects.open().count() == 1
    assert GuidelinesVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"title": " "}, "empty_text"),
        ({"label": "red"}, "unknown_label"),
        ({"document": 10**9}, "unknown_document"),
    ],
)
def test_what_can_not_be_asked_is_refused(project: Project, alice: User, body: dict[str, Any], code: str) -> None:
    answer = ask(alice, project, **body)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    assert not DiscussionPost.objects.exists()


def test_asking_answering_and_resolving_on_the_pages(project: Project, alice: User) -> None:
    page = Client()
    page.force_login(alice)
    body = {"title": "Refunds?", "about": "Category:billing", "text": "Is a refund billing?"}

    asked = page.post(f"/projects/{project.pk}/discussions/", body)
    made = Discussion.objects.get()
    address = f"/projects/{project.pk}/discussions/{made.pk}/"
    answered = page.post(address, {"text": "I think so."})
    refused = page.post(f"{address}resolve/", {"line": "Yes."})
    page.force_login(project.created_by)
    resolved = page.post(f"{address}resolve/", {"line": "", "line_zh": ""})

    assert [row.status_code for row in (asked, answered, refused, resolved)] == [302, 302, 403, 302]
    made.refresh_from_db()
    assert (made.label_set, made.label, made.guidelines_version, made.resolved_by) == (
        "Category",
        "billing",
        None,
        project.created_by,
    )
    assert page.post(address, {"text": "Late"}).status_code == 422


@pytest.mark.parametrize("number", [1, 30])
def test_lists_cost_the_same_for_one_and_many(
    project: Project, alice: User, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for place in range(number):
        ask(alice, project, title=f"{place}?")
    client, page = make.client(alice), Client()
    page.force_login(alice)
    client.get("/api/v1/session/")  # the token notes its first use

    with django_assert_num_queries(3):  # token, membership, discussions
        client.get(f"/api/v1/projects/{project.pk}/discussions/")
    with django_assert_num_queries(6):  # session, person, membership, label sets, labels, discussions
        page.get(f"/projects/{project.pk}/discussions/")


def test_documents_are_found_by_the_guidelines_they_were_answered_under(project: Project, alice: User) -> None:
    rows = [make.document(project, f"text {place}") for place in range(2)]
    answer = {"Category": "billing", "Sentiment": "negative", "Entities": []}
    client = make.client(alice)
    for row, text in zip(rows, ("One.", "Two."), strict=True):
        update_settings(project=project, user=project.created_by, changes={"guidelines": text})
        body = {"answer": answer, "status": "submitted"}
        client.put(f"/api/v1/documents/{row.pk}/annotation/", body, format="json")

    found = client.get(f"/api/v1/projects/{project.pk}/documents/", {"guidelines": 3}).json()["results"]

    assert [row["id"] for row in found] == [rows[1].pk]

import json
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from annotation.documents.models import Document
from annotation.projects.models import Project, Role
from annotation.queue.services import lend
from tests import make
from tests.annotation.pages.test_access import signed_in

pytestmark = pytest.mark.django_db


def boot_of(client: Client, project: Project) -> dict[str, object]:
    page = client.get(f"/projects/{project.pk}/annotate/").content.decode()
    found = re.search(r'<script id="desk-data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found
    boot: dict[str, object] = json.loads(found.group(1))
    return boot


def test_a_newcomer_is_led_to_a_first_project() -> None:
    answer = signed_in(make.user("nora")).get("/")

    assert "/projects/new/" in answer.content.decode()


def test_a_project_is_made_from_a_template_and_its_next_step_is_the_import() -> None:
    client = signed_in(make.user("nora"))

    answer = client.post("/projects/new/tickets/", {"name": "My tickets"})

    project = Project.objects.get(name="My tickets")
    assert answer["Location"] == f"/projects/{project.pk}/"
    assert f"/projects/{project.pk}/sample/" in client.get(answer["Location"]).content.decode()


def test_a_project_without_a_name_is_refused_on_the_page() -> None:
    answer = signed_in(make.user("nora")).post("/projects/new/tickets/", {"name": " "})

    assert answer.status_code == 422
    assert Project.objects.count() == 0


def test_an_unknown_template_is_404() -> None:
    assert signed_in(make.user("nora")).get("/projects/new/poems/").status_code == 404


def test_the_sample_texts_come_once_with_one_click() -> None:
    client = signed_in(make.user("nora"))
    client.post("/projects/new/tickets/", {"name": "My tickets"})
    project = Project.objects.get()

    for _ in range(2):
        assert client.post(f"/projects/{project.pk}/sample/").status_code == 302

    states = list(Document.objects.filter(project=project).values_list("state", flat=True))
    assert len(states) >= 500
    assert abs(states.count("gold") - states.count("new")) <= 2


@pytest.mark.parametrize("number", [1, 40])
def test_the_list_of_documents_costs_the_same_for_few_and_many(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    project = make.project()
    for place in range(number):
        make.gold(make.document(project, f"Text {place}"), {"Category": "other", "Sentiment": "neutral"})
    client = signed_in(project.created_by)

    # Session, person, membership, titles, documents, count, predictions, people, views, members, last change.
    with django_assert_num_queries(11):
        client.get(f"/projects/{project.pk}/documents/")


@pytest.mark.parametrize("number", [1, 12])
def test_the_list_of_projects_costs_the_same_for_few_and_many(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mia = make.user("mia")
    for _ in range(number):
        make.document(make.project(manager=mia))
    client = signed_in(mia)

    with django_assert_num_queries(4):  # session, person, projects, open documents
        client.get("/")


@pytest.mark.parametrize("number", [1, 20])
def test_the_list_of_members_costs_the_same_for_few_and_many(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    project = make.project()
    for place in range(number):
        make.member(project, f"person{place}")
    client = signed_in(project.created_by)

    with django_assert_num_queries(4):  # session, person, membership, members
        client.get(f"/projects/{project.pk}/members/")


def test_the_annotation_screen_opens_with_eleven_statements(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    project = make.project()
    client = signed_in(project.created_by)

    with django_assert_max_num_queries(11):
        client.get(f"/projects/{project.pk}/annotate/")


def test_documents_are_paged_by_key_and_found_by_state_and_word() -> None:
    project = make.project()
    rows = [make.document(project, f"Text {place}") for place in range(60)]
    make.gold(rows[0], {"Category": "other", "Sentiment": "neutral"})
    make.document(project, "我的包裹在哪里？")
    client = signed_in(project.created_by)
    base = f"/projects/{project.pk}/documents/"

    first = client.get(base)
    shown = [row.document.pk for row in first.context["rows"]]
    rest = [row.document.pk for row in client.get(base + first.context["next_url"]).context["rows"]]

    assert (len(shown), len(rest)) == (50, 11)
    assert sorted(shown + rest) == sorted(Document.objects.values_list("pk", flat=True))
    assert [row.document.pk for row in client.get(f"{base}?state=gold").context["rows"]] == [rows[0].pk]
    [found] = client.get(f"{base}?q=包裹").context["rows"]
    assert [(piece.text, piece.is_found) for piece in found.pieces] == [
        ("我的", False),
        ("包裹", True),
        ("在哪里？", False),
    ]
    assert client.get(f"{base}?q=%00&state=x&after=99999999999999999999").status_code == 200


def test_a_document_shows_its_marked_words_not_offsets() -> None:
    project = make.project(production_version=1)
    document = make.document(project, "😀 Alice owes €5", external_id="T-1")
    spans = [{"start": 2, "end": 7, "label": "PERSON"}]
    make.gold(document, {"Category": "billing", "Sentiment": "neutral", "Entities": spans})
    make.prediction(document, {"Category": "other"})

    page = signed_in(project.created_by).get(f"/projects/{project.pk}/documents/{document.pk}/")

    (_, _, entities) = page.context["gold_rows"]
    assert entities.marks == [("Alice", "PERSON")]
    assert page.context["prediction_rows"][0].labels == ["other"]


def test_texts_are_escaped() -> None:
    project = make.project(name="<b>bold</b>")
    make.document(project, "<script>alert(1)</script>")
    client = signed_in(project.created_by)

    for path in ("", "documents/", "annotate/"):
        page = client.get(f"/projects/{project.pk}/{path}").content.decode()
        assert "<script>alert" not in page
        assert "<b>bold" not in page


def test_the_annotation_screen_gets_what_it_needs(settings: Settings) -> None:
    settings.LIVE_URL, settings.LIVE_PORT = "", 8765
    project = make.project(guidelines="Read well.", production_version=3)
    make.document(project)
    make.gold(make.document(project, "Done"), {"Category": "other", "Sentiment": "neutral"})

    boot = boot_of(signed_in(project.created_by), project)

    assert boot["project"] == {"id": project.pk, "name": "Tickets", "url": f"/projects/{project.pk}/"}
    assert boot["live"] == f"ws://testserver:8765/ws/projects/{project.pk}/?here=1"
    assert boot["counts"] == {"done": 1, "open": 1}
    assert boot["productionVersion"] == 3
    assert [item["name"] for item in boot["labelSets"]] == ["Category", "Sentiment", "Entities"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("live_url", "is_secure", "expected"),
    [
        ("/", 1, "wss://testserver/ws/projects/{id}/"),
        ("wss://live.example.org", 1, "wss://live.example.org/ws/projects/{id}/"),
        ("", 0, "ws://testserver:8001/ws/projects/{id}/"),
    ],
)
def test_the_live_address_follows_the_setting(settings: Settings, live_url: str, is_secure: int, expected: str) -> None:
    settings.LIVE_URL, settings.LIVE_PORT = live_url, 8001
    project = make.project()

    page = signed_in(project.created_by).get(f"/projects/{project.pk}/annotate/", secure=bool(is_secure))

    assert page.context["desk"]["live"] == expected.format(id=project.pk) + "?here=1"


def test_settings_are_saved_and_a_bad_one_is_refused() -> None:
    project = make.project()
    client = signed_in(project.created_by)
    form = client.get(f"/projects/{project.pk}/settings/").context["form"]
    given = {name: value for name, value in form.initial.items() if value is not None} | {"name": "Renamed"}

    bad = client.post(f"/projects/{project.pk}/settings/", {**given, "random_share": "7"})
    project.refresh_from_db()
    assert (bad.status_code, project.name) == (422, "Tickets")

    good = client.post(
        f"/projects/{project.pk}/settings/", {**given, "precision": "0.95", "confidence": "0.9", "overlap": "2"}
    )
    project.refresh_from_db()
    assert good.status_code == 302
    assert (project.name, project.overlap) == ("Renamed", 2)
    assert project.auto_accept == {"precision": 0.95, "confidence": 0.9}


def test_the_last_manager_is_told_why_and_stays() -> None:
    project = make.project()
    membership = project.memberships.get()
    client = signed_in(project.created_by)

    answer = client.post(f"/projects/{project.pk}/members/{membership.pk}/remove/", follow=True)

    assert "only manager" in answer.content.decode()
    assert project.memberships.count() == 1


def test_a_member_is_added_by_name_and_a_wrong_name_is_refused() -> None:
    project = make.project()
    make.user("alice")
    client = signed_in(project.created_by)

    wrong = client.post(f"/projects/{project.pk}/members/", {"username": "nobody", "role": "annotator"})
    right = client.post(f"/projects/{project.pk}/members/", {"username": "alice", "role": "annotator"})

    assert (wrong.status_code, right.status_code) == (422, 302)
    assert project.memberships.get(user__username="alice").role == Role.ANNOTATOR


def test_the_first_corrected_ticket_finishes_the_step() -> None:
    project = make.project()
    make.document(project)
    client = signed_in(project.created_by)

    def is_annotated() -> bool:
        steps = client.get(f"/projects/{project.pk}/").context["steps"]
        return bool({step.name: step.is_done for step in steps}["annotate"])

    before = is_annotated()
    (assignment,) = lend(project=project, user=project.created_by, count=1)
    assignment.state = "done"
    assignment.save()

    assert (before, is_annotated()) == (False, True)

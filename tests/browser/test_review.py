"""Reviewing by keyboard alone: 200 documents, every decision kept exactly, and nobody's own work among them."""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation.annotations.models import Annotation, Gold, Status
from annotation.people.models import User
from annotation.projects.models import Project, Role
from annotation.reviews.models import Review
from tests import make
from tests.browser.desk_windows import OpenDesk, desk_windows
from tests.browser.review_rows import GIVEN, MODEL, MONEY, ORG, PERSON, VERSION, answered, waiting

# Playwright keeps an event loop in this thread, and Django would refuse its database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Row = tuple[str, str, str, str, str, int | None]


@pytest.fixture
def project() -> Project:
    return make.project(review="all", production_version=VERSION)


@pytest.fixture
def rui(project: Project) -> User:
    return make.member(project, "rui", Role.REVIEWER)


@pytest.fixture
def alice(project: Project) -> User:
    return make.member(project, "alice")


@pytest.fixture
def open_review(live_server: LiveServer, chromium: Browser, project: Project, rui: User) -> Iterator[OpenDesk]:
    with desk_windows(live_server.url, chromium, project, rui, address="review/") as open_window:
        yield open_window


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def review_by_keyboard(page: Page, place: int) -> None:
    """What is done to the answers of each kind, see review_rows.GIVEN."""
    kind = place % 5
    if kind in (0, 1):
        press(page, "Enter")
    elif kind == 2:
        press(page, "d", "2", "Enter")  # the model's span that the person had removed
    elif kind == 3:
        press(page, "c", "Enter")  # the category: other
    else:
        press(page, "s")
        page.keyboard.type(f"Only the name, {place}")
        press(page, "Control+Enter")


def rows_for(kind: int) -> list[Row]:
    """(of, label set, kind, before, after, version) of every decision, by hand."""
    same: list[Row] = [
        ("person", "Sentiment", "accepted", "negative", "negative", VERSION),
        ("model", "Sentiment", "accepted", "negative", "negative", VERSION),
        ("person", "Entities", "accepted", "PERSON", "PERSON", VERSION),
        ("model", "Entities", "accepted", "PERSON", "PERSON", VERSION),
        ("model", "Entities", "accepted", "ORG", "ORG", VERSION),
    ]
    org: Row = ("person", "Entities", "accepted", "ORG", "ORG", VERSION)
    billing: list[Row] = [
        ("person", "Category", "accepted", "billing", "billing", VERSION),
        ("model", "Category", "accepted", "billing", "billing", VERSION),
    ]
    if kind == 0:
        return [*same, org, *billing]
    if kind == 1:
        return [
            *same,
            org,
            ("person", "Category", "accepted", "delivery", "delivery", None),
            ("model", "Category", "relabeled", "billing", "delivery", VERSION),
        ]
    if kind == 2:
        return [*same, ("person", "Entities", "added", "", "ORG", VERSION), *billing]
    return [
        *same,
        org,
        ("person", "Category", "relabeled", "billing", "other", VERSION),
        ("model", "Category", "relabeled", "billing", "other", VERSION),
        ("person", "Entities", "accepted", "MONEY", "MONEY", None),
        ("model", "Entities", "added", "", "MONEY", None),
    ]


def decisions(person: User, project: Project) -> list[dict[str, Any]]:
    client, found = make.client(person), []
    url: str | None = f"/api/v1/projects/{project.pk}/decisions/?limit=500"
    while url:
        page = client.get(url).json()
        found += page["results"]
        url = page["next"]
    return found


@pytest.mark.slow
def test_200_documents_are_reviewed_by_keyboard_and_every_decision_is_kept_exactly(
    project: Project, rui: User, alice: User, open_review: OpenDesk
) -> None:
    given = waiting(project, alice, 200)
    own = answered(project, rui, 200)
    page = open_review()
    expect(page.locator("#desk-waiting")).to_have_text("200 waiting")

    for place in range(200):
        expect(page.locator("#desk-title")).to_have_text(f"d{place}", timeout=20_000)
        review_by_keyboard(page, place)
    expect(page.locator("#desk-nothing")).to_be_visible(timeout=20_000)
    expect(page.locator("#desk-unsaved")).to_be_hidden(timeout=20_000)

    verdicts = Counter(Review.objects.values_list("verdict", flat=True))
    assert verdicts == {"accept": 80, "correct": 80, "send_back": 40}
    found = decisions(rui, project)
    for place, annotation in enumerate(given):
        kept = [
            (row["of"], row["label_set"], row["kind"], row["before"], row["after"], row["version"])
            for row in found
            if row["document"] == annotation.document_id
        ]
        expected = [] if place % 5 == 4 else rows_for(place % 5)
        assert Counter(kept) == Counter(expected), place
    golds = dict(Gold.objects.values_list("document", "answer"))
    results = (GIVEN[0], GIVEN[1], MODEL, GIVEN[3] | {"Category": "other"})
    assert golds == {row.document_id: results[place % 5] for place, row in enumerate(given) if place % 5 < 4}
    back = Annotation.objects.filter(status=Status.DRAFT).order_by("pk")
    assert [row.sent_back["text"] for row in back if row.sent_back] == [
        f"Only the name, {place}" for place in range(4, 200, 5)
    ]
    assert {row["reviewer"] for row in found} == {rui.pk}
    assert sum(row["seconds"] for row in found) > 0
    refused = make.client(rui).post(f"/api/v1/annotations/{own.pk}/review/", {"verdict": "accept"}, format="json")
    assert refused.status_code == 403
    assert not Review.objects.filter(annotation=own).exists()


def test_a_decision_is_taken_back_by_key_and_decided_anew(project: Project, alice: User, open_review: OpenDesk) -> None:
    first, second = waiting(project, alice, 2)
    page = open_review()
    expect(page.locator("#desk-title")).to_have_text("d0")

    press(page, "Enter")
    expect(page.locator("#desk-title")).to_have_text("d1")
    expect(page.locator("#desk-unsaved")).to_be_hidden()
    press(page, "u")
    expect(page.locator("#desk-title")).to_have_text("d0")
    assert not Gold.objects.exists()
    press(page, "x", "u", "x", "Enter")
    expect(page.locator("#desk-title")).to_have_text("d1")
    expect(page.locator("#desk-unsaved")).to_be_hidden()

    assert Gold.objects.get().answer == MODEL | {"Category": "delivery"}
    assert [row.verdict for row in Review.objects.order_by("pk")] == ["accept", "correct"]
    assert first.pk != second.pk


def test_differences_are_named_and_one_side_is_taken_everywhere(
    project: Project, alice: User, open_review: OpenDesk
) -> None:
    [*_, moved] = waiting(project, alice, 5)
    page = open_review(query="?reason=all")
    press(page, *["Shift+N"] * 4)
    expect(page.locator("#desk-title")).to_have_text("d4")

    expect(page.locator(".difference-tag")).to_have_text("moved")
    expect(page.locator(".difference-quote")).to_have_text("Alice of")
    expect(page.locator("#desk-decide")).to_have_text("Accept and next")
    press(page, "d", "Shift+2")
    expect(page.locator("#desk-decide")).to_have_text("Correct and next")
    press(page, "Enter")
    expect(page.locator("#desk-unsaved")).to_be_hidden()

    assert Gold.objects.get(pk=moved.document_id).answer == MODEL


def test_a_blind_review_begins_with_an_answer_of_ones_own(live_server: LiveServer, chromium: Browser) -> None:
    project = make.project(review="all", review_blind_share=1.0, production_version=VERSION)
    alice, rui = make.member(project, "alice"), make.member(project, "rui", Role.REVIEWER)
    answered(project, alice, 1)
    with desk_windows(live_server.url, chromium, project, rui, address="review/") as open_window:
        page = open_window()
        expect(page.locator("#desk-blind")).to_be_visible()
        expect(page.locator("#desk-differences")).to_be_hidden()
        assert page.locator(".opt :checked").count() == 0
        press(page, "z", "q", "Enter")

        expect(page.locator("#desk-verdict")).to_contain_text("Your answer differs")
        press(page, "Enter")
        expect(page.locator("#desk-nothing")).to_be_visible()
        expect(page.locator("#desk-unsaved")).to_be_hidden()

    made = Review.objects.get()
    assert (made.verdict, made.first_answer) == (
        "accept",
        {"Category": "billing", "Sentiment": "negative", "Entities": []},
    )


def test_people_who_differ_are_settled_side_by_side(live_server: LiveServer, chromium: Browser) -> None:
    project = make.project(overlap=2, production_version=VERSION)
    alice, bob, rui = (
        make.member(project, name, role)
        for name, role in (("alice", Role.ANNOTATOR), ("bob", Role.ANNOTATOR), ("rui", Role.REVIEWER))
    )
    document = make.document(project, "Alice of Contoso paid 12 EUR", external_id="d0")
    make.prediction(document, MODEL, version=VERSION)
    for person, answer in (
        (alice, MODEL | {"Entities": [PERSON, MONEY]}),
        (bob, MODEL | {"Category": "other", "Entities": [PERSON, ORG]}),
    ):
        body = {"answer": answer, "status": "submitted"}
        make.client(person).put(f"/api/v1/documents/{document.pk}/annotation/", body, format="json")
    with desk_windows(live_server.url, chromium, project, rui, address="review/") as open_window:
        page = open_window()
        expect(page.locator(".difference")).to_have_count(3)
        press(page, "Enter")
        expect(page.locator("#desk-toast")).to_contain_text("needs an answer first")
        press(page, "Escape", "d", "2", "d", "1", "d", "1", "Enter")
        expect(page.locator("#desk-nothing")).to_be_visible()
        expect(page.locator("#desk-unsaved")).to_be_hidden()

    gold = Gold.objects.get()
    assert gold.source == "adjudication"
    assert gold.answer["Category"] == "other"

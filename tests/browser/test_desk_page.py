"""The annotation screen as a person uses it, on the real pages, API and database."""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation.annotations.models import Annotation, Status
from annotation.documents.models import Document
from annotation.people.models import User
from annotation.projects.models import Project
from tests import make
from tests.browser.axe import axe_violations
from tests.browser.desk_windows import OpenDesk, desk_windows

# Playwright keeps an event loop in this thread, and Django would refuse its database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ENGLISH = "Alice of Contoso paid €149.90 twice"
CHINESE = "我是张伟，在𠮷野家😀付了6999元。"


@pytest.fixture
def project() -> Project:
    return make.project(production_version=7)


@pytest.fixture
def alice(project: Project) -> User:
    return make.member(project, "alice")


def predicted(project: Project, text: str = ENGLISH, category: str | None = "billing", **fields: Any) -> Document:
    document = make.document(project, text, **fields)
    if category is not None:
        answer = {
            "Category": category,
            "Sentiment": "negative",
            "Entities": [{"start": 0, "end": 5, "label": "PERSON"}],
        }
        confidence = {"Category": {category: 0.6}, "Sentiment": {"negative": 0.9}, "Entities": [0.8]}
        make.prediction(document, answer, version=7, confidence=confidence)
    return document


@pytest.fixture
def open_desk(live_server: LiveServer, chromium: Browser, project: Project, alice: User) -> Iterator[OpenDesk]:
    with desk_windows(live_server.url, chromium, project, alice) as open_window:
        yield open_window


def saved(page: Page) -> None:
    expect(page.locator("#desk-saved")).to_have_text("Saved")


def test_enter_accepts_the_prediction_and_shows_the_next_document(open_desk: OpenDesk, project: Project) -> None:
    first = predicted(project, external_id="first", priority=2)
    predicted(project, "Where is Bob?", external_id="second", priority=1)
    page = open_desk()

    page.keyboard.press("Enter")

    expect(page.locator("#desk-title")).to_have_text("second")
    saved(page)
    annotation = Annotation.objects.get(document=first)
    assert annotation.status == Status.SUBMITTED
    assert annotation.answer["Category"] == "billing"
    assert annotation.answer["Entities"] == [{"start": 0, "end": 5, "label": "PERSON"}]
    assert annotation.prediction_id is not None


def test_a_span_made_by_keys_is_saved_in_code_points(open_desk: OpenDesk, project: Project) -> None:
    document = predicted(project, CHINESE, category=None)
    page = open_desk()
    place = CHINESE.index("6999")
    label = page.locator(".lab", has_text="MONEY")

    page.locator(".sa-text").focus()
    page.keyboard.press("g")
    page.keyboard.press("Home")
    for _ in range(place):
        page.keyboard.press("ArrowRight")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press(label.get_attribute("aria-keyshortcuts") or "")
    page.locator(".opt", has_text="billing").click()
    page.locator(".opt", has_text="neutral").click()
    page.keyboard.press("Enter")

    saved(page)
    spans = Annotation.objects.get(document=document).answer["Entities"]
    assert [(CHINESE[span["start"] : span["end"]], span["label"]) for span in spans] == [("6999元", "MONEY")]


def test_a_missing_required_choice_is_asked_for_and_nothing_is_sent(open_desk: OpenDesk, project: Project) -> None:
    predicted(project, category=None)
    page = open_desk()

    page.keyboard.press("Enter")

    expect(page.locator("#desk-toast")).to_contain_text("Category")
    expect(page.locator("[data-set=Category] input").first).to_be_focused()
    assert not Annotation.objects.exists()


def test_undo_takes_the_last_document_back_and_it_can_be_sent_again(open_desk: OpenDesk, project: Project) -> None:
    first = predicted(project, external_id="first", priority=2)
    predicted(project, "Where is Bob?", external_id="second", priority=1)
    page = open_desk()
    page.keyboard.press("Enter")
    expect(page.locator("#desk-title")).to_have_text("second")
    saved(page)

    page.keyboard.press("u")
    expect(page.locator("#desk-title")).to_have_text("first")
    page.locator(".opt", has_text="delivery").click()
    with page.expect_response(re.compile(r"/annotation/$")):
        page.keyboard.press("Enter")

    expect(page.locator("#desk-title")).to_have_text("second")
    saved(page)
    assert Annotation.objects.get(document=first).answer["Category"] == "delivery"


def test_what_is_answered_without_a_network_is_sent_later(open_desk: OpenDesk, project: Project) -> None:
    documents = [predicted(project, f"Alice asks {number}", priority=-number) for number in range(3)]
    page = open_desk()
    expect(page.locator("#desk-next-list li")).to_have_count(2)

    page.context.set_offline(True)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("#desk-saved")).to_have_text("Offline, 2 waiting")
    assert not Annotation.objects.exists()
    page.context.set_offline(False)

    saved(page)
    assert set(Annotation.objects.values_list("document_id", flat=True)) == {row.pk for row in documents[:2]}


def test_an_edit_is_saved_as_a_draft_and_is_there_after_a_reload(open_desk: OpenDesk, project: Project) -> None:
    document = predicted(project)
    page = open_desk()

    page.locator(".opt", has_text="other").click()
    expect(page.locator("#desk-saved")).to_have_text("Draft saved")
    page.reload()

    expect(page.locator("[data-set=Category] input:checked")).to_have_value("other")
    assert Annotation.objects.get(document=document).status == Status.DRAFT


def test_a_span_stays_inside_its_part(open_desk: OpenDesk, project: Project) -> None:
    document = predicted(project, category=None, parts=[("customer", "Where is it"), ("agent", "On its way")])
    page = open_desk()
    expect(page.locator(".sa-part[data-role]")).to_have_count(2)

    page.locator(".sa-text").focus()
    page.keyboard.press("Home")
    for _ in range(6):
        page.keyboard.press("Shift+ArrowRight")
    page.locator(".lab", has_text="ORG").click()
    expect(page.locator("#desk-saved")).to_have_text("Draft saved")

    [span] = Annotation.objects.get(document=document).answer["Entities"]
    assert document.text[span["start"] : span["end"]] == "Where is it"


@pytest.mark.parametrize(("width", "theme"), [(1320, "light"), (1320, "dark"), (390, "light"), (320, "dark")])
def test_the_desk_has_no_accessibility_violation_and_no_sideways_scroll(
    open_desk: OpenDesk, project: Project, width: int, theme: str
) -> None:
    predicted(project)
    predicted(project, CHINESE)

    page = open_desk(viewport={"width": width, "height": 860}, color_scheme=theme)
    page.keyboard.press("n")

    violations = [
        (found["id"], [(node["target"], node["any"][0]["message"]) for node in found["nodes"] if node["any"]])
        for found in axe_violations(page)
    ]
    assert violations == []
    assert page.evaluate("() => document.documentElement.scrollWidth") == width

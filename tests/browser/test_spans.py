"""Spans by mouse, touch and keys on the real annotation screen; every answer is read back through the API."""

import os
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, FloatRect, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation.documents.models import Document
from annotation.people.models import User
from annotation.projects.models import Kind, Project
from tests import make
from tests.browser.axe import axe_violations

# Playwright keeps an event loop in this thread, and Django would refuse its database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "Alice of Contoso Ltd paid twice 😀 in 𠮷野家."
LABEL_SETS: list[dict[str, Any]] = [
    {"name": "Entities", "kind": Kind.SPAN, "labels": ["PERSON", "ORG"], "required": False},
    {"name": "Topics", "kind": Kind.SPAN, "labels": ["MONEY", "PLACE"], "required": False, "overlap": True},
]
OpenDesk = Callable[..., Page]


@pytest.fixture
def project() -> Project:
    return make.project(production_version=1, label_sets=LABEL_SETS)


@pytest.fixture
def alice(project: Project) -> User:
    return make.member(project, "alice")


@pytest.fixture
def document(project: Project) -> Document:
    return make.document(project, TEXT)


@pytest.fixture
def open_desk(live_server: LiveServer, chromium: Browser, project: Project, alice: User) -> Iterator[OpenDesk]:
    windows: list[BrowserContext] = []
    problems: list[str] = []

    def open_window(**options: Any) -> Page:
        client = Client()
        client.force_login(alice)
        context = chromium.new_context(base_url=live_server.url, viewport={"width": 1000, "height": 800}, **options)
        windows.append(context)
        name = django_settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"/projects/{project.pk}/annotate/")
        expect(page.locator("#desk-work")).to_be_visible()
        return page

    yield open_window
    for window in windows:
        window.pages[0].wait_for_load_state("networkidle")
        window.close()
    assert problems == []


def answered(page: Page, document: Document) -> set[tuple[str, str, str]]:
    """(label set, text, label) of each span in the answer, after it was accepted."""
    page.locator(".sa-text").focus()
    page.keyboard.press("Enter")
    url, until = f"/api/v1/projects/{document.project_id}/annotations/", time.monotonic() + 20
    while time.monotonic() < until:
        answers = page.evaluate("(url) => fetch(url).then((got) => got.json())", url)["results"]
        if answers and answers[0]["status"] == "submitted":
            return {
                (name, TEXT[span["start"] : span["end"]], span["label"])
                for name, spans in answers[0]["answer"].items()
                for span in spans
            }
        page.wait_for_timeout(50)
    raise AssertionError("nothing was submitted")


def box_of(page: Page, words: str) -> FloatRect:
    """Where these words stand on the page."""
    box: FloatRect = page.evaluate(
        """(words) => {
            const node = document.querySelector(".sa-part").firstChild;
            const range = document.createRange();
            range.setStart(node, node.data.indexOf(words));
            range.setEnd(node, node.data.indexOf(words) + words.length);
            const { x, y, width, height } = range.getBoundingClientRect();
            return { x, y, width, height };
        }""",
        words,
    )
    return box


def middle_of(box: FloatRect) -> tuple[float, float]:
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end)
    page.mouse.up()


def mark(page: Page, words: str, label: str) -> None:
    """Drag over the words with the mouse and press a label's button."""
    box = box_of(page, words)
    y = box["y"] + box["height"] / 2
    drag(page, (box["x"] + 1, y), (box["x"] + box["width"] - 1, y))
    page.locator(".lab", has_text=label).click()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def handle(page: Page, edge: str) -> tuple[float, float]:
    """The middle of the dot, not of its larger target."""
    box = page.locator(f".sa-handle[data-edge={edge}]").bounding_box()
    assert box is not None
    return box["x"] + (24 if edge == "start" else 8), box["y"] + 8


def test_mouse_creates_resizes_relabels_splits_and_removes(open_desk: OpenDesk, document: Document) -> None:
    page = open_desk()

    mark(page, "Alice", "PERSON")
    mark(page, "Contoso", "PERSON")
    x, y = handle(page, "end")
    longer = box_of(page, "Ltd")
    drag(page, (x, y), (longer["x"] + longer["width"] - 2, y))
    page.locator(".sa-relabel").select_option(label="ORG")
    mark(page, "paid twice", "ORG")
    page.mouse.click(*middle_of(box_of(page, " twice")))
    page.mouse.click(box_of(page, "twice")["x"] + 2, middle_of(box_of(page, "twice"))[1])
    page.locator(".sa-tools [data-command=split_span]").click()
    page.mouse.click(*middle_of(box_of(page, "Alice")))
    page.locator(".sa-tools [data-command=remove_span]").click()

    found = answered(page, document)
    assert found == {("Entities", "Contoso Ltd", "ORG"), ("Entities", "paid", "ORG"), ("Entities", "twice", "ORG")}


def test_touch_selects_creates_resizes_and_removes(open_desk: OpenDesk, document: Document) -> None:
    page = open_desk(has_touch=True)
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    page.touchscreen.tap(*middle_of(box_of(page, "Alice")))
    page.locator(".lab", has_text="PERSON").tap()
    page.touchscreen.tap(*middle_of(box_of(page, "Contoso")))
    page.locator(".lab", has_text="ORG").tap()
    x, y = handle(page, "end")
    longer = box_of(page, "Ltd")
    send("touchStart", (x, y))
    send("touchMove", (x + 10, y))
    send("touchMove", (longer["x"] + longer["width"] - 2, y))
    send("touchEnd")
    page.touchscreen.tap(*middle_of(box_of(page, "Alice")))
    page.locator(".sa-tools [data-command=remove_span]").tap()

    assert answered(page, document) == {("Entities", "Contoso Ltd", "ORG")}


def test_a_native_touch_selection_becomes_a_span(open_desk: OpenDesk, document: Document) -> None:
    """Long-pressing selects a word natively; the browser's own handles widen it."""
    page = open_desk(has_touch=True)
    touch = page.context.new_cdp_session(page)
    x, y = middle_of(box_of(page, "Contoso"))

    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    page.wait_for_timeout(900)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.evaluate("""() => {
        const node = document.querySelector(".sa-part").firstChild;
        getSelection().setBaseAndExtent(node, node.data.indexOf("Contoso"), node, node.data.indexOf(" paid"));
    }""")
    page.wait_for_timeout(100)
    page.locator(".lab", has_text="ORG").tap()

    assert answered(page, document) == {("Entities", "Contoso Ltd", "ORG")}


def test_keys_create_move_resize_split_join_and_relabel(open_desk: OpenDesk, document: Document) -> None:
    page = open_desk()
    page.locator(".sa-text").focus()

    press(page, "Home", "1")  # Alice
    press(page, "ArrowRight", "ArrowRight", "Shift+ArrowRight", "2")  # Contoso Ltd
    press(page, "ArrowLeft", "ArrowRight", "\\")  # at its second word
    press(page, "]", "[", "1")  # Ltd, and relabeled
    press(page, "p", "p", ">")  # Alice, a word on
    found = answered(page, document)

    assert found == {("Entities", "of", "PERSON"), ("Entities", "Contoso", "ORG"), ("Entities", "Ltd", "PERSON")}


def test_two_spans_of_one_label_are_joined(open_desk: OpenDesk, document: Document) -> None:
    page = open_desk()
    page.locator(".sa-text").focus()

    press(page, "Home", "1", "ArrowRight", "ArrowRight", "1", "+")

    assert answered(page, document) == {("Entities", "Alice of Contoso", "PERSON")}


def test_a_second_label_is_added_only_where_spans_may_overlap(open_desk: OpenDesk, document: Document) -> None:
    page = open_desk()
    page.locator(".sa-text").focus()

    press(page, "Home", "1", "2")  # no overlap: relabeled
    press(page, "3", "4")  # another set: beside it, then relabeled
    press(page, "Shift+Digit3")  # added
    found = answered(page, document)

    assert found == {("Entities", "Alice", "ORG"), ("Topics", "Alice", "PLACE"), ("Topics", "Alice", "MONEY")}


def test_clicks_at_one_place_go_through_the_spans_stacked_there(open_desk: OpenDesk, document: Document) -> None:
    page = open_desk()
    page.locator(".sa-text").focus()
    press(page, "Home", "Shift+ArrowRight", "Shift+ArrowRight", "3")
    mark(page, "Contoso", "PLACE")
    active = page.locator(".sa-chip.on")

    place = middle_of(box_of(page, "Contoso"))
    page.keyboard.press("End")
    seen = []
    for _ in range(3):
        page.mouse.click(*place)
        seen.append(active.get_attribute("aria-label"))

    assert seen == ["PLACE: Contoso", "MONEY: Alice of Contoso", "PLACE: Contoso"]


def test_a_resized_span_stops_at_a_neighbor_that_a_person_confirmed(open_desk: OpenDesk, document: Document) -> None:
    page = open_desk()
    page.locator(".sa-text").focus()
    press(page, "Home", "1", "ArrowRight", "2")  # Alice, of
    press(page, "p", *["]"] * 4)

    found = answered(page, document)
    assert found == {("Entities", "Alice", "PERSON"), ("Entities", "of", "ORG")}


@pytest.mark.parametrize("options", [{"color_scheme": "dark"}, {"forced_colors": "active"}, {"has_touch": True}])
def test_handles_and_bar_of_a_span_break_no_rule_and_move_no_text(
    open_desk: OpenDesk, document: Document, options: dict[str, Any]
) -> None:
    page = open_desk(**options)
    before = box_of(page, "paid twice")

    page.mouse.click(*middle_of(box_of(page, "Contoso")))
    page.locator(".lab", has_text="ORG").click()
    expect(page.locator(".sa-tools")).to_be_visible()
    expect(page.locator(".sa-handle").first).to_have_attribute("aria-label", re.compile("ORG: Contoso"))

    assert box_of(page, "paid twice") == before
    assert [found["id"] for found in axe_violations(page)] == []
    for edge in ("start", "end"):
        box = page.locator(f".sa-handle[data-edge={edge}]").bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 32

"""Keys, palette, undo across documents, many labels and find in the text, on the real site."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import People, Site

pytestmark = pytest.mark.browser

CATEGORY = {"name": "Category", "kind": "choice", "labels": ["billing", "delivery", "fault", "account"]}
ENTITIES = {"name": "Entities", "kind": "span", "required": False, "labels": ["PERSON", "ORG"]}
INTENTS = {"name": "Intent", "kind": "choice", "labels": [f"intent_{number:02}" for number in range(77)]}
Desk = Callable[..., Page]


@pytest.fixture
def alice(site: Site) -> Iterator[httpx.Client]:
    """Her keys are as they came."""
    with site.api("alice") as client:
        nothing = {"keys": None, "single_keys": None, "favorites": None}
        client.patch("account/preferences/", json=nothing).raise_for_status()
        yield client


@pytest.fixture
def open_desk(site: Site, people: People, alice: httpx.Client) -> Desk:
    def desk(label_sets: list[dict[str, Any]], *texts: str) -> Page:
        with site.api("mia") as mia:
            body = {"name": "Keys", "label_sets": label_sets, "settings": {"train_after": 0, "random_share": 0}}
            project = mia.post("projects/", json=body).raise_for_status().json()["id"]
            member = {"username": "alice", "role": "annotator"}
            mia.post(f"projects/{project}/members/", json=member).raise_for_status()
            rows = [{"id": f"text-{place}", "text": text} for place, text in enumerate(texts)]
            content = "\n".join(json.dumps(row) for row in rows).encode()
            header = {"Content-Type": "application/x-ndjson"}
            mia.post(f"projects/{project}/documents/", content=content, headers=header).raise_for_status()
        page = people.window("alice")
        page.goto(f"/projects/{project}/annotate/")
        expect(page.locator("#desk-work")).to_be_visible()
        return page

    return desk


def chosen(page: Page, label_set: str) -> Locator:
    return page.locator(f'[data-set="{label_set}"] input:checked')


def title(page: Page) -> Locator:
    return page.locator("#desk-title")


def key_row(page: Page, name: str) -> Locator:
    return page.locator(f'#desk-help [data-owner="{name}"]')


def change_key(page: Page, name: str, key: str) -> None:
    """Open the list of keys and give a command another one."""
    page.keyboard.press("?")
    page.get_by_role("button", name="Change keys").click()
    key_row(page, name).locator("[data-do=press]").click()
    page.keyboard.press(key)


def test_undo_and_redo_go_across_documents(open_desk: Desk) -> None:
    page = open_desk([CATEGORY], "first text", "second text")
    first = title(page).inner_text()
    page.keyboard.press("q")
    page.keyboard.press("w")
    page.keyboard.press("Enter")
    expect(title(page)).not_to_have_text(first)
    page.keyboard.press("e")

    page.keyboard.press("u")
    expect(chosen(page, "Category")).to_have_count(0)
    page.keyboard.press("u")
    expect(title(page)).to_have_text(first)
    page.keyboard.press("u")
    expect(chosen(page, "Category")).to_have_value("billing")

    page.keyboard.press("Shift+U")
    expect(chosen(page, "Category")).to_have_value("delivery")
    page.keyboard.press("Control+Shift+Z")
    expect(title(page)).not_to_have_text(first)
    page.keyboard.press("Control+y")
    expect(chosen(page, "Category")).to_have_value("fault")
    expect(page.locator("#desk-saved")).to_have_text("Draft saved")


def test_an_edit_can_be_undone_after_a_reload(open_desk: Desk) -> None:
    page = open_desk([CATEGORY], "first text")
    page.keyboard.press("q")
    page.keyboard.press("w")
    expect(page.locator("#desk-saved")).to_have_text("Draft saved")
    page.reload()
    expect(chosen(page, "Category")).to_have_value("delivery")

    page.keyboard.press("u")

    expect(chosen(page, "Category")).to_have_value("billing")


def test_a_key_is_swapped_with_the_one_that_had_it_and_stays_so(open_desk: Desk, alice: httpx.Client) -> None:
    page = open_desk([CATEGORY], "first text", "second text")
    before = title(page).inner_text()

    change_key(page, "skip", "f")
    expect(page.locator(".key-conflict")).to_contain_text("F is the key of")
    with page.expect_response(lambda answer: "preferences" in answer.url):
        page.locator(".key-conflict [data-do=swap]").press("Enter")
    page.keyboard.press("Escape")

    expect(page.locator("[data-command=skip] kbd")).to_have_text("F")
    assert alice.get("account/preferences/").json()["keys"] == {"skip": ["f"], "flag": ["s"]}
    page.reload()
    expect(page.locator("[data-command=skip]")).to_have_attribute("aria-keyshortcuts", "F")
    expect(title(page)).to_have_text(before)
    page.keyboard.press("f")
    expect(title(page)).not_to_have_text(before)


def test_a_label_whose_key_a_command_takes_gets_another_one(open_desk: Desk) -> None:
    page = open_desk([CATEGORY], "first text")
    billing = page.locator('[data-set="Category"] [data-label="billing"] kbd')
    expect(billing).to_have_text("Q")

    change_key(page, "back", "q")
    page.locator(".key-conflict [data-do=swap]").click()
    page.keyboard.press("Escape")

    expect(billing).to_have_text("B")
    page.keyboard.press("b")
    expect(chosen(page, "Category")).to_have_value("billing")


def test_the_first_keys_come_back(open_desk: Desk, alice: httpx.Client) -> None:
    page = open_desk([CATEGORY], "first text")
    change_key(page, "skip", "Shift+S")
    expect(key_row(page, "skip").locator("[data-do=press]")).to_have_text("ShiftS")

    with page.expect_response(lambda answer: "preferences" in answer.url and answer.request.post_data == '{"keys":{}}'):
        page.get_by_role("button", name="Reset all keys").click()

    expect(page.locator("[data-command=skip] kbd")).to_have_text("S")
    assert alice.get("account/preferences/").json()["keys"] == {}


def test_keys_of_one_letter_can_be_switched_off(open_desk: Desk) -> None:
    page = open_desk([CATEGORY], "first text", "second text")
    before = title(page).inner_text()
    page.keyboard.press("?")
    page.locator("[data-single-keys]").uncheck()
    page.keyboard.press("Escape")

    page.keyboard.press("q")
    page.keyboard.press("s")
    page.keyboard.press("Enter")

    expect(chosen(page, "Category")).to_have_count(0)
    expect(title(page)).to_have_text(before)
    page.locator('[data-set="Category"] input').first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    expect(title(page)).not_to_have_text(before)


def test_the_palette_does_what_is_typed_and_remembers_it(open_desk: Desk) -> None:
    page = open_desk([CATEGORY, ENTITIES], "first text", "second text")
    box = page.locator("#desk-palette [role=combobox]")

    page.keyboard.press("Control+k")
    page.keyboard.insert_text("deliv")
    expect(page.locator("#desk-palette [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(chosen(page, "Category")).to_have_value("delivery")

    page.keyboard.press("Control+k")
    options = page.locator("#desk-palette [role=option]")
    expect(options.first).to_contain_text("delivery")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "desk-palette-list-1")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    waiting = page.locator("#desk-next-list li span").first.text_content() or ""
    page.keyboard.insert_text(waiting)
    page.keyboard.press("Enter")
    expect(title(page)).to_have_text(waiting)


def test_a_label_among_77_is_found_by_its_letters_and_comes_to_the_top(open_desk: Desk) -> None:
    page = open_desk([INTENTS], *[f"text {number}" for number in range(4)])

    for _ in range(2):
        before = title(page).inner_text()
        page.keyboard.press("/")
        page.keyboard.insert_text("_63")
        page.keyboard.press("Enter")
        expect(chosen(page, "Intent")).to_have_value("intent_63")
        page.keyboard.press("Enter")
        expect(title(page)).not_to_have_text(before)

    top = page.locator('[data-set="Intent"] [data-label]').first
    expect(top).to_have_attribute("data-label", "intent_63")
    expect(top.locator("kbd")).to_have_text("Q")
    page.keyboard.press("q")
    expect(chosen(page, "Intent")).to_have_value("intent_63")
    page.keyboard.press("/")
    page.keyboard.insert_text("nothing")
    expect(page.locator("[data-none]:visible")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".sa-text")).to_be_focused()


def test_every_match_is_labeled_at_once_and_taken_back_at_once(open_desk: Desk) -> None:
    page = open_desk([ENTITIES], "😀 Acme 𠮷野家 and ACME, then acme 👨‍👩‍👧 again")

    page.keyboard.press("'")
    page.keyboard.insert_text("acme")
    expect(page.locator("desk-find [data-count]")).to_have_text("1 of 3")
    page.locator("desk-find [data-do=label]").focus()
    page.keyboard.press("Enter")
    page.keyboard.insert_text("org")
    with page.expect_response(lambda answer: answer.url.endswith("/annotation/")) as saved:
        page.keyboard.press("Enter")

    spans = json.loads(saved.value.request.post_data or "")["answer"]["Entities"]
    assert [(found["start"], found["end"], found["label"]) for found in spans] == [
        (2, 6, "ORG"),
        (15, 19, "ORG"),
        (26, 30, "ORG"),
    ]
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    expect(page.locator("#desk-span-count")).to_have_text("0")


def test_a_match_is_where_the_cursor_goes_and_a_label_key_labels_it(open_desk: Desk) -> None:
    page = open_desk([ENTITIES], "😀 𠮷野家 sells to Alice")

    page.keyboard.press("F3")
    page.keyboard.insert_text("alice")
    page.keyboard.press("Enter")
    page.keyboard.press("1")

    expect(page.locator("#desk-spans b")).to_have_text("Alice")


def test_keys_of_an_unfinished_word_are_left_to_the_input_method(open_desk: Desk) -> None:
    page = open_desk([CATEGORY], "first text")
    composing = """(key) => document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", { key, isComposing: true, bubbles: true, cancelable: true }))"""

    assert [page.evaluate(composing, key) for key in ("q", "Enter", "s")] == [True, True, True]

    expect(chosen(page, "Category")).to_have_count(0)
    expect(page.locator("#desk-toast")).to_be_hidden()
    assert page.evaluate(composing.replace("isComposing: true", "keyCode: 229"), "q") is True


def test_a_text_answer_is_written_with_an_input_method(open_desk: Desk) -> None:
    page = open_desk([{"name": "Reply", "kind": "text", "labels": []}], "first text", "second text")
    before = title(page).inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("[data-set=Reply] [data-missing]")).to_be_visible()
    session = page.context.new_cdp_session(page)

    session.send("Input.imeSetComposition", {"text": "nihao", "selectionStart": 5, "selectionEnd": 5})
    session.send("Input.insertText", {"text": "你好😀"})
    with page.expect_response(lambda answer: answer.url.endswith("/annotation/")) as saved:
        page.keyboard.press("Control+Enter")

    assert json.loads(saved.value.request.post_data or "")["answer"] == {"Reply": "你好😀"}
    expect(title(page)).not_to_have_text(before)


def test_none_of_these_answers_a_required_set_of_several(open_desk: Desk) -> None:
    page = open_desk([{"name": "Topics", "kind": "choices", "labels": ["a", "b"]}], "first text")
    page.keyboard.press("Enter")
    expect(page.locator("[data-set=Topics] [data-missing]")).to_be_visible()

    page.locator("[data-none-of-these]").check()
    with page.expect_response(lambda answer: answer.url.endswith("/annotation/")) as saved:
        page.keyboard.press("Enter")

    assert (saved.value.status, json.loads(saved.value.request.post_data or "")["answer"]) == (200, {"Topics": []})

"""Bulk mode and near-duplicates, as people use them: by keyboard, and checked against the API."""

import threading
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import People, Site

pytestmark = pytest.mark.browser

LABEL_SETS = [
    {"name": "Category", "kind": "choice", "labels": [{"name": name} for name in ("billing", "delivery", "other")]},
    {"name": "Sentiment", "kind": "choice", "labels": [{"name": name} for name in ("negative", "neutral")]},
    {"name": "Entities", "kind": "span", "required": False, "labels": [{"name": "MONEY"}]},
]
REST = {"Sentiment": "negative", "Entities": []}
SUBJECTS = (
    "My invoice of March is wrong",
    "Where is my parcel",
    "我的发票金额不对，请尽快更正",
    "包裹三天没有更新物流了",
)


def make_project(mia: httpx.Client, name: str, rows: list[dict[str, Any]]) -> int:
    body = {"name": name, "label_sets": LABEL_SETS, "settings": {"train_after": 0}}
    project = int(mia.post("projects/", json=body).raise_for_status().json()["id"])
    for person in ("alice", "bob"):
        mia.post(f"projects/{project}/members/", json={"username": person, "role": "annotator"}).raise_for_status()
    mia.post(f"projects/{project}/documents/", json=rows).raise_for_status()
    return project


def predicted_rows(number: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"t{place}",
            "text": f"{SUBJECTS[place % 4]} {place * 7919}",
            "prediction": {"answer": {"Category": ("billing", "delivery")[place % 2], **REST}, "version": "old model"},
        }
        for place in range(number)
    ]


def golds(api: httpx.Client, project: int) -> dict[str, Any]:
    lines = api.get(f"projects/{project}/export/", params={"which": "gold"}).raise_for_status().text.splitlines()
    rows = [httpx.Response(200, text=line).json() for line in lines if line]
    return {row["external_id"]: row["answer"] for row in rows}


def selected(page: Page) -> list[str]:
    return page.locator(".bulk-tile[aria-selected=true] .bulk-name").all_inner_texts()


def test_many_are_selected_labeled_and_taken_back_by_keyboard(site: Site, people: People) -> None:
    with site.api("mia") as mia:
        project = make_project(mia, "Bulk", predicted_rows(25))
        page = people.window("alice")
        page.goto(f"/projects/{project}/bulk/")
        expect(page.get_by_role("button", name="billing 13")).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".bulk-tile")).to_have_count(13)

        page.locator(".bulk-tile").first.focus()
        page.keyboard.press("Space")
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Shift+ArrowRight")
        assert selected(page) == ["t0", "t2", "t4"]
        page.keyboard.press("3")
        expect(page.locator(".bulk-tile")).to_have_count(10)
        expect(page.locator("#bulk-said")).to_have_text("3 labeled as other. U takes it back")

        assert golds(mia, project) == {key: {"Category": "other", **REST} for key in ("t0", "t2", "t4")}
        expect(page.get_by_role("button", name="billing 10")).to_be_visible()
        page.keyboard.press("Control+a")
        page.keyboard.press("1")
        expect(page.get_by_role("button", name="delivery 12")).to_have_attribute("aria-pressed", "true")
        assert len(golds(mia, project)) == 13
        page.keyboard.press("u")
        expect(page.locator("#bulk-said")).to_have_text("10 taken back")
        page.keyboard.press("u")
        expect(page.locator("#bulk-said")).to_have_text("3 taken back")

        assert golds(mia, project) == {}
        expect(page.get_by_role("button", name="billing 13")).to_be_visible()
        feed = mia.get(f"projects/{project}/labels/").json()["results"]
        assert sum(row["deleted"] for row in feed) == 13


def held_of(person: httpx.Client, project: int, wanted: set[str]) -> set[str]:
    """Lend documents to the person one by one until there is one of the wanted ones; which it is."""
    held: set[str] = set()
    while not held:
        person.post(f"projects/{project}/queue/next/", json={"count": 1}).raise_for_status()
        lent = person.get(f"projects/{project}/queue/").json()["assignments"]
        held = wanted & {assignment["document"]["external_id"] for assignment in lent}
    return held


def test_what_somebody_else_holds_is_told_at_its_tile(site: Site, people: People) -> None:
    with site.api("mia") as mia, site.api("bob") as bob:
        project = make_project(mia, "Bulk with two", predicted_rows(5))
        page = people.window("alice")
        page.goto(f"/projects/{project}/bulk/")
        expect(page.get_by_role("button", name="billing 3")).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".bulk-tile")).to_have_count(3)
        held = held_of(bob, project, {"t0", "t2", "t4"})

        page.locator(".bulk-tile").first.click()
        page.locator(".bulk-tile").last.click(modifiers=["Shift"])
        page.get_by_role("button", name="delivery", exact=False).last.click()

        expect(page.locator("[data-state=refused]")).to_have_count(1)
        expect(page.locator("[data-state=refused]")).to_contain_text("Somebody else has this document in hand.")
        assert golds(mia, project) == {name: {"Category": "delivery", **REST} for name in {"t0", "t2", "t4"} - held}


TICKET = (
    "I was charged $45 twice for my last order and nobody has answered my three e-mails about it. Please refund me."
)


def test_near_duplicates_are_labeled_once_and_taken_back_with_one_undo(site: Site, people: People) -> None:
    texts = {
        "first": TICKET,
        "equal": TICKET,
        "near": TICKET.replace("three", "four"),
        "other": "我的包裹三天没有更新物流了",
    }
    rows = [{"id": name, "text": text} for name, text in texts.items()]
    with site.api("mia") as mia:
        project = make_project(mia, "Twins", rows)
        wait_for_groups(mia, project)
        put_first(mia, project, "first")
        page = people.window("alice")
        page.goto(f"/projects/{project}/annotate/")
        expect(page.locator("#desk-title")).to_have_text("first")
        expect(page.locator("#desk-twins-title")).to_have_text("2 more like this")
        assert page.locator("#desk-twins li").first.locator("input").is_checked()
        page.get_by_role("checkbox", name="near").check()
        assert page.locator("#desk-twins del").all_inner_texts() == ["three"]
        assert page.locator("#desk-twins ins").all_inner_texts() == ["four"]

        page.locator(".opt", has_text="billing").click()
        page.locator(".opt", has_text="negative").click()
        page.locator("#desk-title").focus()
        page.keyboard.press("d")
        expect(page.locator("#desk-title")).to_have_text("other")
        expect(page.locator("#desk-toast")).to_contain_text("2 more got this answer")

        answer = {"Category": "billing", **REST}
        assert golds(mia, project) == dict.fromkeys(("first", "equal", "near"), answer)
        page.keyboard.press("u")
        expect(page.locator("#desk-title")).to_have_text("first")
        expect(page.locator("#desk-toast")).to_contain_text("This one and 2 more are taken back")
        assert golds(mia, project) == {"first": answer}
        expect(page.locator("#desk-twins-title")).to_have_text("2 more like this")


def put_first(api: httpx.Client, project: int, name: str) -> None:
    """Whatever the ranking says of so few documents."""
    [row] = api.get(f"projects/{project}/documents/", params={"external_id": name}).json()["results"]
    api.post(f"projects/{project}/documents/changes/", json={"action": "first", "ids": [row["id"]]}).raise_for_status()


def wait_for_groups(api: httpx.Client, project: int) -> None:
    """The worker compares new documents soon after the import."""
    first = api.get(f"projects/{project}/documents/").json()["results"][0]["id"]
    for _ in range(120):
        if api.get(f"documents/{first}/near-duplicates/").json()["results"]:
            return
        threading.Event().wait(0.5)
    raise AssertionError("the near-duplicates were not found within a minute")

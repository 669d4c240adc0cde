"""A small project on the real site, a person who answers on its desk, and what the site has of it afterwards."""

import contextlib
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
from playwright.sync_api import Error, Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Site

COLORS = ("red", "green", "blue")
LABEL_SETS = [
    {"name": "Color", "kind": "choice", "required": True, "labels": [{"name": name} for name in COLORS]},
    {"name": "Things", "kind": "span", "required": False, "labels": [{"name": "THING"}]},
    {"name": "Note", "kind": "text", "required": False, "labels": []},
]
PATIENCE_SECONDS = 60
SAVES = "**/api/v1/documents/*/annotation/"

Row = dict[str, Any]  # Any: JSON


@dataclass
class Work:
    """`expected`: the color of every document that was submitted on the desk, by its external id."""

    site: "Site"
    manager: httpx.Client
    alice: httpx.Client
    project: int
    expected: dict[str, str] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)

    def add(self, prefix: str, count: int) -> list[str]:
        """Import documents and lend them to Alice at once, so that they are in hand when the site goes away."""
        names = [f"{prefix}-{number:02d}" for number in range(count)]
        rows = [{"id": name, "text": f"Document {name} about a thing"} for name in names]
        body = "\n".join(json.dumps(row) for row in rows).encode()
        headers = {"Content-Type": "application/x-ndjson"}
        url = f"projects/{self.project}/documents/"
        self.manager.post(url, content=body, headers=headers).raise_for_status()
        # An open desk may have been lent some of them already.
        wait_until(lambda: set(names) <= self._lent(count))
        assert set(names) <= set(self.ids)
        return names

    def _lent(self, count: int) -> set[str]:
        queue = f"projects/{self.project}/queue/"
        self.alice.post(f"{queue}next/", json={"count": min(count, 50)}).raise_for_status()
        documents = [row["document"] for row in self.alice.get(queue).raise_for_status().json()["assignments"]]
        self.ids |= {document["external_id"]: document["id"] for document in documents}
        return {document["external_id"] for document in documents}

    def annotations(self) -> dict[str, Row]:
        """The site's annotation rows by external id. A document with two of one person fails here."""
        names = {number: name for name, number in self.ids.items()}
        rows = self._all(f"projects/{self.project}/annotations/?limit=500")
        found = {names[row["document"]]: row for row in rows}
        assert len(found) == len(rows)
        return found

    def _all(self, url: str) -> list[Row]:
        rows: list[Row] = []
        while url:
            page = self.manager.get(url).raise_for_status().json()
            rows += page["results"]
            url = page["next"] or ""
        return rows

    def gold_changes(self) -> dict[str, list[str]]:
        """The colors that each document's gold had, in order: more than one means that something was saved twice."""
        names = {number: name for name, number in self.ids.items()}
        rows = self.manager.get(f"projects/{self.project}/labels/?limit=500").raise_for_status().json()["results"]
        changes: dict[str, list[str]] = {}
        for row in rows:
            changes.setdefault(names[row["document"]], []).append(row["answer"]["Color"])
        return changes

    def check(self) -> None:
        """Every submitted answer is there, as it was given, exactly once."""
        wait_until(lambda: self._submitted() == self.expected)
        assert self._submitted() == self.expected
        assert self.gold_changes() == {name: [color] for name, color in self.expected.items()}

    def _submitted(self) -> dict[str, str]:
        rows = self.annotations().items()
        return {name: row["answer"]["Color"] for name, row in rows if row["status"] == "submitted"}


def new_work(site: "Site") -> Work:
    manager, alice = site.api("mia"), site.api("alice")
    settings = {"train_after": 0, "random_share": 0}
    body = {"name": "At risk", "label_sets": LABEL_SETS, "settings": settings}
    project = int(manager.post("projects/", json=body).raise_for_status().json()["id"])
    for name in ("alice", "bob"):
        manager.post(f"projects/{project}/members/", json={"username": name, "role": "annotator"}).raise_for_status()
    return Work(site, manager, alice, project)


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and not is_so():
        time.sleep(0.1)


def open_desk(page: Page, project: int) -> None:
    page.goto(f"/projects/{project}/annotate/")
    expect(page.locator("#desk-work, #desk-nothing").filter(visible=True)).to_be_visible()


def choose(page: Page, color: str) -> None:
    page.locator(f'[data-set="Color"] [data-label="{color}"]').click()


def title(page: Page) -> str:
    return page.locator("#desk-title").inner_text()


def submit(page: Page, work: Work, color: str) -> str:
    """Answer the document on the desk; returns its name when the next one, or the empty desk, is there."""
    name = title(page)
    choose(page, color)
    page.keyboard.press("Enter")
    page.locator("#desk-title").filter(has_not_text=name).or_(page.locator("#desk-nothing")).filter(
        visible=True
    ).wait_for()
    work.expected[name] = color
    return name


def all_saved(page: Page) -> None:
    expect(page.locator("#desk-saved")).to_have_text("Saved", timeout=PATIENCE_SECONDS * 1000)


def answer_all(page: Page, work: Work, names: list[str], chance: random.Random) -> None:
    for _ in names:
        submit(page, work, chance.choice(COLORS))


def crash(page: Page) -> None:
    """Kill the tab's process, as a lack of memory does: no event reaches the page."""
    with contextlib.suppress(Error):
        page.goto("chrome://crash", timeout=5000)
    page.close()

"""The whole way in two real windows: people annotate, a run goes by, and the new predictions arrive on their own."""

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from websockets.sync.client import connect

from tests.browser.conftest import People, Site

pytestmark = pytest.mark.browser

SAMPLE = Path(__file__).resolve().parents[2] / "annotation" / "projects" / "sample" / "tickets_en.jsonl"
GOLD, OPEN = 60, 12
RUN_SECONDS = 240


def ticket_project(mia: httpx.Client) -> int:
    """A project with some gold and some open tickets, and a first version in production."""
    settings = {"train_after": 0, "promote": "gate", "random_share": 0}
    made = mia.post("projects/", json={"name": "Loop", "template": "tickets", "settings": settings})
    project = int(made.raise_for_status().json()["id"])
    for name in ("alice", "bob"):
        mia.post(f"projects/{project}/members/", json={"username": name, "role": "annotator"}).raise_for_status()
    rows: list[dict[str, Any]] = [json.loads(line) for line in SAMPLE.read_text().splitlines()[: GOLD + OPEN]]
    for row in rows[GOLD:]:
        del row["answer"]
    body = "\n".join(json.dumps(row) for row in rows).encode()
    done = mia.post(f"projects/{project}/documents/", content=body, headers={"Content-Type": "application/x-ndjson"})
    assert done.status_code == 201, done.text
    return project


def finished(mia: httpx.Client, run: int) -> dict[str, Any]:
    until = time.monotonic() + RUN_SECONDS
    while time.monotonic() < until:
        state: dict[str, Any] = mia.get(f"runs/{run}/").raise_for_status().json()
        if state["state"] not in ("queued", "running"):
            return state
        time.sleep(0.5)
    raise AssertionError("the run did not end")


def prelabeled(mia: httpx.Client, project: int, version: int) -> None:
    until = time.monotonic() + RUN_SECONDS
    while time.monotonic() < until:
        lines = mia.get(f"projects/{project}/export/?which=predictions").text.splitlines()
        if len(lines) == GOLD + OPEN and all(json.loads(line)["version"] == version for line in lines):
            return
        time.sleep(0.5)
    raise AssertionError("not every document was prelabeled")


def open_desk(page: Page, project: int) -> None:
    page.goto(f"/projects/{project}/annotate/")
    expect(page.locator("#desk-work")).to_be_visible()


def test_a_new_version_reaches_an_untouched_card_and_leaves_a_persons_mark(site: Site, people: People) -> None:
    mia = site.api("mia")
    project = ticket_project(mia)
    first = finished(mia, mia.post(f"projects/{project}/runs/", json={}).raise_for_status().json()["id"])
    assert first["state"] == "succeeded", first
    prelabeled(mia, project, 1)

    alice, bob, manager = people.window("alice"), people.window("bob"), people.window("mia")
    open_desk(alice, project)
    open_desk(bob, project)
    expect(bob.locator("#desk-version")).to_contain_text("v1")
    title = alice.locator("#desk-title").inner_text()
    alice.keyboard.press("Enter")
    expect(alice.locator("#desk-title")).not_to_have_text(title)
    expect(alice.locator("#desk-saved")).to_have_text("Saved")

    sentiment = bob.locator('fieldset[data-set="Sentiment"]')
    mark = sentiment.locator("input:not(:checked)").first
    value = mark.get_attribute("value")
    sentiment.locator(f'label[data-label="{value}"]').click()

    live = f"ws://127.0.0.1:{int(site.environment['COLLABWEB_PORT']) + 1}/ws/projects/{project}/"
    with connect(live, additional_headers={"Authorization": mia.headers["Authorization"]}) as socket:
        manager.goto(f"/projects/{project}/models/")
        manager.get_by_role("button", name="Start a run").click()
        seen = set()
        until = time.monotonic() + RUN_SECONDS
        while time.monotonic() < until:
            event = json.loads(socket.recv(timeout=RUN_SECONDS))
            if event["type"] == "version.promoted":
                break
            if manager.locator("run-progress progress").count():
                seen.add(manager.locator("run-progress progress").first.get_attribute("value"))
        assert event["type"] == "version.promoted"

    expect(bob.locator("#desk-version")).to_contain_text("v2", timeout=2_000)
    assert len(seen) > 2, "the bar of the run did not move"
    expect(sentiment.locator("input:checked")).to_have_value(str(value))
    prelabeled(mia, project, 2)

"""Errors, lost replies and second tabs between a person's answer and the database: nothing lost, nothing twice."""

import random
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.answers_at_risk import (
    COLORS,
    SAVES,
    Work,
    all_saved,
    answer_all,
    choose,
    crash,
    open_desk,
    submit,
    title,
    wait_until,
)
from tests.browser.conftest import People

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def once(answer: Callable[[Route], None]) -> Callable[[Route], None]:
    """The first save is answered like this, the others by the site."""
    calls: list[str] = []

    def handle(route: Route) -> None:
        calls.append(route.request.url)
        if len(calls) == 1:
            answer(route)
        else:
            route.continue_()

    return handle


def saved_but_unsaid(route: Route) -> None:
    route.fetch()
    route.abort()


FAILURES: list[Callable[[Route], None]] = [
    lambda route: route.fulfill(status=500, body="<h1>Server Error</h1>"),
    lambda route: route.fulfill(status=503, headers={"Retry-After": "1"}, body=""),
    lambda route: route.fulfill(status=429, headers={"Retry-After": "1"}, json={"code": "throttled", "detail": "slow"}),
    lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Welcome to our hotel</h1>"),
    saved_but_unsaid,
    lambda route: route.abort(),
]


def test_answers_survive_errors_and_lost_replies(people: People, work: Work, chance: random.Random) -> None:
    page = people.window("alice")
    for run, failure in enumerate(FAILURES):
        names = work.add(f"error{run}", 3)
        open_desk(page, work.project)
        page.route(SAVES, once(failure))
        answer_all(page, work, names, chance)
        all_saved(page)
        page.unroute(SAVES)
    work.check()


def elsewhere(work: Work, name: str, color: str) -> None:
    """The same person saves a draft on another device."""
    body = {"answer": {"Color": color, "Things": [], "Note": "on the phone"}, "seconds": 1, "status": "draft"}
    work.alice.put(f"documents/{work.ids[name]}/annotation/", json=body).raise_for_status()


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_another_device_came_first_and_the_person_chooses(people: People, work: Work, choice: str) -> None:
    page = people.window("alice")
    for run, is_closed_meanwhile in enumerate((False, True)):
        [name] = work.add(f"{choice}{run}", 1)
        open_desk(page, work.project)
        elsewhere(work, name, "blue")
        assert submit(page, work, "red") == name
        merge = page.locator("desk-merge dialog")
        expect(merge).to_be_visible()
        if is_closed_meanwhile:
            crash(page)
            page = people.windows[-1].new_page()
            open_desk(page, work.project)
            merge = page.locator("desk-merge dialog")
            expect(merge).to_be_visible()
        assert work.annotations()[name]["status"] == "draft"
        merge.locator(f"[data-all={choice}]").click()
        merge.locator("button[value=save]").click()
        all_saved(page)
        work.expected[name] = {"mine": "red", "theirs": "blue"}[choice]
        note = work.annotations()[name]["answer"]["Note"]
        assert note == {"mine": None, "theirs": "on the phone"}[choice]
    work.check()


# Two tabs


def test_two_tabs_on_one_document_lose_nothing(people: People, work: Work, chance: random.Random) -> None:
    one = people.window("alice")
    other = one.context.new_page()
    for run in range(10):
        [name] = work.add(f"tabs{run}", 1)
        for page in (one, other):
            open_desk(page, work.project)
            expect(page.locator("#desk-title")).to_have_text(name)
        first, second = chance.sample([one, other], 2)
        left, right = chance.sample(COLORS, 2)
        choose(first, left)
        if chance.random() < 0.5:
            expect(first.locator("#desk-saved")).to_have_text("Draft saved")
        choose(second, right)
        if chance.random() < 0.5:
            first.wait_for_timeout(chance.randint(0, 2500))
        submit(first, work, left)
        in_first = decide(first, work, name, chance, fallback=left)
        assert title(second) == name
        second.keyboard.press("Enter")
        final = decide(second, work, name, chance, fallback=right)
        work.expected[name] = final
        changes = work.gold_changes()[name]
        assert changes == ([in_first] if in_first == final else [in_first, final])
    assert {name: rows[-1] for name, rows in work.gold_changes().items()} == work.expected


def decide(page: Page, work: Work, name: str, chance: random.Random, *, fallback: str) -> str:
    """Choose where the page asks; the color that must stand on the site then."""
    merge = page.locator("desk-merge dialog")
    saved = page.locator("#desk-saved")
    wait_until(lambda: merge.is_visible() or saved.text_content() == "Saved")
    color = fallback
    if merge.is_visible():
        assert {fallback, work.annotations()[name]["answer"]["Color"]} == set(offered(page))
        side = chance.choice(["mine", "theirs"])
        color = offered(page)[side == "theirs"]
        merge.locator(f"[data-all={side}]").click()
        merge.locator("button[value=save]").click()
        expect(merge).to_be_hidden()
        # What the other tab has submitted is on the site already: nothing is sent, and nothing is called saved.
        is_there = side == "theirs" and work.annotations()[name]["status"] == "submitted"
        wait_until(lambda: saved.text_content() in ("Saved", "" if is_there else "Saved"))
        assert work.annotations()[name]["answer"]["Color"] == color
        return color
    all_saved(page)
    assert work.annotations()[name]["answer"]["Color"] == color
    return color


def offered(page: Page) -> list[str]:
    """The colors of the two answers, the page's own first."""
    lines = page.locator('desk-merge [data-name="Color"] .merge-side li [data-words]')
    return [line.inner_text() for line in lines.all()]

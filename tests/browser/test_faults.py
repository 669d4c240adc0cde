"""Server, tab or session go away between a person's answer and the database: nothing lost, nothing twice."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from collabweb.stack.places import Places
from collabweb.stack.records import group_members, read_state
from tests.browser.answers_at_risk import COLORS, SAVES, Work, all_saved, answer_all, choose, crash, open_desk, submit
from tests.browser.conftest import PASSWORD, People, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONGEST_OUTAGE_SECONDS = 60


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button.pri")
    page.wait_for_url(lambda url: "/accounts/" not in url)


# The server


def processes(site: Site, name: str) -> list[int]:
    return group_members(read_state(Places.of(site.environment).state).children[name].identity)


def signal_all(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


@contextlib.contextmanager
def server_killed(site: Site) -> Iterator[None]:
    """The web processes are dead, and their supervisor is asleep so that nobody starts them again."""
    supervisor = read_state(Places.of(site.environment).state).supervisor
    assert supervisor is not None
    os.kill(supervisor.pid, signal.SIGSTOP)
    try:
        signal_all(processes(site, "web"), signal.SIGKILL)
        yield
    finally:
        os.kill(supervisor.pid, signal.SIGCONT)


@contextlib.contextmanager
def server_hanging(site: Site) -> Iterator[None]:
    """The web processes take calls and answer none; what they were sent they do later."""
    pids = processes(site, "web")
    signal_all(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        signal_all(pids, signal.SIGCONT)


def test_ten_answers_survive_a_server_that_is_gone_for_a_minute(
    site: Site, people: People, work: Work, chance: random.Random
) -> None:
    page = people.window("alice")
    names = work.add("minute", 10)
    open_desk(page, work.project)
    with server_killed(site):
        gone_at = time.monotonic()
        answer_all(page, work, names, chance)
        expect(page.locator("#desk-saved")).to_have_text("Offline, 10 waiting")
        page.wait_for_timeout(1000 * (LONGEST_OUTAGE_SECONDS - (time.monotonic() - gone_at)))

    all_saved(page)
    work.check()


def test_answers_survive_a_server_that_dies_or_hangs(
    site: Site, people: People, work: Work, chance: random.Random
) -> None:
    page = people.window("alice")
    for run in range(9):
        names = work.add(f"outage{run}", 3)
        open_desk(page, work.project)
        outage = server_killed if run % 3 == 0 else server_hanging
        submit(page, work, chance.choice(COLORS))
        with outage(site):
            answer_all(page, work, names[1:], chance)
            page.wait_for_timeout(chance.randint(200, 1500))
            assert page.locator("#desk-saved").inner_text() != "Saved"
        all_saved(page)
    work.check()


# The tab


def hold_saves(context: BrowserContext, *, reach_the_site: bool) -> None:
    """Saves get no answer; where they reach the site it has stored them, and the page does not know."""

    def hold(route: Route) -> None:
        if reach_the_site:
            route.fetch()

    context.route(SAVES, hold)


def test_answers_survive_a_killed_tab(people: People, work: Work, chance: random.Random) -> None:
    page = people.window("alice")
    context = page.context
    for run in range(10):
        names = work.add(f"killed{run}", 4)
        open_desk(page, work.project)
        hold_saves(context, reach_the_site=run % 2 == 0)
        answer_all(page, work, names[:3], chance)
        left = page.locator("#desk-title").inner_text()
        draft = chance.choice(COLORS)
        choose(page, draft)
        page.wait_for_timeout(chance.randint(200, 400))
        crash(page)
        context.unroute(SAVES)

        page = context.new_page()
        open_desk(page, work.project)
        expect(page.locator("#desk-title")).to_have_text(left)
        expect(page.locator('[data-set="Color"] input:checked')).to_have_value(draft)
        expect(page.locator("#desk-saved")).to_have_text("Draft saved", timeout=30_000)
        assert work.annotations()[left]["answer"]["Color"] == draft
        assert submit(page, work, draft) == left
        all_saved(page)
    work.check()


# The session


def sign_out(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/accounts/logout/")
    page.locator("main form button").click()
    page.wait_for_url(lambda url: "/login/" in url)
    page.close()


def lose_session(context: BrowserContext) -> None:
    for cookie in context.cookies():
        if "session" in cookie["name"]:
            context.clear_cookies(name=cookie["name"])


def sign_in_beside(context: BrowserContext, name: str) -> None:
    page = context.new_page()
    sign_in(page, name)
    page.close()


def test_answers_survive_an_expired_session(people: People, work: Work, chance: random.Random) -> None:
    page = people.window("alice")
    for run in range(10):
        names = work.add(f"session{run}", 4)
        open_desk(page, work.project)
        submit(page, work, chance.choice(COLORS))
        all_saved(page)
        (sign_out if run % 2 else lose_session)(page.context)
        answer_all(page, work, names[1:], chance)
        expect(page.locator("#desk-saved")).to_have_text("Signed out, 3 kept here")
        expect(page.locator("#desk-sign-in")).to_be_visible()
        if run % 5 == 0:
            stays_away_from_somebody_else(page, work)
        sign_in_beside(page.context, "alice")
        all_saved(page)
        expect(page.locator("#desk-sign-in")).to_be_hidden()
    work.check()


def stays_away_from_somebody_else(page: Page, work: Work) -> None:
    before = work.annotations()
    sign_in_beside(page.context, "bob")
    page.evaluate("() => dispatchEvent(new Event('focus'))")
    page.wait_for_timeout(500)
    assert page.locator("#desk-saved").inner_text() != "Saved"
    assert work.annotations() == before
    sign_out(page.context)

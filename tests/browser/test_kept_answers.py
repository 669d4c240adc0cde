"""Answers that the site does not take, or not yet: the person sees why, and nothing goes by itself."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from tests.browser.answers_at_risk import SAVES, Work, all_saved, choose, crash, open_desk, submit
from tests.browser.axe import axe_violations
from tests.browser.conftest import People

pytestmark = pytest.mark.browser

NO_DATABASE = "indexedDB.open = () => { throw new DOMException('forbidden', 'SecurityError'); };"
FULL_DISK = "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); };"


def answered(status: int) -> Callable[[Route], None]:
    problem = {"field": "answer", "code": "bad_label", "message": "This color is gone."}
    body = {"code": "invalid", "detail": "refused", "errors": [problem] if status == 422 else []}
    return lambda route: route.fulfill(status=status, json=body)


def violations(page: Page) -> list[str]:
    return [found["id"] for found in axe_violations(page)]


def kept(page: Page) -> None:
    page.locator("desk-kept [data-strip] button").click()
    expect(page.locator("desk-kept dialog")).to_be_visible()


def test_a_refused_answer_comes_back_with_the_reason_and_can_be_sent_again(people: People, work: Work) -> None:
    page = people.window("alice")
    [name] = work.add("refused", 1)
    open_desk(page, work.project)
    page.route(SAVES, answered(422))
    choose(page, "red")
    page.keyboard.press("Enter")

    expect(page.locator("#desk-toast")).to_contain_text("This color is gone.")
    expect(page.locator("#desk-title")).to_have_text(name)
    kept(page)
    expect(page.locator("desk-kept [data-why]")).to_contain_text("This color is gone.")
    page.keyboard.press("Escape")
    page.unroute(SAVES)
    submit(page, work, "green")
    all_saved(page)

    work.check()
    expect(page.locator("desk-kept [data-strip]")).to_be_hidden()


def test_an_answer_to_a_document_that_is_gone_is_kept_over_a_new_tab_until_discarded(
    people: People, work: Work
) -> None:
    page = people.window("alice")
    context = page.context
    work.add("gone", 1)
    open_desk(page, work.project)
    page.route(SAVES, answered(404))
    submit(page, work, "red")
    expect(page.locator("desk-kept [data-strip]")).to_be_visible()
    crash(page)

    page = context.new_page()
    page.goto(f"/projects/{work.project}/annotate/")
    kept(page)
    expect(page.locator("desk-kept [data-answer]")).to_have_text("red")
    discard = page.locator("desk-kept [data-do=discard]")
    discard.click()
    expect(discard).to_have_text("Discard for good")
    discard.click()
    expect(page.locator("desk-kept dialog")).to_be_hidden()

    assert work.annotations() == {}


def test_a_draft_of_a_document_that_went_to_somebody_else_is_listed_and_can_be_submitted(
    people: People, work: Work
) -> None:
    page = people.window("alice")
    context = page.context
    [name] = work.add("unlent", 1)
    open_desk(page, work.project)
    context.route(SAVES, lambda route: route.abort())
    choose(page, "blue")
    page.wait_for_timeout(300)
    crash(page)
    context.unroute(SAVES)
    for lent in work.alice.get(f"projects/{work.project}/queue/").json()["assignments"]:
        work.alice.delete(f"assignments/{lent['id']}/").raise_for_status()

    page = context.new_page()
    page.goto(f"/projects/{work.project}/annotate/")
    kept(page)
    assert work.annotations() == {}
    page.locator("desk-kept [data-do=submit]").click()
    all_saved(page)

    work.expected[name] = "blue"
    work.check()


@pytest.mark.parametrize("obstacle", [NO_DATABASE, FULL_DISK])
def test_a_browser_that_keeps_nothing_says_so_and_answers_are_sent_all_the_same(
    people: People, work: Work, obstacle: str
) -> None:
    page = people.window("alice")
    page.add_init_script(obstacle)
    names = work.add("fragile", 3)
    open_desk(page, work.project)

    for _ in names:
        submit(page, work, "green")
    all_saved(page)

    work.check()


def test_a_full_disk_is_said_while_something_is_in_memory_only(people: People, work: Work) -> None:
    page = people.window("alice")
    page.add_init_script(FULL_DISK)
    work.add("full", 1)
    open_desk(page, work.project)
    page.route(SAVES, lambda route: route.abort())

    submit(page, work, "green")

    expect(page.locator("#desk-fragile")).to_be_visible()
    asked: list[str] = []

    def note_and_leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.once("dialog", note_and_leave)
    page.close(run_before_unload=True)
    page.wait_for_event("close")
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_merge_view_works_by_keys_alone_and_has_no_accessibility_violation(
    people: People, work: Work, language: str, theme: str
) -> None:
    page = people.window("alice", language=language, dark=theme == "dark", width=390)
    [name] = work.add(f"keys-{language}-{theme}", 1)
    open_desk(page, work.project)
    answer = {"Color": "blue", "Things": [{"start": 0, "end": 8, "label": "THING"}], "Note": "there"}
    body = {"answer": answer, "seconds": 1, "status": "draft"}
    work.alice.put(f"documents/{work.ids[name]}/annotation/", json=body).raise_for_status()
    choose(page, "red")
    page.locator('[data-set="Note"] textarea').fill("here")
    page.keyboard.press("Control+Enter")
    merge = page.locator("desk-merge dialog")
    expect(merge).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    expect(merge.locator(".differs")).to_have_count(3)
    expect(merge.locator('[data-name="Things"] [data-side="theirs"] [data-quote]')).to_have_text("“Document”")

    expect(merge.locator('[data-name="Color"] input').first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(merge.locator('[data-name="Color"] [data-side="theirs"] input')).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(merge).to_be_hidden()
    expect(page.locator("#desk-nothing")).to_be_visible()

    work.expected[name] = "blue"
    work.check()
    saved = work.annotations()[name]["answer"]
    assert (saved["Things"], saved["Note"]) == (answer["Things"], "here")

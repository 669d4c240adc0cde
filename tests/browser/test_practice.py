"""Learning the job on the annotation screen: practice before the queue opens, and feedback on hidden gold."""

import os
import random
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation.annotations.models import Annotation, Gold
from annotation.people.models import User
from annotation.practice.models import ItemKind, PracticeAttempt, PracticeItem
from annotation.practice.services import PracticeAnswer, answer_item
from annotation.projects.models import Label, LabelSet, Membership, Project
from annotation.queue.models import Assignment
from tests import make
from tests.annotation.practice.cast import RIGHT, item
from tests.browser.axe import axe_violations
from tests.browser.desk_windows import OpenDesk, desk_windows

# Playwright keeps an event loop in this thread, and Django would refuse its database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def project() -> Project:
    made = make.project(practice_size=2, practice_pass_mark=0.8)
    Label.objects.filter(name="billing").update(definition="Money moved, or should have.", key="q")
    Label.objects.filter(name="other").update(key="w")
    Label.objects.filter(name="negative").update(key="z")
    LabelSet.objects.filter(name="Category").update(titles={"zh-hans": "类别"})
    for _ in range(3):
        item(made, note="Charged twice is billing.", note_zh="重复扣款属于账单。")
    return made


@pytest.fixture
def alice(project: Project) -> User:
    return make.member(project, "alice")


@pytest.fixture
def open_desk(live_server: LiveServer, chromium: Browser, project: Project, alice: User) -> Iterator[OpenDesk]:
    with desk_windows(live_server.url, chromium, project, alice, shown="body") as open_window:
        yield open_window


def mark_alice(page: Page) -> None:
    page.locator(".sa-text").focus()
    page.keyboard.press("Home")
    page.locator(".lab", has_text="PERSON").click()
    expect(page.locator("#desk-span-count")).to_have_text("1")


def answer_right(page: Page) -> None:
    """By keys, but for the span's label."""
    expect(page.locator("desk-practice")).to_be_visible()
    expect(page.locator("#desk-work")).to_be_visible()
    expect(page.locator("#desk-practice-feedback")).to_be_hidden()
    page.locator(".sa-text").focus()
    page.keyboard.press("q")
    page.keyboard.press("z")
    mark_alice(page)
    page.keyboard.press("Enter")


def test_a_newcomer_is_stopped_learns_passes_and_gets_the_queue(
    open_desk: OpenDesk, project: Project, alice: User
) -> None:
    make.document(project, "Where is my order?", external_id="from the queue")
    page = open_desk()
    gate = page.locator("#desk-practice-gate")
    feedback = page.locator("#desk-practice-feedback")

    expect(gate.get_by_role("heading")).to_have_text("First, 2 practice documents")
    expect(gate.get_by_role("button", name="Start")).to_be_focused()
    assert axe_violations(page) == []
    page.keyboard.press("Enter")

    # The first answer is wrong but for its sentiment.
    expect(page.locator("[data-progress]")).to_have_text("0 of 2, 80% opens the queue")
    page.keyboard.press("s")
    expect(page.locator("#desk-toast")).to_contain_text("can't be skipped")
    page.keyboard.press("w")
    page.keyboard.press("z")
    page.keyboard.press("Enter")
    expect(feedback.get_by_role("heading", level=2)).to_have_text("33% right")
    expect(feedback.get_by_role("heading", level=2)).to_be_focused()
    expect(feedback).to_contain_text("Charged twice is billing.")
    expect(feedback).to_contain_text("Money moved, or should have.")
    expect(feedback.locator("q")).to_have_text("Alice")
    expect(feedback.locator(".feedback-expected").first).to_contain_text("billing")
    assert axe_violations(page) == []
    page.keyboard.press("Enter")
    answer_right(page)
    expect(feedback.get_by_role("heading", level=2)).to_have_text("All right")
    page.keyboard.press("Enter")

    # 67% is below the mark: another round, which begins with the document not met yet.
    expect(gate.get_by_role("heading")).to_have_text("67% right this time")
    assert not Assignment.objects.exists()
    page.keyboard.press("Enter")
    for _ in range(2):
        answer_right(page)
        expect(feedback.get_by_role("heading", level=2)).to_have_text("All right")
        page.keyboard.press("Enter")
    expect(gate.get_by_role("heading")).to_have_text("Well done: 100% right")
    page.keyboard.press("Enter")

    expect(page.locator("#desk-title")).to_have_text("from the queue")
    expect(page.locator("desk-practice")).to_be_hidden()
    assert Membership.objects.get(user=alice).passed_practice_at is not None
    rounds = PracticeAttempt.objects.values_list("round", "is_right")
    assert list(rounds) == [(1, False), (1, True), (2, True), (2, True)]
    assert not Annotation.objects.exists()


def test_practice_survives_a_lost_network_and_another_tab(open_desk: OpenDesk, project: Project) -> None:
    page = open_desk()
    expect(page.locator("#desk-practice-gate [data-go]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#desk-work")).to_be_visible()
    page.context.set_offline(True)
    answer_right(page)
    expect(page.locator("#desk-toast")).to_contain_text("try again")
    assert not PracticeAttempt.objects.exists()

    page.context.set_offline(False)
    page.keyboard.press("Enter")

    expect(page.locator("#desk-practice-feedback h2")).to_have_text("All right")
    # Another tab answers the second document meanwhile, and the round is over.
    second = PracticeItem.objects.select_related("project", "document__gold").order_by("position")[1]
    answer_item(item=second, user=User.objects.get(username="alice"), asked=PracticeAnswer(RIGHT))
    page.keyboard.press("Enter")
    expect(page.locator("#desk-practice-feedback")).to_be_hidden()
    answer_right(page)
    expect(page.locator("#desk-practice-feedback")).to_be_visible()
    assert PracticeAttempt.objects.count() == 2
    page.keyboard.press("Enter")
    expect(page.locator("#desk-practice-gate h1")).to_have_text("Well done: 100% right")


def test_a_manager_may_try_and_goes_back_to_the_queue(open_desk: OpenDesk, project: Project) -> None:
    make.document(project, "Where is my order?", external_id="from the queue")
    page = open_desk(project.created_by, "?practice")

    for _ in range(2):
        answer_right(page)
        expect(page.locator("#desk-practice-feedback")).to_be_visible()
        page.keyboard.press("Enter")

    expect(page.locator("#desk-practice-gate").get_by_role("button", name="Another round")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#desk-title")).to_have_text("from the queue")


@pytest.mark.parametrize("width", [320, 390])
def test_practice_fits_a_narrow_screen_in_chinese(open_desk: OpenDesk, project: Project, width: int) -> None:
    page = open_desk(locale="zh-CN", color_scheme="dark", viewport={"width": width, "height": 760})
    expect(page.locator("#desk-practice-gate h1")).to_have_text(re.compile("2"))
    page.locator("#desk-practice-gate [data-go]").click()
    answer_right(page)
    feedback = page.locator("#desk-practice-feedback")

    expect(feedback).to_contain_text("重复扣款属于账单。")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe_violations(page) == []
    feedback.locator("[data-go]").click()
    expect(feedback).to_be_hidden()


def test_feedback_on_hidden_gold_is_a_quiet_line_that_opens(
    open_desk: OpenDesk, project: Project, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    Project.objects.update(practice_size=0, hidden_gold_share=0.5)
    PracticeItem.objects.update(is_active=False)
    hidden = item(project, ItemKind.HIDDEN, note="Charged twice is billing.")
    for number in range(3):
        make.document(project, f"Where is order {number}?", external_id=f"order {number}")
    monkeypatch.setattr(random, "random", lambda: 0.0)
    page = open_desk()
    expect(page.locator("#desk-work")).to_be_visible()
    done = page.locator("#desk-done").inner_text()

    # Hidden gold lies somewhere among the first; skip what is not it.
    for _ in range(4):
        if "charged twice" in page.locator(".sa-text").inner_text():
            break
        page.keyboard.press("s")
    monkeypatch.setattr(random, "random", lambda: 1.0)
    page.keyboard.press("w")
    page.keyboard.press("z")
    page.keyboard.press("Enter")

    line = page.locator("desk-feedback .news")
    expect(line).to_contain_text("2 differences")
    expect(page.locator("#desk-done")).to_have_text(done)
    line.get_by_role("button", name="Look").click()
    dialog = page.locator("dialog#desk-feedback")
    expect(dialog).to_contain_text("Charged twice is billing.")
    expect(dialog).to_contain_text("33% right")
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    expect(line).to_be_hidden()
    assert Gold.objects.get(document=hidden.document_id).answer == RIGHT
    assert Annotation.objects.get(document=hidden.document_id, user=alice).answer["Category"] == "other"

"""Talk on the annotation screen: comments on a stretch, flags, guidelines that change, and who else is here."""

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation.comments.models import Comment, Flag
from annotation.comments.services import NewComment, add_comment, flag
from annotation.people.models import User
from annotation.projects.guidelines import mark_seen
from annotation.projects.models import GuidelinesSeen, Project
from annotation.projects.services import update_settings
from tests import make
from tests.browser.axe import axe_violations
from tests.browser.conftest import People
from tests.browser.desk_windows import OpenDesk, desk_windows

# Playwright keeps an event loop in this thread, and Django would refuse its database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
pytestmark = [pytest.mark.browser]
with_tables = pytest.mark.django_db(transaction=True)

TEXT = "𠮷野家😀 charged Alice twice"


@pytest.fixture
def project() -> Project:
    made = make.project(guidelines="")
    update_settings(project=made, user=made.created_by, changes={"guidelines": "Spans\n- Mark names"})
    return made


@pytest.fixture
def alice(project: Project) -> User:
    return make.member(project, "alice")


@pytest.fixture
def open_desk(live_server: LiveServer, chromium: Browser, project: Project, alice: User) -> Iterator[OpenDesk]:
    with desk_windows(live_server.url, chromium, project, alice) as open_window:
        yield open_window


def select_name(page: Page) -> None:
    """Select “Alice” by keys alone."""
    page.locator(".sa-text").focus()
    page.keyboard.press("g")
    page.keyboard.press("Home")
    for _ in TEXT.partition("Alice")[0].replace(" ", ""):
        page.keyboard.press("ArrowRight")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")


@with_tables
def test_a_comment_on_the_selected_stretch_is_kept_in_code_points(open_desk: OpenDesk, project: Project) -> None:
    document = make.document(project, TEXT)
    page = open_desk()

    select_name(page)
    page.keyboard.press("k")
    expect(page.locator("#desk-comment-quote")).to_have_text("Alice")
    page.keyboard.type("Is she a customer?")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#desk-thread li[data-id]:not([data-id=''])")).to_have_count(1)
    comment = Comment.objects.get(document=document)
    assert (comment.text, document.text[comment.start : comment.end]) == ("Is she a customer?", "Alice")
    expect(page.locator("#desk-comment-count")).to_have_text("1")
    page.locator(".sa-text").focus()
    page.keyboard.press("Home")
    page.locator("#desk-thread .comment-quote").click()
    expect(page.locator(".sa-text")).to_be_focused()


@with_tables
def test_what_is_written_without_a_network_is_sent_later(open_desk: OpenDesk, project: Project) -> None:
    document = make.document(project, TEXT)
    page = open_desk()
    page.keyboard.press("k")

    page.context.set_offline(True)
    page.keyboard.type("Hm")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".comment-at")).to_have_text("kept here, not sent yet")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    page.keyboard.type("Two languages")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#desk-flagged")).to_contain_text("Two languages")
    assert not Comment.objects.exists()
    page.context.set_offline(False)

    expect(page.locator("#desk-thread li[data-id]:not([data-id=''])")).to_have_count(1)
    expect(page.locator("#desk-said")).to_contain_text("Flag saved")
    assert Comment.objects.get(document=document).text == "Hm"
    assert Flag.objects.open().get().reason == "Two languages"


@with_tables
def test_a_flag_goes_up_and_the_same_key_takes_it_back(open_desk: OpenDesk, project: Project) -> None:
    make.document(project, TEXT)
    page = open_desk()

    page.keyboard.press("f")
    page.locator("#desk-flag-reason").fill("Spam?")
    with page.expect_response(re.compile(r"/flag/$")):
        page.locator("#desk-flag button.pri").click()
    expect(page.locator("#desk-flagged")).to_contain_text("Spam?")
    expect(page.locator("#desk-flag-open")).to_have_attribute("aria-pressed", "true")
    assert Flag.objects.open().get().reason == "Spam?"
    page.reload()
    expect(page.locator("#desk-flagged")).to_contain_text("Spam?")

    with page.expect_response(re.compile(r"/flag/$")):
        page.keyboard.press("f")

    expect(page.locator("#desk-flagged")).to_be_hidden()
    assert not Flag.objects.exists()


@with_tables
def test_changed_guidelines_are_announced_until_they_are_opened(
    open_desk: OpenDesk, project: Project, alice: User
) -> None:
    make.document(project, TEXT)
    mark_seen(project=project, user=alice, number=1)
    text = "Spans\n- Mark names and brands\n- Leave titles out"
    update_settings(project=project, user=project.created_by, changes={"guidelines": text})
    page = open_desk()
    expect(page.locator("#desk-guidelines-changed")).to_be_visible()

    with page.expect_response(re.compile(r"/guidelines/seen/$")):
        page.keyboard.press("i")

    beside = page.locator("#desk-guidelines-aside")
    assert beside.locator("ins").all_text_contents() == [" and brands", "Leave titles out"]
    expect(page.locator("#desk-guidelines-changed")).to_be_hidden()
    assert GuidelinesSeen.objects.get(user=alice).number == 2
    page.wait_for_timeout(800)  # preferences are gathered for a moment
    page.reload()
    expect(beside).to_be_visible()  # it stays as the person left it
    expect(beside.locator("ins")).to_have_count(0)


@with_tables
@pytest.mark.parametrize(("width", "theme"), [(1320, "light"), (1320, "dark"), (390, "dark"), (320, "light")])
def test_talk_has_no_accessibility_violation_and_no_sideways_scroll(
    open_desk: OpenDesk, project: Project, alice: User, width: int, theme: str
) -> None:
    document = make.document(project, TEXT)
    add_comment(document=document, user=project.created_by, new=NewComment("Is this an ORG?", 0, 4))
    flag(document=document, user=project.created_by, reason="Look here")
    page = open_desk(viewport={"width": width, "height": 860}, color_scheme=theme)

    expect(page.locator("#desk-flagged")).to_contain_text("Look here")
    for key in ("k", "i"):
        page.keyboard.press(key)
        expect(page.locator(f"#desk-{'comments' if key == 'k' else 'guidelines'}-content")).to_be_visible()
        violations = [(found["id"], [node["target"] for node in found["nodes"]]) for found in axe_violations(page)]
        assert violations == []
        assert page.evaluate("() => document.documentElement.scrollWidth") == width
        if key == "k":
            page.keyboard.press("Escape")


def test_two_people_see_each_other_and_hear_each_others_comments(people: People) -> None:
    with people.site.api("mia") as mia:
        project = min(found["id"] for found in mia.get("projects/").json()["results"])
    alice, bob = people.window("alice"), people.window("bob")
    alice.goto(f"/projects/{project}/annotate/")
    expect(alice.locator("#desk-work")).to_be_visible()

    bob.goto(f"/projects/{project}/annotate/")

    expect(alice.locator("#desk-people-words")).to_have_text("bob is here")
    expect(bob.locator("#desk-people-words")).to_have_text("alice is here")
    alice.locator("#desk-people-open").click()
    expect(alice.locator("#desk-people-list li")).to_have_text(["bob"])
    alice.keyboard.press("Escape")
    with people.site.api("bob") as api:
        held = people.site.api("alice").get(f"projects/{project}/queue/").json()["assignments"]
        for assignment in held:
            api.post(f"documents/{assignment['document']['id']}/comments/", json={"text": "Look"}).raise_for_status()
    expect(alice.locator("#desk-comment-count")).to_have_text("1")
    bob.close()
    expect(alice.locator("#desk-people-open")).to_be_hidden(timeout=40_000)

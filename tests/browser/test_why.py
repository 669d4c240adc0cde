"""Explanations on the annotation screen: asked for by M, marked in the text and told in words, from a stored answer."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation.annotations.models import Annotation
from annotation.predictions.models import Prediction
from annotation.projects.models import Project
from modelops.explaining.models import Explanation
from modelops.registry.models import ModelVersion
from modelops.registry.services import NewVersion, register
from tests import make
from tests.browser.axe import axe_violations
from tests.browser.desk_windows import OpenDesk, desk_windows

# Playwright keeps an event loop in this thread, and Django would refuse its database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ENGLISH = "Alice of Contoso paid €149.90 twice, please refund the second payment today"
CHINESE = "我是张伟，在𠮷野家😀付了6999元。收到时屏幕碎了，非常失望！请尽快安排退款。"
FOR = {ENGLISH: {"refund": 0.4, "payment": 0.25, "twice": 0.1}, CHINESE: {"退款": 0.4, "6999": 0.25, "元": 0.1}}
AGAINST = {ENGLISH: "today", CHINESE: "尽快"}
WITHOUT_HIGHLIGHTS = (
    "delete CSS.highlights; delete window.Highlight; Object.defineProperty(CSS, 'highlights', {value: undefined})"
)
# The marked stretches of the page by highlight name.
MARKED = """() => {
    const words = ({ startContainer, startOffset, endOffset }) => startContainer.data.slice(startOffset, endOffset);
    const own = [...CSS.highlights].filter(([name]) => name.startsWith("desk-why"));
    return Object.fromEntries(own.map(([name, ranges]) => [name, [...ranges].map(words)]));
}"""


@pytest.fixture
def project() -> Project:
    return make.project(production_version=1)


@pytest.fixture
def open_desk(live_server: LiveServer, chromium: Browser, project: Project) -> Iterator[OpenDesk]:
    with desk_windows(live_server.url, chromium, project, make.member(project, "alice")) as open_window:
        yield open_window


def predicted(project: Project, text: str = ENGLISH) -> Prediction:
    if not ModelVersion.objects.filter(project=project).exists():
        register(project_id=project.pk, new=NewVersion("1/1", "0" * 64, "e", 10))
    answer = {"Category": "billing", "Sentiment": "negative", "Entities": [{"start": 0, "end": 5, "label": "PERSON"}]}
    confidence = {"Category": {"billing": 0.6}, "Sentiment": {"negative": 0.9}, "Entities": [0.8]}
    return make.prediction(make.document(project, text), answer, version=1, confidence=confidence)


def explained(project: Project, text: str = ENGLISH) -> Prediction:
    """A prediction whose explanation a worker has written before."""
    prediction = predicted(project, text)
    category = [*FOR[text].items(), (AGAINST[text], -0.08)]
    first = text[: text.index(" ") if " " in text else 2]
    result = {
        "Category": {"billing": [placed(text, word, weight) for word, weight in category]},
        "Sentiment": {"negative": [placed(text, first, 0.5)]},
    }
    Explanation.objects.create(prediction=prediction, result=result, finished_at=timezone.now())
    return prediction


def placed(text: str, word: str, weight: float) -> dict[str, object]:
    start = text.index(word)
    return {"start": start, "end": start + len(word), "weight": weight}


def ask_why(page: Page) -> None:
    page.keyboard.press("m")
    expect(page.locator(".why-set").first).to_be_visible()


def violations(page: Page) -> list[str]:
    return [found["id"] for found in axe_violations(page)]


def test_m_marks_the_words_and_lists_them_and_m_again_hides_them(open_desk: OpenDesk, project: Project) -> None:
    explained(project)
    page = open_desk()
    why, button = page.locator(".why"), page.locator("[data-command=why]")
    expect(why).to_be_hidden()

    ask_why(page)

    expect(button).to_have_attribute("aria-pressed", "true")
    first = page.locator(".why-set").first
    expect(first.locator("[data-for] li")).to_have_text(["refund 40%", "payment 25%", "twice 10%"])
    expect(first.locator("[data-against] li")).to_have_text(["today 8%"])
    assert page.evaluate(MARKED) == {
        "desk-why-for-3": ["refund"],
        "desk-why-for-2": ["payment"],
        "desk-why-for-1": ["twice"],
        "desk-why-against-1": ["today"],
    }

    page.locator(".why-set button").nth(1).click()
    assert page.evaluate(MARKED) == {"desk-why-for-3": ["Alice"]}

    page.keyboard.press("m")
    expect(why).to_be_hidden()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert page.evaluate(MARKED) == {}


def test_the_marks_follow_to_the_next_document_and_are_right_behind_wide_characters(
    open_desk: OpenDesk, project: Project
) -> None:
    explained(project, CHINESE)
    explained(project)
    page = open_desk(locale="zh-CN")

    ask_why(page)
    assert page.evaluate(MARKED)["desk-why-for-3"] == ["退款"]
    assert page.evaluate(MARKED)["desk-why-for-2"] == ["6999"]
    page.keyboard.press("Enter")

    expect(page.locator(".why-set").first).to_contain_text("refund")
    assert page.evaluate(MARKED)["desk-why-for-3"] == ["refund"]


def test_marks_of_the_answer_and_the_cursor_stay_as_they_are(open_desk: OpenDesk, project: Project) -> None:
    prediction = explained(project)
    page = open_desk()
    state = """() => ({
        boxes: [...document.querySelectorAll(".sa-fill, .sa-chip, .sa-cursor")].map((box) => {
            const { x, y, width, height } = box.getBoundingClientRect();
            return [box.className, x, y, width, height];
        }),
        text: document.querySelector(".sa-text").textContent,
        focus: document.activeElement.className,
    })"""
    page.locator(".sa-text").focus()
    page.keyboard.press("Home")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    before = page.evaluate(state)

    ask_why(page)
    assert page.evaluate(state) == before
    page.keyboard.press("Enter")

    expect(page.locator("#desk-saved")).to_have_text("Saved")
    assert Annotation.objects.get().answer == prediction.answer


def test_where_the_manager_hides_explanations_there_is_no_button_and_the_key_asks_nothing(
    open_desk: OpenDesk, project: Project
) -> None:
    Project.objects.filter(pk=project.pk).update(explanations="hidden")
    explained(project)
    page = open_desk()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.keyboard.press("m")
    page.keyboard.press("n")

    expect(page.locator("[data-command=why], desk-why")).to_have_count(0)
    assert page.evaluate(MARKED) == {}
    assert [url for url in asked if "explanation" in url] == []


def test_an_imported_prediction_is_said_to_be_one(open_desk: OpenDesk, project: Project) -> None:
    predicted(project)
    Prediction.objects.update(source="other tool", version=None)
    page = open_desk()

    page.keyboard.press("m")

    expect(page.locator("[data-why-status]")).to_have_text(
        "This answer was imported. The site does not know how it came about."
    )
    assert page.evaluate(MARKED) == {}


def test_without_a_worker_the_page_says_so_and_asks_again_when_told(
    open_desk: OpenDesk, project: Project, settings: Any
) -> None:
    settings.WORKER_WAIT_SECONDS = 0.2
    prediction = predicted(project)
    page = open_desk()

    page.keyboard.press("m")
    expect(page.locator("[data-why-status]")).to_have_text("No worker answered in time. Press M twice to ask again.")

    words = {"Category": {"billing": [placed(ENGLISH, "refund", 0.4)]}}
    Explanation.objects.filter(prediction=prediction).update(result=words, finished_at=timezone.now())
    page.keyboard.press("m")
    ask_why(page)
    assert page.evaluate(MARKED) == {"desk-why-for-3": ["refund"]}


@pytest.mark.parametrize("options", [{"script": WITHOUT_HIGHLIGHTS}, {"forced_colors": "active"}])
def test_lines_lie_under_the_words_where_highlights_are_missing_or_all_look_the_same(
    open_desk: OpenDesk, project: Project, options: dict[str, Any]
) -> None:
    explained(project)
    page = open_desk(**options)

    ask_why(page)

    lines = page.locator(".why-line")
    expect(lines).to_have_count(4)
    word = page.evaluate(
        """() => {
            const node = document.querySelector(".sa-part").firstChild;
            const range = document.createRange();
            const start = node.data.indexOf("refund");
            range.setStart(node, start);
            range.setEnd(node, start + 6);
            const { left, bottom, width } = range.getBoundingClientRect();
            return { left, bottom, width };
        }"""
    )
    box = lines.first.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == pytest.approx((word["left"], word["width"]), abs=1)
    assert box["y"] == pytest.approx(word["bottom"], abs=8)
    page.keyboard.press("m")
    expect(lines).to_have_count(0)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (ENGLISH, {"viewport": {"width": 1320, "height": 860}}),
        (CHINESE, {"viewport": {"width": 1320, "height": 860}, "locale": "zh-CN", "color_scheme": "dark"}),
        (ENGLISH, {"viewport": {"width": 390, "height": 860}}),
        (CHINESE, {"viewport": {"width": 320, "height": 860}, "locale": "zh-CN", "color_scheme": "dark"}),
        (ENGLISH, {"viewport": {"width": 1320, "height": 860}, "forced_colors": "active"}),
    ],
)
def test_explanations_are_accessible_and_fit_the_page(
    open_desk: OpenDesk, project: Project, text: str, options: dict[str, Any]
) -> None:
    explained(project, text)
    page = open_desk(**options)

    ask_why(page)

    assert violations(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") == options["viewport"]["width"]
    heights = [box["height"] for button in page.locator(".why-set button").all() if (box := button.bounding_box())]
    assert min(heights) >= 32
    if options.get("locale"):
        assert page.locator(".why").inner_text().isascii() is False
        expect(page.locator(".why-note")).to_contain_text("波浪线")

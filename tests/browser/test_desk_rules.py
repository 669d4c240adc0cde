"""The annotation screen's modules that need no page: offsets and the rules of an answer in the making."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.browser

SCRIPTS = Path(__file__).resolve().parents[2] / "static" / "js" / "desk"
TEXTS = st.text(st.sampled_from("a \r\n。你𠮷😀\u200d👩\u0301é"), max_size=40)
CATEGORY = {"name": "Category", "kind": "choice", "required": True, "labels": []}
ENTITIES = {"name": "Entities", "kind": "span", "required": False, "overlap": False, "maxSpans": 0, "labels": []}
FIRST = {
    "id": 1,
    "version": 7,
    "answer": {"Category": "billing", "Entities": [{"start": 0, "end": 4, "label": "ORG"}]},
    "confidence": {"Category": {"billing": 0.6, "other": 0.4}, "Entities": [0.7]},
}
SECOND = {
    "id": 2,
    "version": 8,
    "answer": {
        "Category": "other",
        "Entities": [{"start": 0, "end": 6, "label": "LOC"}, {"start": 8, "end": 9, "label": "ORG"}],
    },
    "confidence": {"Category": {"other": 0.9}, "Entities": [0.8, 0.9]},
}
MERGE = """async ({sets, first, second, edits}) => {
    const { AnswerDraft } = await import("/answer-draft.js");
    const draft = new AnswerDraft(sets, first);
    const human = ({ start, end, label }) =>
        ({ id: "mine", set: "Entities", start, end, label, source: "human", status: "accepted" });
    for (const [name, value] of edits) draft.change(name, name === "Entities" ? value.map(human) : value);
    draft.merge(second);
    return { answer: draft.answer, ideas: draft.ideas.map((idea) => idea.set.name), missing: draft.missing.length };
}"""


@pytest.fixture
def scripts(chromium: Browser) -> Iterator[Page]:
    """A page that may load the site's own modules, and nothing else."""

    def serve(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1]
        if name:
            route.fulfill(path=SCRIPTS / name, content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html>", content_type="text/html")

    page = chromium.new_page()
    page.route("**/*", serve)
    page.goto("http://scripts.test/")
    yield page
    page.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
def test_every_offset_is_the_same_in_python_and_in_the_browser(scripts: Page, text: str) -> None:
    expected = [len(text[:index].encode("utf-16-le")) // 2 for index in range(len(text) + 1)]

    found = scripts.evaluate(
        """async (text) => {
            const { OffsetMap } = await import("/offsets.js");
            const map = new OffsetMap(text);
            const units = Array.from({ length: map.length + 1 }, (_, index) => map.toUtf16(index));
            return [units, units.map((unit) => map.toCodePoint(unit))];
        }""",
        text,
    )

    assert found == [expected, list(range(len(text) + 1))]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=4))
def test_parts_cover_their_own_text_and_nothing_else(scripts: Page, texts: list[str]) -> None:
    parts, at = [], 0
    for text in texts:
        parts.append({"role": "customer", "start": at, "end": at + len(text)})
        at += len(text) + 1

    found = scripts.evaluate(
        """async ({ text, parts }) => {
            const { OffsetMap, textSegments } = await import("/offsets.js");
            return textSegments(text, new OffsetMap(text), parts).map(({ start, end }) => text.slice(start, end));
        }""",
        {"text": "\n".join(texts), "parts": parts},
    )

    assert found == texts


def test_a_suggestion_that_is_made_again_stays_the_one_in_hand(scripts: Page) -> None:
    again = {**FIRST, "id": 2, "version": 8}

    before, after = scripts.evaluate(
        """async ({ sets, first, second }) => {
            const { AnswerDraft } = await import("/answer-draft.js");
            const draft = new AnswerDraft(sets, first);
            const before = draft.spans.map(({ id }) => id);
            draft.merge(second);
            return [before, draft.spans.map(({ id }) => id)];
        }""",
        {"sets": [CATEGORY, ENTITIES], "first": FIRST, "second": again},
    )

    assert len(before) == 1
    assert after == before


def merged(page: Page, edits: list[list[Any]]) -> dict[str, Any]:  # Any: JSON
    given_values = {"sets": [CATEGORY, ENTITIES], "first": FIRST, "second": SECOND, "edits": edits}
    found: dict[str, Any] = page.evaluate(MERGE, given_values)
    return found


def test_a_newer_prediction_replaces_what_nobody_touched(scripts: Page) -> None:
    found = merged(scripts, [])

    assert found["answer"] == SECOND["answer"]
    assert found["ideas"] == []


def test_a_newer_prediction_never_changes_a_persons_choice_or_span(scripts: Page) -> None:
    mine = {"start": 0, "end": 4, "label": "PERSON"}

    found = merged(scripts, [["Category", "delivery"], ["Entities", [mine]]])

    assert found["answer"]["Category"] == "delivery"
    assert found["answer"]["Entities"] == [mine, {"start": 8, "end": 9, "label": "ORG"}]
    assert found["ideas"] == ["Category", "Entities"]


def test_a_suggestion_that_a_person_removed_does_not_come_back(scripts: Page) -> None:
    again = {**SECOND, "answer": {"Category": "billing", "Entities": [{"start": 0, "end": 4, "label": "ORG"}]}}
    values = {"sets": [CATEGORY, ENTITIES], "first": FIRST, "second": again, "edits": [["Entities", []]]}

    found = scripts.evaluate(MERGE, values)

    assert found["answer"]["Entities"] == []
    assert found["ideas"] == ["Entities"]


def test_a_required_choice_without_a_value_is_missing(scripts: Page) -> None:
    found = merged(scripts, [["Category", None]])

    assert found["missing"] == 1

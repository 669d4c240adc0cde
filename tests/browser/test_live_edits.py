"""A hundred versions are promoted while a person edits: what they marked stays, every time."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.answers_at_risk import COLORS, Work, choose, open_desk, title
from tests.browser.conftest import People, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RUNS = 100
PROMOTING = Path(__file__).with_name("promoting.py")
WORDS = ("Document", "about", "thing")
# In one step: a version that comes between reading a row and pressing its button would put another span there.
# The list follows the text by a frame.
PRESS_FIRST_SUGGESTED = """async (action) => {
    const row = document.querySelector("#desk-spans .ent.suggested");
    const word = row?.querySelector("b").textContent;
    row?.querySelector(`[data-do=${action}]`).click();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return word;
}"""


@dataclass
class Promoter:
    process: "subprocess.Popen[str]"
    project: int

    def ask(self, answers: dict[int, dict[str, Any]], pause: float) -> None:
        """The version is promoted in so many seconds; the call does not wait for it."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"project": self.project, "answers": answers, "pause": pause}) + "\n")
        self.process.stdin.flush()

    def number(self) -> int:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())


@pytest.fixture
def promoter(site: Site, work: Work) -> Iterator[Promoter]:
    command = [sys.executable, "-m", "collabweb.stack", "run", sys.executable, "manage.py", "shell", "-v", "0"]
    process = subprocess.Popen(
        [*command, "-c", "import tests.browser.promoting"],
        env=site.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield Promoter(process, work.project)
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(30) == 0


@dataclass
class Marks:
    """What the person did to one document, and the word of every span they removed."""

    color: str | None = None
    note: str | None = None
    removed: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)


def predicted(text: str, chance: random.Random) -> dict[str, Any]:
    words = [word for word in WORDS if chance.random() < 0.6]
    spans = [{"start": text.index(word), "end": text.index(word) + len(word), "label": "THING"} for word in words]
    return {"Color": chance.choice(COLORS), "Things": spans, "Note": chance.choice(["", "the model's note"])}


def edit(page: Page, marks: Marks, chance: random.Random, number: int) -> None:
    """One thing that a person does, of four."""
    action = chance.choice(["color", "note", "accept", "remove"])
    if action == "color":
        marks.color = chance.choice(COLORS)
        choose(page, marks.color)
    elif action == "note":
        marks.note = f"note {number}"
        page.locator('[data-set="Note"] textarea').fill(marks.note)
    elif word := page.evaluate(PRESS_FIRST_SUGGESTED, action):
        (marks.accepted if action == "accept" else marks.removed).add(word)


def stands(page: Page, marks: Marks) -> dict[str, Any]:
    """What of these marks the page shows."""
    accepted = page.locator("#desk-spans .ent:not(.suggested) b").all_inner_texts()
    shown = page.locator("#desk-spans .ent b").all_inner_texts()
    checked = page.locator('[data-set="Color"] input:checked')
    return {
        "color": marks.color and checked.get_attribute("value"),
        "note": marks.note and page.locator('[data-set="Note"] textarea').input_value(),
        "accepted": marks.accepted & set(accepted),
        "removed": marks.removed - set(shown),
    }


def test_a_persons_marks_stay_when_versions_are_promoted_meanwhile(
    people: People, work: Work, promoter: Promoter, chance: random.Random
) -> None:
    page = people.window("alice")
    names = work.add("live", RUNS)
    page.wait_for_timeout(100)
    open_desk(page, work.project)
    expected: dict[str, Marks] = {}
    for run in range(RUNS):
        name, marks = title(page), Marks()
        behind = work.ids[name], work.ids[names[(run + 1) % RUNS]]
        text = f"Document {name} about a thing"
        before = {number: predicted(text, chance) for number in behind}
        promoter.ask(before, 0)
        first = promoter.number()
        expect(page.locator("#desk-version")).to_contain_text(f"v{first}")
        promoter.ask({number: predicted(text, chance) for number in behind}, chance.random() * 0.3)
        for _ in range(chance.randint(1, 4)):
            edit(page, marks, chance, run)
        number = promoter.number()
        expect(page.locator("#desk-version")).to_contain_text(f"v{number}")
        assert stands(page, marks) == {
            "color": marks.color,
            "note": marks.note,
            "accepted": marks.accepted,
            "removed": marks.removed,
        }, f"run {run}, {name}, v{number}"
        expected[name] = marks
        if page.locator('[data-set="Color"] input:checked').count() == 0:
            choose(page, "red")
        page.keyboard.press("Control+Enter")
        page.locator("#desk-title").filter(has_not_text=name).or_(page.locator("#desk-nothing")).filter(
            visible=True
        ).wait_for()
    expect(page.locator("#desk-saved")).to_have_text("Saved")
    check_answers(work, expected)


def check_answers(work: Work, expected: dict[str, Marks]) -> None:
    """The site has every answer with the marks in it."""
    rows = work.annotations()
    assert len(expected) == RUNS
    for name, marks in expected.items():
        text, answer = f"Document {name} about a thing", rows[name]["answer"]
        words = {text[span["start"] : span["end"]] for span in answer["Things"]}
        assert rows[name]["status"] == "submitted"
        assert marks.color in (None, answer["Color"])
        assert marks.note in (None, answer["Note"])
        assert marks.accepted <= words
        assert not marks.removed & words

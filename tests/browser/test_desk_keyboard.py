"""Forty tickets, English and Chinese, corrected without a mouse; the API then holds exactly what was meant."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import People, Site

pytestmark = pytest.mark.browser

EACH = 20
CATEGORIES = ["billing", "delivery", "fault", "account"]
SENTIMENTS = ["negative", "neutral", "positive"]
ENTITIES = ["PERSON", "ORG", "PRODUCT", "MONEY", "DATE"]
LABEL_SETS = [
    {"name": "Category", "kind": "choice", "labels": CATEGORIES},
    {"name": "Sentiment", "kind": "choice", "labels": SENTIMENTS},
    {"name": "Entities", "kind": "span", "required": False, "labels": ENTITIES},
]
NAMES = {"en": ["Alice Wang", "Bob Stone", "Zoë Dahl", "Li Na"], "zh": ["张伟", "李娜", "欧阳明月", "王芳"]}
PRODUCTS = {"en": ["Pixel Buds 2", "Lark X7", "Kestrel Pro"], "zh": ["云雀X7", "红隼耳机", "华为手环"]}
TEXTS = {
    "en": "Hello, {name} here. The {product} fails 👨‍👩‍👧 and 𠮷野 Ltd charged €{amount}.90 😡 twice since {day} May.",
    "zh": "你好，我是{name}，{product}坏了👨‍👩‍👧，𠮷野家😀又扣了我{amount}元，从5月{day}日等到现在。",
}
CREATED = {"en": "€{amount}.90", "zh": "{amount}元"}
REMOVED = {"en": "charged", "zh": "又扣"}

KEYS_OF = """(set) => {
    const labels = [...document.querySelectorAll(`.lab[data-set=${set}], [data-set=${set}] [data-label]`)];
    return labels.map((label) => [label.dataset.label, label.querySelector("kbd").textContent.toLowerCase()]);
}"""
# How many characters, as the cursor counts them, stand before the words, and how many they are.
UNITS_OF = """([text, words]) => {
    const segments = [...new Intl.Segmenter("zh", { granularity: "grapheme" }).segment(text)];
    const seen = segments.filter(({ segment }) => segment.trim());
    const start = text.indexOf(words);
    const inside = seen.filter(({ index }) => index >= start && index < start + words.length);
    return [seen.findIndex(({ index }) => index === start), inside.length];
}"""
NEXT_IS_THERE = """(title) => document.getElementById("desk-title").textContent !== title
    || !document.getElementById("desk-nothing").hidden"""


@dataclass(frozen=True)
class Ticket:
    name: str
    text: str
    predicted: dict[str, Any]  # Any: an answer as JSON
    meant: dict[str, Any]
    created: str

    @property
    def row(self) -> dict[str, Any]:
        confidence = {"Category": {self.predicted["Category"]: 0.6}, "Sentiment": {self.predicted["Sentiment"]: 0.5}}
        prediction = {"answer": self.predicted, "version": "elsewhere", "confidence": confidence}
        return {"id": self.name, "text": self.text, "prediction": prediction}


def span(text: str, words: str, label: str, *, cut: int = 0) -> dict[str, Any]:
    start = text.index(words)
    return {"start": start, "end": start + len(words) - cut, "label": label}


def ticket(language: str, number: int) -> Ticket:
    """Predicted: a wrong category and sentiment, a wrong label, a span too short, one too many and one missing."""
    name, product = NAMES[language][number % 4], PRODUCTS[language][number % 3]
    values = {"name": name, "product": product, "amount": 100 + number, "day": number + 1}
    text = TEXTS[language].format(**values)
    created = CREATED[language].format(**values)
    predicted = {
        "Category": CATEGORIES[number % 4],
        "Sentiment": SENTIMENTS[number % 3],
        "Entities": [
            span(text, name, "ORG"),
            span(text, product, "PRODUCT", cut=1),
            span(text, REMOVED[language], "DATE"),
        ],
    }
    meant = {
        "Category": CATEGORIES[(number + 1) % 4],
        "Sentiment": SENTIMENTS[(number + 2) % 3],
        "Entities": [span(text, name, "PERSON"), span(text, product, "PRODUCT"), span(text, created, "MONEY")],
    }
    return Ticket(f"{language}-{number:02}", text, predicted, meant, created)


TICKETS = {made.name: made for language in TEXTS for made in (ticket(language, number) for number in range(EACH))}


@pytest.fixture
def mia(site: Site) -> Iterator[httpx.Client]:
    with site.api("mia") as client:
        yield client


@pytest.fixture
def project(mia: httpx.Client) -> int:
    settings = {"train_after": 0, "random_share": 0}
    body = {"name": "By keyboard", "label_sets": LABEL_SETS, "settings": settings}
    made = int(mia.post("projects/", json=body).raise_for_status().json()["id"])
    mia.post(f"projects/{made}/members/", json={"username": "alice", "role": "annotator"}).raise_for_status()
    lines = "\n".join(json.dumps(row.row, ensure_ascii=False) for row in TICKETS.values()).encode()
    done = mia.post(f"projects/{made}/documents/", content=lines, headers={"Content-Type": "application/x-ndjson"})
    assert done.status_code == 201, done.text
    return made


class Hands:
    """Ten fingers at the desk, and eyes that read which key a label has."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def keys_of(self, label_set: str) -> dict[str, str]:
        return dict(self.page.evaluate(KEYS_OF, label_set))

    def find(self, words: str) -> None:
        """Put the cursor on these words by way of the find bar."""
        self.press("'")
        self.page.keyboard.insert_text(words)
        self.press("Enter")

    def walk_to(self, text: str, words: str) -> None:
        """Select these words with the arrows, character by character."""
        units = self.page.evaluate(UNITS_OF, [text, words])
        self.press("Home", *["ArrowRight"] * units[0], *["Shift+ArrowRight"] * (units[1] - 1))


def correct(hands: Hands, this: Ticket, keys: dict[str, dict[str, str]]) -> None:
    hands.press("n", keys["Entities"]["PERSON"])
    hands.press("n", "]")
    hands.press("n", "Delete")
    if this.name.startswith("zh"):
        hands.find(this.created)
    else:
        hands.walk_to(this.text, this.created)
    hands.press(keys["Entities"]["MONEY"])
    hands.press(keys["Category"][this.meant["Category"]], keys["Sentiment"][this.meant["Sentiment"]])


def plain(answer: dict[str, Any]) -> dict[str, Any]:  # Any: an answer as JSON
    spans = [{name: found[name] for name in ("start", "end", "label")} for found in answer["Entities"]]
    return {"Category": answer["Category"], "Sentiment": answer["Sentiment"], "Entities": spans}


def answers(mia: httpx.Client, project: int) -> dict[str, Any]:  # Any: answers as JSON
    lines = mia.get(f"projects/{project}/export/?which=gold").raise_for_status().text.splitlines()
    return {row["external_id"]: plain(row["answer"]) for row in map(json.loads, lines)}


def test_forty_tickets_are_corrected_without_a_mouse(mia: httpx.Client, project: int, people: People) -> None:
    page = people.window("alice")
    page.goto(f"/projects/{project}/annotate/")
    expect(page.locator("#desk-work")).to_be_visible()
    hands = Hands(page)
    keys = {name: hands.keys_of(name) for name in ("Category", "Sentiment", "Entities")}
    hands.press("g")
    seen = []

    for _ in TICKETS:
        title = page.locator("#desk-title").inner_text()
        seen.append(title)
        correct(hands, TICKETS[title], keys)
        hands.press("Enter")
        page.wait_for_function(NEXT_IS_THERE, arg=title)
    expect(page.locator("#desk-nothing")).to_be_visible()
    expect(page.locator("#desk-saved")).to_have_text("Saved")

    assert sorted(seen) == sorted(TICKETS)
    assert answers(mia, project) == {name: row.meant for name, row in TICKETS.items()}

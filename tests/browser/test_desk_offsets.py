"""Random texts of all planes in the real span element: what comes out in code points is what was selected."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.span_page import SpanPage, open_span_page

pytestmark = pytest.mark.browser

TEXTS = 400
STEPS = 4
JS_SPACE = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
PIECES = [
    *[
        "word",
        "don't",
        "149.90",
        "  ",
        " ",
        "\t",
        "\r\n",
        "\n",
        "\r",
        ". ",
        "—",
        "你好",
        "張偉。",
        "𠮷野家",
        "𪚥",
        "ありがとう",
    ],
    *[
        "e\u0301",
        "a\u0308\u0323",
        "\u0301",
        " \u0301",
        "שלום",
        "مرحبا",
        "\u0600١٢",
        "नमस्ते",
        "क्षि",
        "สวัสดี",
        "กำ",
        "각",
        "\u1100\u1161\u11a8",
    ],
    *[
        "👩‍👩‍👧‍👦",
        "👍🏽",
        "🏳️‍🌈",
        "🇨🇳🇫🇷",
        "1️⃣",
        "❤️",
        "葛\U000e0100",
        "\u200d",
        "\u200b",
        "\ufeff",
        "\u00ad",
        "𝒳",
        "\U0010ffff",
        "🫠",
    ],
    *["\u0d4e", "a\u0e33", "\u1100\u0e33", "\u0600a"],
    *["a" * 60, "\u202eabc\u202c", "ﬁ", "ß", "İ", "\u2028", "\u0085", "\x1f", "\ue000"],
]
DRIVE = """async ({ text, parts, spans, steps }) => {
    const element = document.querySelector("span-annotator");
    element.t = (key, values) => values?.span ?? key;
    element.load({ text, parts }, spans);
    const nodes = [...element.view.querySelectorAll(".sa-part")].map((block) => block.firstChild);
    const seen = () => element.spans.map((span) => {
        const { id, set, start, end, label } = span;
        return { id, set, start, end, label, quote: element.textOf(span) };
    });
    const whole = (text) => text.replace(/^[\\udc00-\\udfff]/, "").replace(/[\\ud800-\\udbff]$/, "");
    const mouse = { bubbles: true, pointerType: "mouse" };
    const press = (type, target) => target.dispatchEvent(new PointerEvent(type, mouse));
    const native = (first, from, last, to) => {
        const [a, b] = [nodes[first % nodes.length], nodes[last % nodes.length]];
        press("pointerdown", element.view);
        getSelection().setBaseAndExtent(a, from % (a.length + 1), b, to % (b.length + 1));
        const drawn = a === b ? whole(getSelection().toString() && getSelection().getRangeAt(0).toString()) : "";
        press("pointerup", document);
        return drawn;
    };
    const doStep = {
        key: (key, shiftKey) =>
            element.view.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true })),
        label: (key) => element.applyKey(key, { code: "", shiftKey: false }),
        call: (method, ...given) => element[method](...given),
        native,
    };
    const shots = [{ step: ["load"], spans: seen() }];
    for (const [kind, ...given] of steps) {
        window.said = null;
        const drawn = doStep[kind](...given);
        shots.push({ step: [kind, ...given], said: window.said, drawn: kind === "native" ? drawn : "", spans: seen() });
    }
    const edges = [0];
    let [unit, point] = [0, 0];
    const joints = new Set();
    for (const node of nodes) {
        const at = text.indexOf(node.data, unit);
        for (const { index, segment } of new Intl.Segmenter("en").segment(node.data)) {
            joints.add(at + index).add(at + index + segment.length);
        }
        unit = at + node.length;
    }
    for (unit = 0; unit <= text.length; point++) {
        if (joints.has(unit)) edges.push(point);
        unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
    }
    return { shots, edges };
}"""


def random_text(draw: random.Random) -> str:
    pieces = [draw.choice(PIECES) if draw.random() < 0.85 else any_character(draw) for _ in range(draw.randint(1, 24))]
    return "".join(pieces)


def any_character(draw: random.Random) -> str:
    """Of any plane, assigned or not; no surrogate and no NUL, which no text on the site can hold."""
    point = draw.randrange(1, 0x110000) if draw.random() < 0.5 else draw.randrange(1, 0x3000)
    return "\u05d0" if 0xD800 <= point < 0xE000 else chr(point)


def random_document(draw: random.Random) -> tuple[str, list[dict[str, Any]]]:  # Any: JSON
    if draw.random() < 0.6:
        return random_text(draw), []
    texts = [random_text(draw) if draw.random() < 0.9 else "" for _ in range(draw.randint(2, 4))]
    parts, at = [], 0
    for text in texts:
        parts.append({"role": "customer", "start": at, "end": at + len(text)})
        at += len(text) + 1
    return "\n".join(texts), parts


def random_spans(draw: random.Random, text: str, parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As a model or an import may give them, at any code point."""
    spans = []
    for number in range(draw.randint(0, 3)):
        room = draw.choice(parts) if parts else {"start": 0, "end": len(text)}
        if room["end"] > room["start"]:
            start = draw.randrange(room["start"], room["end"])
            end = draw.randint(start + 1, room["end"])
            spans.append({"id": f"given-{number}", "set": "Given", "label": "GIVEN", "start": start, "end": end})
    return [{**span, "status": "suggested", "source": "model", "score": 0.5} for span in spans]


def random_steps(draw: random.Random) -> list[list[Any]]:
    steps: list[list[Any]] = []
    for _ in range(STEPS):
        kind = draw.random()
        if kind < 0.3:
            steps.append(["native", draw.randrange(4), draw.randrange(200), draw.randrange(4), draw.randrange(200)])
            steps.append(["label", draw.choice("1234")])
        elif kind < 0.6:
            steps += [["key", draw.choice(["ArrowRight", "ArrowLeft", "Home", "End"]), False]] * draw.randint(1, 4)
            steps += [["key", draw.choice(["ArrowRight", "ArrowLeft"]), True]] * draw.randint(0, 4)
            steps.append(["label", draw.choice("1234")])
        elif kind < 0.75:
            steps.append(["call", "nudge", draw.choice(["start", "end"]), draw.choice([1, -1])])
        elif kind < 0.85:
            steps.append(["call", "move", draw.choice([1, -1])])
        else:
            steps.append(["call", draw.choice(["toggleGranularity", "merge", "split", "accept", "remove"])])
            steps.append(["key", draw.choice(["ArrowLeft", "ArrowRight"]), False])
            steps.append(["call", "split"])
    return steps


def problems_of(text: str, parts: list[dict[str, Any]], given: list[dict[str, Any]], seen: dict[str, Any]) -> list[str]:
    edges, drawn = set(seen["edges"]), ""
    rooms = parts or [{"start": 0, "end": len(text)}]
    found = []
    before = {(span["start"], span["end"]) for span in given}
    untouched = [(span["start"], span["end"]) for span in given]
    if sorted(untouched) != sorted((span["start"], span["end"]) for span in seen["shots"][0]["spans"]):
        found.append("the given spans came back changed")
    for shot in seen["shots"]:
        for span in shot["spans"]:
            place = (span["start"], span["end"])
            if text[slice(*place)] != span["quote"] or not span["quote"]:
                found.append(f"{shot['step']}: {place} is not {span['quote']!r}")
            if not any(room["start"] <= place[0] and place[1] <= room["end"] for room in rooms):
                found.append(f"{shot['step']}: {place} leaves its part")
            if span["set"] != "Given" and place not in before and not edges.issuperset(place):
                found.append(f"{shot['step']}: {place} cuts a character")
        if shot["step"][0] == "label" and shot.get("said"):
            found += problems_of_label(text, shot, drawn)
        drawn = shot.get("drawn", "")
    return found


def problems_of_label(text: str, shot: dict[str, Any], drawn: str) -> list[str]:
    """What was said is there, and what was drawn over with the mouse lies inside of it."""
    label, _, quote = shot["said"].partition(": ")
    if not quote:
        return []
    here = [span for span in shot["spans"] if span["label"] == label and text[span["start"] : span["end"]] == quote]
    found = [] if here else [f"{shot['step']}: {quote!r} was said and is not there"]
    if drawn.strip(JS_SPACE) not in quote:
        found.append(f"{shot['step']}: {drawn!r} was drawn over, {quote!r} was labeled")
    return found


@pytest.fixture(scope="module")
def span_page(chromium: Browser) -> Iterator[SpanPage]:
    opened = open_span_page(chromium)
    yield opened
    opened.page.context.close()


def test_no_offset_is_wrong_in_any_of_many_random_texts(span_page: SpanPage) -> None:
    wrong, made = [], 0
    for seed in range(TEXTS):
        draw = random.Random(seed)
        text, parts = random_document(draw)
        given = random_spans(draw, text, parts)
        values = {"text": text, "parts": parts, "spans": given, "steps": random_steps(draw)}
        seen = span_page.page.evaluate(DRIVE, values)
        made += sum(len(shot["spans"]) for shot in seen["shots"])
        wrong += [f"seed {seed}: {problem}" for problem in problems_of(text, parts, given, seen)]

    assert wrong == []
    assert made > TEXTS * STEPS, "hardly a span was made"

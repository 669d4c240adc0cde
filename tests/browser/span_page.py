"""A page with the real span element and nothing else: its own template, styles and modules."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, Route

STATIC = Path(__file__).resolve().parents[2] / "static"
LABELS: list[dict[str, Any]] = [  # Any: fields of a label
    {"name": "PERSON", "set": "Entities", "overlap": False, "key": "1"},
    {"name": "ORG", "set": "Entities", "overlap": False, "key": "2"},
    {"name": "TOPIC", "set": "Topics", "overlap": True, "key": "3"},
    {"name": "MOOD", "set": "Topics", "overlap": True, "key": "4"},
]
TYPES = {".js": "text/javascript", ".css": "text/css"}
SHELL = """<!doctype html><html lang="en"><meta charset="utf-8">
<link rel="stylesheet" href="/css/site.css"><link rel="stylesheet" href="/css/desk.css">
<body><main class="card document">%s</main>"""
PREPARE = """async (labels) => {
    const { adoptLabelColors } = await import("/js/desk/label-colors.js");
    await import("/js/desk/span-annotator.js");
    const element = document.querySelector("span-annotator");
    element.labels = labels.map((label, index) =>
        ({ title: label.name, maxSpans: 0, partRole: "", index, ...label }));
    adoptLabelColors(element.labels);
    element.addEventListener("said", ({ detail }) => (window.said = detail.message));
}"""


@dataclass
class SpanPage:
    page: Page

    def load(
        self, text: str, spans: list[dict[str, Any]] | None = None, parts: list[dict[str, Any]] | None = None
    ) -> None:
        filled = [
            {"id": f"given-{number}", "set": "Entities", "source": "model", "status": "suggested", "score": 0.5, **span}
            for number, span in enumerate(spans or [])
        ]
        self.page.evaluate(
            "([text, parts, spans]) => document.querySelector('span-annotator').load({ text, parts }, spans)",
            [text, parts or [], filled],
        )

    @property
    def spans(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate("""() => document.querySelector("span-annotator").spans.map(
            ({ id, set, label, start, end, source, status }) => ({ id, set, label, start, end, source, status }))""")
        return found

    def call(self, method: str, *arguments: Any) -> None:
        self.page.evaluate(
            "([method, given]) => document.querySelector('span-annotator')[method](...given)", [method, list(arguments)]
        )


def open_span_page(browser: Browser, *, labels: list[dict[str, Any]] = LABELS, **options: Any) -> SpanPage:
    """In a window of its own; the caller closes `page.context`."""
    body = SHELL % render_to_string("annotation/queue/_desk_annotator.html")

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix("http://spans.test/")
        if path:
            route.fulfill(path=STATIC / path, content_type=TYPES.get(Path(path).suffix))
        else:
            route.fulfill(body=body, content_type="text/html")

    page = browser.new_context(**options).new_page()
    page.route("**/*", serve)
    page.goto("http://spans.test/")
    page.evaluate(PREPARE, labels)
    return SpanPage(page)

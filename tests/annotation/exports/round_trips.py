"""Documents from all over Unicode, a project that holds them, and the way out and in again."""

import json
import random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from annotation.annotations.models import Gold
from annotation.projects.models import Kind, Project
from tests import make

LABEL_SETS: list[dict[str, Any]] = [
    {"name": "Category", "kind": Kind.CHOICE, "labels": ["billing", "delivery", "退款"]},
    {"name": "Topics", "kind": Kind.CHOICES, "labels": ["a", "b", "c"], "required": False},
    {"name": "Entities", "kind": Kind.SPAN, "labels": ["PERSON", "ORG"], "required": False},
    {"name": "Draft", "kind": Kind.TEXT, "labels": [], "required": False},
]
PLANES = 17
# One from every plane, the last of them the last code point; then what readers and writers have stumbled over.
ALPHABET = [
    *(chr((plane << 16) + 0x1234) for plane in range(PLANES)),
    *("\U0010ffff", "\ufeff", "\ufffd", "\ufffe", "\U0001fffe", "\u200b", "\u200d", "\u202e", "\u0301", "\U000e0041"),
    *("a", "B", " ", "  ", "\r\n", "\n", "\r", "\t", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"),
    *("中", "文", "𠮷", "😀", "👩\u200d🔬", "e\u0301", "ש", "=", '"', ",", "'", "\\", "\\n", "{", "#", "\x01", "\x7f"),
]
EDGES = ["", "", " ", "\r\n", "\n", "\ufeff", "終", "\u2028", "\U0010ffff"]


def generated(seed: int, count: int) -> list[dict[str, Any]]:
    """Documents with gold over texts from all planes; spans touch the edges and each other."""
    draw = random.Random(seed)
    return [_row(draw, number) for number in range(count)]


def _row(draw: random.Random, number: int) -> dict[str, Any]:
    inner = [*draw.choices(ALPHABET, k=draw.randint(0, 40)), "x"]
    draw.shuffle(inner)
    text = draw.choice(EDGES) + "".join(inner) + draw.choice(EDGES)
    places = sorted(draw.sample(range(len(text) + 1), min(4, len(text) + 1)))
    if draw.random() < 0.3:
        places[0], places[-1] = 0, len(text)
    spans = [
        {"start": start, "end": end, "label": draw.choice(["PERSON", "ORG"])}
        for start, end in zip(places[::2], places[1::2], strict=False)
    ]
    answer = {
        "Category": draw.choice(["billing", "delivery", "退款"]),
        "Topics": draw.sample(["a", "b", "c"], draw.randint(0, 3)),
        "Entities": spans,
        "Draft": draw.choice(["", "Dear\r\nyou 😀", "=1+1", "\U0010ffff\u2028"]) or None,
    }
    meta = {"lang": "zh", "n": number, "odd": draw.choice(ALPHABET), "list": [None, True, 1.5, {"k": "\r\n"}]}
    return {"id": f"n-{number}", "text": text, "meta": meta, "answer": answer}


def project_with(rows: list[dict[str, Any]], name: str) -> Project:
    project = make.project(manager=make.user(name), label_sets=LABEL_SETS)
    send(project, "rows.jsonl", "\n".join(json.dumps(row) for row in rows).encode())
    return project


def send(project: Project, filename: str, content: bytes, **options: str) -> None:
    client = make.client(project.created_by)
    form = {"file": SimpleUploadedFile(filename, content), **options}
    answer = client.post(f"/api/v1/projects/{project.pk}/documents/", form, format="multipart")
    assert answer.status_code == 201, answer.json()


def export(project: Project, query: str) -> bytes:
    answer: Any = make.client(project.created_by).get(f"/api/v1/projects/{project.pk}/export/?{query}")
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def contents(project: Project) -> list[tuple[str | None, str, dict[str, Any], dict[str, Any]]]:
    golds = Gold.objects.filter(project=project).select_related("document").order_by("document_id")
    return [(gold.document.external_id, gold.document.text, gold.document.meta, normal(gold.answer)) for gold in golds]


def normal(answer: dict[str, Any]) -> dict[str, Any]:
    """An absent value and an empty one say the same."""
    return {name: value for name, value in answer.items() if value not in (None, [], "")}

"""1,000 documents from all planes of Unicode go out and come in again, exactly, in every lossless format."""

import gzip
import json
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.documents.models import Document
from annotation.projects.models import Project
from tests import make
from tests.annotation.exports.round_trips import (
    ALPHABET,
    LABEL_SETS,
    PLANES,
    contents,
    export,
    generated,
    project_with,
    send,
)

pytestmark = pytest.mark.django_db
DOCUMENTS = 1_000
# What is asked for, the name it comes in under again, and how that is to be read.
LOSSLESS: list[tuple[str, str, dict[str, str]]] = [
    ("format=jsonl", "again.jsonl", {}),
    ("format=jsonl", "again.jsonl.gz", {}),
    ("format=parquet", "again.parquet", {}),
]


def again(first: Project, query: str, filename: str, options: dict[str, str]) -> Project:
    second = make.project(manager=make.user(f"noa-{uuid.uuid4().hex[:8]}"), label_sets=LABEL_SETS)
    content = export(first, query)
    send(second, filename, gzip.compress(content, 1) if filename.endswith(".gz") else content, **options)
    return second


def test_the_generated_texts_reach_into_every_plane() -> None:
    text = "".join(row["text"] for row in generated(1, DOCUMENTS))

    assert {ord(char) >> 16 for char in text} == set(range(PLANES))
    assert all(odd in text for odd in ALPHABET)


@pytest.mark.parametrize(("query", "filename", "options"), LOSSLESS)
def test_a_lossless_format_comes_back_exactly(query: str, filename: str, options: dict[str, str]) -> None:
    first = project_with(generated(1, DOCUMENTS), "mia")

    second = again(first, query, filename, options)

    assert contents(second) == contents(first)
    assert Document.objects.filter(project=second).count() == DOCUMENTS


def test_label_studio_comes_back_with_its_utf16_offsets() -> None:
    first = project_with(generated(2, DOCUMENTS), "mia")
    tasks = json.loads(export(first, "format=label-studio"))

    second = again(first, "format=label-studio", "tasks.json", {"dialect": "label-studio"})

    assert [(text, answer) for _, text, _, answer in contents(second)] == [
        (text, answer) for _, text, _, answer in contents(first)
    ]
    for task in tasks:
        units = task["data"]["text"].encode("utf-16-le")
        for result in task["annotations"][0]["result"]:
            if result["type"] == "labels":
                value = result["value"]
                assert units[value["start"] * 2 : value["end"] * 2].decode("utf-16-le") == value["text"]


@pytest.mark.parametrize("unit", ["codepoint", "utf16"])
def test_doccano_comes_back_in_the_unit_that_was_asked_for(unit: str) -> None:
    spans = [{**row, "answer": {"Entities": row["answer"]["Entities"]}} for row in generated(3, DOCUMENTS)]
    first = project_with(spans, "mia")

    second = again(first, f"format=doccano&offsets={unit}", "doccano.jsonl", {"dialect": "doccano", "offsets": unit})

    assert contents(second) == contents(first)


def _answers(text: str) -> st.SearchStrategy[dict[str, Any]]:
    places = st.lists(st.integers(0, len(text)), unique=True, max_size=6).map(sorted)
    spans = places.map(
        lambda found: [
            {"start": start, "end": end, "label": "ORG"} for start, end in zip(found[::2], found[1::2], strict=False)
        ]
    )
    topics = st.lists(st.sampled_from(["a", "b", "c"]), unique=True)
    return st.fixed_dictionaries(
        {"Category": st.sampled_from(["billing", "退款"]), "Topics": topics, "Entities": spans}
    )


_WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
_TEXTS = _WORDS.filter(lambda text: bool(text.strip()))
_ROWS = _TEXTS.flatmap(
    lambda text: st.fixed_dictionaries({"text": st.just(text), "answer": _answers(text), "meta": st.just({"n": 1})})
)


@settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(_ROWS, min_size=1, max_size=20))
def test_whatever_the_texts_are(rows: list[dict[str, Any]]) -> None:
    numbered = [{"id": f"n-{number}", **row} for number, row in enumerate(rows)]
    first = project_with(numbered, f"mia-{uuid.uuid4().hex[:8]}")

    for query, filename, options in LOSSLESS:
        assert contents(again(first, query, filename, options)) == contents(first)

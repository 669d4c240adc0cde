import csv
import io
import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotation.documents.models import Document
from annotation.projects.models import Kind, Project
from tests import make

pytestmark = pytest.mark.django_db

TEXT = " 😀 𠮷野家\r\nsaid =1+1 "
ANSWER = {"Category": "billing", "Sentiment": "negative", "Entities": [{"start": 3, "end": 6, "label": "ORG"}]}


def project_with_gold() -> tuple[Project, APIClient]:
    project = make.project(production_version=3)
    document = make.document(project, TEXT, external_id="a-1", meta={"channel": "app"})
    make.gold(document, ANSWER)
    make.prediction(document, {"Category": "other"}, version=3, confidence={"Category": {"other": 0.7}})
    return project, make.client(make.member(project, "alice"))


def export(project: Project, client: APIClient, query: str = "") -> bytes:
    answer: Any = client.get(f"/api/v1/projects/{project.pk}/export/{query}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_a_line_holds_the_text_byte_for_byte_and_the_marked_text() -> None:
    project, client = project_with_gold()

    line = json.loads(export(project, client))

    assert line["text"] == TEXT
    [span] = line["answer"]["Entities"]
    assert TEXT[span["start"] : span["end"]] == span["text"] == "𠮷野家"
    assert (line["external_id"], line["source"], line["meta"]) == ("a-1", "import", {"channel": "app"})


def test_offsets_can_be_asked_for_in_utf16() -> None:
    project, client = project_with_gold()

    [span] = json.loads(export(project, client, "?offsets=utf16"))["answer"]["Entities"]

    assert (span["start"], span["end"]) == (4, 8)


def test_predictions_name_their_version() -> None:
    project, client = project_with_gold()

    line = json.loads(export(project, client, "?which=predictions"))

    assert (line["version"], line["answer"], line["confidence"]) == (
        3,
        {"Category": "other"},
        {"Category": {"other": 0.7}},
    )


def test_csv_disarms_formulas() -> None:
    project, client = project_with_gold()
    formulas = ["=cmd()", "＝cmd()", "|cmd", "%cmd", "\n+1", "'=is a text", "'plain"]
    for text in formulas:
        make.gold(make.document(project, text), {"Category": "other"})

    rows = list(csv.DictReader(io.StringIO(export(project, client, "?format=csv").decode(), newline="")))

    assert [row["text"] for row in rows] == [TEXT, *(f"'{text}" for text in formulas[:-1]), "'plain"]
    assert [row["Category"] for row in rows] == ["billing", *["other"] * len(formulas)]


def test_a_csv_of_this_site_comes_back_without_the_quotes_that_disarmed_it() -> None:
    label_set = {"name": "=Category", "kind": Kind.CHOICE, "labels": ["-1", "+1"]}
    project = make.project(label_sets=[label_set])
    texts = ["=cmd()", "'=is a text", "'plain", "two\r\nlines"]
    for text in texts:
        make.gold(make.document(project, text), {"=Category": "-1"})
    raw = export(project, make.client(project.created_by), "?format=csv")
    other = make.project(label_sets=[label_set], manager=make.user("zoe"))

    answer = make.client(other.created_by).post(f"/api/v1/projects/{other.pk}/documents/", raw, content_type="text/csv")

    assert answer.status_code == 201, answer.content
    found = Document.objects.filter(project=other).order_by("pk").select_related("gold")
    assert [(row.text, row.gold.answer) for row in found] == [(text, {"=Category": "-1"}) for text in texts]


def test_an_unknown_format_is_a_clear_error() -> None:
    project, client = project_with_gold()

    answer = client.get(f"/api/v1/projects/{project.pk}/export/?format=xml")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "format"


def test_the_feed_can_be_resumed_and_repeats_nothing() -> None:
    project, client = project_with_gold()
    make.gold(make.document(project, "second"), {"Category": "other"})

    first = client.get(f"/api/v1/projects/{project.pk}/labels/?limit=1").json()
    second = client.get(f"/api/v1/projects/{project.pk}/labels/?since={first['next_since']}").json()
    third = client.get(f"/api/v1/projects/{project.pk}/labels/?since={second['next_since']}").json()

    assert [row["answer"]["Category"] for row in first["results"] + second["results"]] == ["billing", "other"]
    assert third == {"results": [], "next_since": second["next_since"]}


@pytest.mark.parametrize("since", ["-1", "x", "1e3", "٣", "9" * 30])
def test_a_bad_place_in_the_feed_is_a_clear_error(since: str) -> None:
    project, client = project_with_gold()

    assert client.get(f"/api/v1/projects/{project.pk}/labels/", {"since": since}).status_code == 422

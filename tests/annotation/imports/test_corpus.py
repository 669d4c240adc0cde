"""Every nasty file of ../shared/corpus in a format that the site reads, in both modes, over HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from annotation.documents.models import Document
from annotation.imports.formats import READERS
from annotation.projects.models import Kind, Label, Project
from tests import make
from tests.conftest import SHARED

pytestmark = pytest.mark.django_db

CORPUS = SHARED / "corpus"
_GZIP = ("gzip_bomb",)


def _cases() -> list[Any]:
    manifest = CORPUS / "manifest.json"
    if not manifest.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason="the folder ../shared with the corpus is absent"))]
    cases = json.loads(manifest.read_text())["cases"]
    read = (*READERS, "zip")
    return [pytest.param(case, id=case["id"]) for case in cases if case["format"] in read or case["id"] in _GZIP]


def _project(case: dict[str, Any]) -> Project:
    overlap = case.get("options", {}).get("allow_overlap", False)
    return make.project(
        label_sets=[
            {"name": "spans", "kind": Kind.SPAN, "labels": ["PER", "ORG", "LOC", "PRODUCT"], "overlap": overlap},
            {"name": "ticket", "kind": Kind.CHOICE, "labels": ["billing", "bug", "account", "退款"]},
            {"name": "sentiment", "kind": Kind.CHOICE, "labels": ["positive", "neutral", "negative"]},
        ]
    )


def _send(case: dict[str, Any], project: Project, on_error: str) -> Any:
    options = case.get("options", {})
    form = {"on_error": on_error, "encoding": case.get("declared_encoding", "")}
    form |= {"delimiter": options.get("delimiter", ""), "create_labels": str(options.get("create_labels", ""))}
    path = CORPUS / case["file"]
    file: Any = SimpleUploadedFile("placeholder", path.read_bytes())
    # The setter would tidy what a client can send; line ends travel escaped, as browsers send them.
    file._name = case.get("upload_filename", path.name).replace("\r", "%0D").replace("\n", "%0A")
    client = make.client(project.created_by)
    return client.post(f"/api/v1/projects/{project.pk}/documents/", {**form, "file": file}, format="multipart")


def _source_rows(case: dict[str, Any]) -> list[dict[str, Any]]:
    raw = (CORPUS / case["file"]).read_bytes().decode(case.get("declared_encoding", "utf-8-sig"))
    if case["format"] == "json":
        return list(json.loads(raw))
    return [json.loads(line) for line in raw.split("\n") if line.strip()]


@pytest.mark.parametrize("on_error", ["reject", "skip"])
@pytest.mark.parametrize("case", _cases())
def test_a_file_of_the_corpus_ends_as_its_manifest_says(case: dict[str, Any], on_error: str) -> None:
    project = _project(case)

    response = _send(case, project, on_error)

    body = response.json()
    assert "Traceback" not in response.content.decode()
    bad = [(problem["row"], problem["code"]) for problem in case["bad"]]
    if case["expect"] == "accept":
        assert response.status_code == 201, body
        assert body["imported"] == case["ok"]
        assert set(case.get("warnings", ())) <= set(body["warnings"])
    elif case["expect"] == "reject_file":
        assert 400 <= response.status_code < 500, body
        assert body["code"] == case["file_error"]
        assert len(body["errors"]) == 1
    elif on_error == "reject":
        assert response.status_code == 422
        assert [(problem["row"], problem["code"]) for problem in body["errors"]] == bad
        assert all(problem["line"] >= problem["row"] and problem["message"] for problem in body["errors"])
    else:
        assert response.status_code == 201, body
        assert [(problem["row"], problem["code"]) for problem in body["rejected"]] == bad
    all_or_nothing = case["expect"] == "reject_row" and on_error == "reject"
    assert Document.objects.count() == (0 if all_or_nothing else case["ok"])
    assert list(Path(settings.MEDIA_ROOT).glob("imports/*")) == []


@pytest.mark.parametrize("case", [case for case in _cases() if case.values[0] and case.values[0]["roundtrip"]])
def test_texts_and_spans_come_out_as_they_went_in(case: dict[str, Any]) -> None:
    project = _project(case)

    _send(case, project, "reject")

    stored = list(Document.objects.order_by("pk").select_related("gold"))
    if case["format"] in ("csv", "tsv"):
        return
    for document, row in zip(stored, _source_rows(case), strict=True):
        assert document.text == row["text"]
        spans = [{name: span[name] for name in ("start", "end", "label")} for span in row.get("spans", [])]
        if spans:
            assert document.gold.answer["spans"] == sorted(spans, key=lambda span: (span["start"], span["end"]))


def test_labels_that_are_allowed_to_be_new_are_made_and_no_other() -> None:
    case = {"file": "jsonl/labels_confusable.jsonl", "options": {"create_labels": True}}
    if not CORPUS.exists():
        pytest.skip("the folder ../shared with the corpus is absent")
    project = _project(case)

    _send(case, project, "skip")

    labels = Label.objects.filter(label_set__project=project, label_set__name="spans")
    assert list(labels.values_list("name", flat=True)) == ["PER", "ORG", "LOC", "PRODUCT"]

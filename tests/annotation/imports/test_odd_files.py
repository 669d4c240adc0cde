"""Files that people and other tools really make: read for what they say, or refused in words."""

import datetime as dt
import gzip
import io
import zipfile
from typing import Any
from unittest.mock import Mock

import pyarrow as pa
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pyarrow import parquet

from annotation.documents.models import Document
from annotation.imports import archive
from annotation.projects.models import Kind, Project
from tests import make

pytestmark = pytest.mark.django_db
GOOD = b'{"text":"good"}\n'


def _project() -> Project:
    return make.project(label_sets=[{"name": "spans", "kind": Kind.SPAN, "labels": ["PER"]}])


def _send(project: Project, name: str, raw: bytes, **options: str) -> Any:  # Any: an answer of the test client
    client = make.client(project.created_by)
    form = {**options, "file": SimpleUploadedFile(name, raw)}
    return client.post(f"/api/v1/projects/{project.pk}/documents/", form, format="multipart")


def _zip(*files: tuple[str, bytes], mode: int = 0o100644) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, raw in files:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            packed.writestr(info, raw)
    return made.getvalue()


def _parquet(table: pa.Table) -> bytes:
    made = io.BytesIO()
    parquet.write_table(table, made)
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "raw", "options", "code"),
    [
        ("a.jsonl", GOOD, {"encoding": "utf-16"}, "bad_encoding"),
        ("a.jsonl", GOOD.decode().encode("utf-16-le"), {}, "bad_encoding"),
        ("a.csv", "text\né\n".encode("utf-16-be"), {}, "bad_encoding"),
        ("a.csv", b"te\0xt,id\na,1\n", {}, "bad_columns"),
        ("a.json", b'{"text":"' + b"x" * 300_000 + b'"}', {}, "not_array"),
        ("a.parquet", _parquet(pa.Table.from_arrays([pa.array(["a"])] * 2, names=["text", "text"])), {}, "bad_columns"),
        ("a.parquet", _parquet(pa.table({"text": ["a"], "k\0": ["v"]})), {}, "bad_columns"),
        (
            "a.parquet",
            _parquet(pa.table({"text": ["a"], "at": pa.array([-(10**17)], pa.timestamp("us"))})),
            {},
            "bad_parquet",
        ),
        ("a.zip", _zip(("a.jsonl", GOOD), mode=0o020666), {}, "archive_unsafe_path"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_whole(
    name: str, raw: bytes, options: dict[str, str], code: str
) -> None:
    answer = _send(_project(), name, raw, **options, on_error="skip")

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert len(answer.json()["errors"]) == 1
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("name", "raw", "options", "texts"),
    [
        ("a.jsonl", GOOD.decode().encode("utf-16"), {"encoding": "utf-16-le"}, ["good"]),
        ("a.csv", "\ufefftext\n好\n".encode("gb18030"), {"encoding": "gb18030"}, ["好"]),
        ("a.csv", b"\r\n\r\ntext\r\ngood\r\n", {}, ["good"]),
        ("a.jsonl", b'{"text":"a","pad":"' + b"x" * (2 * 1024 * 1024 - 21) + b'"}\n', {}, ["a"]),
        ("a.parquet", _parquet(pa.table({"text": ["é".encode()], "t": [dt.time(1, 2)]})), {}, ["é"]),
        ("a.zip", _zip(("x/a.jsonl", GOOD), ("x/._a.jsonl", b"\0\5\x16\7"), ("desktop.ini", b"[x]")), {}, ["good"]),
        ("a.conll", b"# sent_id = 7\n# text = New York\nNew\xc2\xa0York B-PER\n \t\n# O\n", {}, ["New\xa0York", "#"]),
    ],
)
def test_what_other_tools_add_does_no_harm(name: str, raw: bytes, options: dict[str, str], texts: list[str]) -> None:
    answer = _send(_project(), name, raw, **options)

    assert answer.status_code == 201, answer.content
    assert list(Document.objects.order_by("pk").values_list("text", flat=True)) == texts


@pytest.mark.parametrize(
    ("name", "raw", "problem"),
    [
        ("a.conll", b"New York B-PER\nis O\n", {"row": 1, "line": 1, "code": "bad_columns"}),
        ("a.conll", b"A X\0Y\n", {"row": 1, "line": 1, "code": "bad_tag"}),
        ("a.parquet", _parquet(pa.table({"text": ["a"], "k": ["v\0"]})), {"row": 1, "code": "nul_char", "field": "k"}),
        ("a.parquet", _parquet(pa.table({"text": [b"\xff"]})), {"row": 1, "code": "bad_text", "field": "text"}),
        (
            "a.jsonl",
            b'{"text":"abc","spans":[{"start":0,"end":1,"label":"PER","text":"a","surface":"b"}]}',
            {"row": 1, "line": 1, "code": "span_text_mismatch", "field": "spans"},
        ),
    ],
)
def test_a_row_that_would_lose_something_is_named(name: str, raw: bytes, problem: dict[str, Any]) -> None:
    answer = _send(_project(), name, raw).json()

    assert answer["detail"] == "1 row can't be imported, so nothing was."
    assert [{key: row[key] for key in problem} for row in answer["errors"]] == [problem]
    assert not Document.objects.exists()


def test_the_files_of_an_archive_are_written_together_and_named_in_their_order(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    project = _project()
    names = [f"{number:03}.jsonl" for number in range(300)]
    files = [
        (name, GOOD if name > "001.jsonl" else b'{"text":"b","id":1}\n{}\n{"text":"c","id":1}\n') for name in names
    ]
    opened = Mock(wraps=archive.opened)
    monkeypatch.setattr(archive, "opened", opened)

    with django_assert_max_num_queries(60):
        answer = _send(project, "a.zip", _zip(*files), on_error="skip").json()

    assert [(row["file"], row["row"], row["code"]) for row in answer["rejected"]] == [
        ("000.jsonl", 2, "missing_text"),
        ("000.jsonl", 3, "duplicate_id"),
        ("001.jsonl", 2, "missing_text"),
        ("001.jsonl", 3, "duplicate_id"),
    ]
    assert (answer["imported"], answer["duplicates"], opened.call_count) == (299, 1, 2)


def test_an_object_in_place_of_rows_is_bounded_like_every_other_body() -> None:
    project = make.project()
    body = b'{"comment": "' + b"x" * (5 * 1024 * 1024) + b'"}'

    answer = make.client(project.created_by).post(
        f"/api/v1/projects/{project.pk}/documents/", body, content_type="application/json"
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_names_in_a_line_of_doccano_go_to_the_label_sets_that_have_them() -> None:
    labels = [("Mood", Kind.CHOICE, ["good", "bad"]), ("Topics", Kind.CHOICES, ["a", "b"])]
    project = make.project(label_sets=[{"name": name, "kind": kind, "labels": them} for name, kind, them in labels])

    answer = _send(project, "a.jsonl", b'{"text":"x","label":["a","bad","b"]}\n', dialect="doccano")

    assert answer.status_code == 201, answer.content
    assert Document.objects.select_related("gold").get().gold.answer == {"Mood": "bad", "Topics": ["a", "b"]}


def test_a_packed_file_of_several_members_is_read_to_its_end() -> None:
    answer = _send(_project(), "a.jsonl.gz", gzip.compress(GOOD) + gzip.compress(b'{"text":"two"}'))

    assert answer.json()["imported"] == 2

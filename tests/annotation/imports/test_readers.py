import csv
import gzip
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.imports import unpack
from annotation.imports.formats import Format, format_of_content_type, format_of_name
from annotation.imports.readers import csv_rows, json_array, jsonl, txt
from annotation.imports.readers.encodings import check_encoding, known_encoding
from annotation.imports.readers.shapes import FileError, ReadOptions, Row, RowProblem

JSON_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
OPTIONS = ReadOptions()


def _codes(found: list[Row | RowProblem]) -> list[tuple[int, int, str]]:
    return [(row.row, row.line, row.code) for row in found if isinstance(row, RowProblem)]


@given(st.lists(st.fixed_dictionaries({"text": JSON_TEXT, "meta": st.lists(JSON_TEXT, max_size=3)}), max_size=5))
def test_an_array_read_in_tiny_chunks_gives_the_same_rows(rows: list[dict[str, object]]) -> None:
    raw = json.dumps(rows, ensure_ascii=False, indent=1).encode()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_array, "_CHUNK", 3)
        found = list(json_array.rows(io.BytesIO(raw), OPTIONS))

    assert [row.values for row in found if isinstance(row, Row)] == rows


@given(st.lists(st.lists(JSON_TEXT, min_size=2, max_size=2), max_size=5), st.sampled_from(["\n", "\r\n", "\r"]))
def test_csv_read_in_tiny_chunks_gives_the_same_cells(cells: list[list[str]], line_end: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows([["text", "note"], *cells])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows, "_CHUNK", 3)
        found = list(csv_rows.rows(io.BytesIO(out.getvalue().encode()), OPTIONS))

    assert [list(row.values.values()) for row in found if isinstance(row, Row)] == cells


def test_an_array_names_the_line_of_each_row() -> None:
    raw = b'\n[ {"text":"a"},\n\n{"text":"b",\n"c":NaN},\n7]\n'

    found = list(json_array.rows(io.BytesIO(raw), OPTIONS))

    assert isinstance(found[0], Row)
    assert found[0].line == 2
    assert _codes(found) == [(2, 4, "bad_number"), (3, 6, "not_object")]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'[{"text":"a"},]', "bad_json"),
        (b'[,{"text":"a"}]', "bad_json"),
        (b'[{"text":"a"}', "bad_json"),
        (b'[{"text":"a"}] 1', "bad_json"),
        (b'[{"text":"a"}}', "bad_json"),
        (b'{"text":"a"}\n{"text":"b"}', "bad_json"),
        (b"5", "not_array"),
    ],
)
def test_a_broken_array_is_an_error_of_the_file(raw: bytes, code: str) -> None:
    with pytest.raises(FileError) as caught:
        list(json_array.rows(io.BytesIO(raw), OPTIONS))

    assert caught.value.code == code


def test_a_row_over_the_limit_is_named_and_the_next_one_read() -> None:
    options = ReadOptions(row_bytes=40)
    long = json.dumps({"text": "x" * 100})
    short = json.dumps({"text": "a"})

    as_lines = list(jsonl.rows(io.BytesIO(f"{long}\n{short}\n".encode()), options))
    as_array = list(json_array.rows(io.BytesIO(f"[{long},\n{short}]".encode()), options))
    as_csv = list(csv_rows.rows(io.BytesIO(b'text\n"' + b"x\n" * 60 + b'"\na\n'), options))

    assert _codes(as_lines) == _codes(as_array) == [(1, 1, "row_too_large")]
    assert _codes(as_csv) == [(1, 2, "row_too_large")]
    for found in (as_lines, as_array, as_csv):
        assert isinstance(found[1], Row)
        assert (found[1].values, found[1].line) == ({"text": "a"}, 63 if found is as_csv else 2)


def test_a_limit_in_bytes_counts_bytes() -> None:
    row = json.dumps({"text": "长" * 20}, ensure_ascii=False).encode()

    assert len(list(jsonl.rows(io.BytesIO(row), ReadOptions(row_bytes=len(row))))) == 1
    assert _codes(list(jsonl.rows(io.BytesIO(row), ReadOptions(row_bytes=len(row) - 1)))) == [(1, 1, "row_too_large")]


def test_lines_of_a_text_file_are_documents() -> None:
    found = list(txt.rows(io.BytesIO(" a\u2028b \r\n\n\t\nc".encode()), OPTIONS))

    assert [(row.number, row.line, row.values) for row in found if isinstance(row, Row)] == [
        (1, 1, {"text": " a\u2028b "}),
        (2, 4, {"text": "c"}),
    ]


def test_the_first_byte_that_does_not_fit_is_named_across_chunks() -> None:
    raw = b"x" * (1024 * 1024 - 1) + "é".encode() + b"\xff"

    with pytest.raises(FileError, match=f"byte at {1024 * 1024 + 1} ") as caught:
        check_encoding(io.BytesIO(raw), "utf-8")

    assert caught.value.code == "bad_encoding"


def test_only_encodings_of_texts_are_known() -> None:
    assert [known_encoding(name) for name in ("UTF8", "GB18030", "utf_8_sig", "rot13", "utf-7", "nonsense", "\0")] == [
        "utf-8",
        "gb18030",
        "utf-8",
        None,
        None,
        None,
        None,
    ]


def test_the_name_or_the_content_type_decides_the_format() -> None:
    assert format_of_name("A.B.JSONL") == Format("jsonl")
    assert format_of_name("a.csv.gz") == Format("csv", is_gzip=True)
    assert format_of_content_type("text/csv; charset=utf-8") == Format("csv")
    for name in ("jsonl", "a.gz", "a.zip.gz", "", "a.jsonl."):
        with pytest.raises(FileError):
            format_of_name(name)


@pytest.mark.parametrize("raw", [b"", b"\x1f\x8b\x08\x00", b"not gzip", gzip.compress(b"a" * 99, mtime=0)[:-9]])
def test_a_damaged_gzip_file_is_an_error_of_the_file(raw: bytes) -> None:
    if not raw:
        assert unpack.unpacked(io.BytesIO(raw), 10).read() == b""
        return

    with pytest.raises(FileError) as caught:
        unpack.unpacked(io.BytesIO(raw), 1000).read()

    assert caught.value.code == "archive_bad"

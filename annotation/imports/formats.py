"""Which reader takes a file: its name decides, or the content type of a body; the content never does. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import BinaryIO

from django.utils.translation import gettext as _

from annotation.imports.readers import conll, csv_rows, json_array, jsonl, txt
from annotation.imports.readers.shapes import FileError, ReadOptions, Row, RowProblem

Read = Callable[[BinaryIO, ReadOptions], Iterator[Row | RowProblem]]


def _parquet(stream: BinaryIO, options: ReadOptions) -> Iterator[Row | RowProblem]:
    """Its library takes 50 MB, which only those need who read such files."""
    rows: Iterator[Row | RowProblem] = import_module("annotation.imports.readers.parquet").rows(stream, options)
    return rows


READERS: dict[str, Read] = {
    "jsonl": jsonl.rows,
    "json": json_array.rows,
    "csv": csv_rows.rows,
    "tsv": csv_rows.rows,
    "txt": txt.rows,
    "parquet": _parquet,
    "conll": conll.rows,
}
# Formats without an encoding, and the one that holds files of the others.
BINARY = ("parquet",)
ARCHIVE = "zip"
DELIMITERS = {"csv": ",", "tsv": "\t"}
_ENDINGS = {"ndjson": "jsonl", ARCHIVE: ARCHIVE} | {name: name for name in READERS}
_CONTENT_TYPES = {
    "application/x-ndjson": "jsonl",
    "application/jsonl": "jsonl",
    "application/json": "json",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "text/plain": "txt",
    "application/vnd.apache.parquet": "parquet",
    "application/zip": ARCHIVE,
}
CONTENT_TYPES = tuple(_CONTENT_TYPES)


@dataclass(frozen=True, slots=True)
class Format:
    name: str
    is_gzip: bool = False

    @property
    def stored(self) -> str:
        return f"{self.name}.gz" if self.is_gzip else self.name


def format_of_name(filename: str) -> Format:
    """Raises FileError where the ending is not one of those the site reads."""
    stem, dot, ending = filename.rpartition(".")
    is_gzip = bool(dot) and ending.lower() == "gz"
    if is_gzip:
        stem, dot, ending = stem.rpartition(".")
    name = _ENDINGS.get(ending.lower()) if dot else None
    if name is None or (is_gzip and name == ARCHIVE):
        message = _("This site imports %(names)s files, each also as .gz or several in a .zip.")
        raise FileError("unsupported_type", message % {"names": ", ".join(f".{name}" for name in READERS)})
    return Format(name, is_gzip)


def format_of_content_type(content_type: str) -> Format:
    name = _CONTENT_TYPES.get(content_type.split(";")[0].strip().lower())
    if name is None:
        message = _("This call takes %(types)s, or a file as multipart/form-data.")
        raise FileError("unsupported_type", message % {"types": ", ".join(CONTENT_TYPES)})
    return Format(name)


def format_of_stored(stored: str) -> Format:
    return Format(stored.removesuffix(".gz"), stored.endswith(".gz"))

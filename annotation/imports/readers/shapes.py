"""What every reader takes and gives. Pure: no database."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file, and what bounds it."""

    encoding: str = "utf-8"
    delimiter: str = ","
    row_bytes: int = 2 * 1024 * 1024
    json_depth: int = 32
    csv_columns: int = 200
    # The label set that takes spans from formats which name none.
    span_set: str = ""
    # Columns of which a table must have one, and those it must have all; a preview asks for none.
    text_columns: frozenset[str] = frozenset(("text", "parts"))
    wanted_columns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the file: its number from 1, the line it starts on, its raw keys and values.

    `file`: its name in an archive.
    """

    number: int
    line: int
    values: dict[str, Any]  # Any: JSON from outside, not checked yet
    warnings: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why one row can't be imported: a stable code for programs, words for people."""

    row: int
    line: int
    field: str
    code: str
    message: str
    file: str = ""

    def as_json(self) -> dict[str, object]:
        place: dict[str, object] = {"file": self.file} if self.file else {}
        return place | {
            "row": self.row,
            "line": self.line,
            "field": storable(self.field),
            "code": self.code,
            "message": storable(self.message),
        }


def storable(words: str) -> str:
    """Words may quote a file, and the database takes no NUL."""
    return words.replace("\0", "\u2400")


class FileError(ValueError):
    """The file as a whole can't be read; nothing of it is imported."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(storable(message))
        self.code = code


class Reader(Protocol):
    def __call__(self, stream: BinaryIO, options: ReadOptions) -> Iterator[Row | RowProblem]:
        """Rows in the file's order, read as a stream. Raises FileError."""
        ...

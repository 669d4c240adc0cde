"""One JSON array of objects, cut into its elements while it streams: no element waits for the end of the file. Pure."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from annotation.answers.strict_json import StrictJSONError, loads
from annotation.imports.readers.jsonl import parse_row
from annotation.imports.readers.lines import open_text
from annotation.imports.readers.shapes import FileError, ReadOptions, Row, RowProblem

_CHUNK = 256 * 1024
_SPACE = " \t\r\n"
_OUTSIDE_STRING = re.compile(r'["\[\]{},]')
_INSIDE_STRING = re.compile(r'["\\]')


def rows(stream: BinaryIO, options: ReadOptions) -> Iterator[Row | RowProblem]:
    text = open_text(stream, options.encoding)
    chunks = iter(lambda: text.read(_CHUNK), "")
    for number, (line, element) in enumerate(_Elements(options).cut(chunks), start=1):
        found = parse_row(element, number, line, options)
        if isinstance(found, RowProblem) and found.code == "bad_json":
            message = _("Row %(row)d on line %(line)d is not JSON: %(why)s")
            raise FileError("bad_json", message % {"row": number, "line": line, "why": found.message})
        yield found
    text.detach()


class _Elements:
    """Cuts by counting brackets outside strings. What it cuts is parsed, and judged, by the strict parser."""

    def __init__(self, options: ReadOptions) -> None:
        self.row_bytes = options.row_bytes
        # The array itself is the first level.
        self.max_depth = options.json_depth + 1
        self.depth = 0
        self.line = 1
        self.in_string = self.is_escaped = self.is_closed = self.has_elements = False
        self.kept: list[str] = []
        self.kept_chars = self.kept_lines = 0

    def cut(self, chunks: Iterator[str]) -> Iterator[tuple[int, str | None]]:
        """(line, text) of every element; None stands for one over the limit. Raises FileError."""
        for chunk in chunks:
            if self.depth or self.is_closed:
                yield from self._chunk(chunk)
            elif chunk.strip(_SPACE):
                yield from self._chunk(self._opened(chunk, chunks))
            else:
                self.line += chunk.count("\n")
        if self.depth:
            raise FileError("bad_json", _("The file ends before its array does."))

    def _opened(self, chunk: str, chunks: Iterator[str]) -> str:
        inside = chunk.lstrip(_SPACE)
        if not inside.startswith("["):
            raise _not_an_array(inside, is_whole=next(chunks, "") == "")
        self.line += chunk[: len(chunk) - len(inside)].count("\n")
        self.depth = 1
        return inside[1:]

    def _chunk(self, chunk: str) -> Iterator[tuple[int, str | None]]:
        start = place = 0
        while place < len(chunk) and not self.is_closed:
            if self.is_escaped:
                self.is_escaped = False
                place += 1
                continue
            mark = (_INSIDE_STRING if self.in_string else _OUTSIDE_STRING).search(chunk, place)
            if mark is None:
                break
            place = mark.end()
            if self._ends_element(mark.group()):
                yield from self._element(chunk[start : mark.start()])
                start = place
        if self.is_closed and chunk[start:].strip(_SPACE):
            raise FileError("bad_json", _("Something follows the end of the array."))
        self._keep(chunk[start:])

    def _ends_element(self, mark: str) -> bool:
        if self.in_string:
            self.in_string = mark != '"'
            self.is_escaped = mark == "\\"
            return False
        if mark == '"':
            self.in_string = True
        elif mark in "[{":
            self.depth += 1
            if self.depth > self.max_depth:
                message = _("JSON may be nested %(limit)d levels deep at most.")
                raise FileError("too_deep", message % {"limit": self.max_depth})
        elif mark in "]}":
            self.depth -= 1
            self.is_closed = self.depth == 0
            if self.is_closed and mark == "}":
                raise FileError("bad_json", _("The array is closed by “}”."))
        return self.is_closed or (mark == "," and self.depth == 1)

    def _element(self, tail: str) -> Iterator[tuple[int, str | None]]:
        self._keep(tail)
        whole = None if self.kept_chars > self.row_bytes else "".join(self.kept)
        lines, self.kept, self.kept_chars, self.kept_lines = self.kept_lines, [], 0, 0
        if whole is None or whole.strip(_SPACE):
            self.has_elements = True
            before = 0 if whole is None else whole[: len(whole) - len(whole.lstrip(_SPACE))].count("\n")
            yield self.line + before, whole
        elif self.has_elements or not self.is_closed:
            raise FileError("bad_json", _("A comma on line %(line)d has no row beside it.") % {"line": self.line})
        self.line += lines

    def _keep(self, piece: str) -> None:
        self.kept_chars += len(piece)
        self.kept_lines += piece.count("\n")
        if self.kept_chars > self.row_bytes:
            self.kept.clear()
        elif piece:
            self.kept.append(piece)


def _not_an_array(head: str, *, is_whole: bool) -> FileError:
    first_line, line_end, _rest = head.partition("\n")
    is_long_object = head.startswith("{") and not line_end and not is_whole
    if is_long_object or (is_whole and _is_json(head)):
        return FileError("not_array", _("A .json file holds one array of objects; this one holds something else."))
    if _is_json(first_line):
        return FileError("bad_json", _("This looks like JSONL, an object a line. Name the file .jsonl."))
    return FileError("bad_json", _("A .json file starts with “[”; this one is not JSON."))


def _is_json(text: str) -> bool:
    try:
        loads(text)
    except StrictJSONError:
        return False
    return True

"""Rows of a csv or tsv file with a header. Strict about quotes and columns: nothing is shifted or swallowed. Pure."""

import csv
import re
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from annotation.imports.readers.columns import check_columns
from annotation.imports.readers.jsonl import too_large
from annotation.imports.readers.lines import is_over, open_text
from annotation.imports.readers.shapes import FileError, ReadOptions, Row, RowProblem

_CHUNK = 256 * 1024
# Not splitlines(): a text may hold U+2028 and others of its kind.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
# Cells are bounded by the row's limit, not by the module's own 131,072 characters.
csv.field_size_limit(1 << 30)


class _RecordTooLarge(Exception):
    """Raised through the csv parser, which starts afresh with the next record."""


def rows(stream: BinaryIO, options: ReadOptions) -> Iterator[Row | RowProblem]:
    text = open_text(stream, options.encoding)
    source = _Lines(iter(lambda: text.read(_CHUNK), ""), options.row_bytes)
    reader = csv.reader(source, delimiter=options.delimiter, strict=True)
    header = _header(reader, source, options)
    number = 0
    while True:
        source.start_record()
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            number += 1
            yield _quoting_problem(error, source, number)
            continue
        except _RecordTooLarge:
            number += 1
            yield too_large(number, source.record_line, options)
            continue
        if cells:
            number += 1
            yield _row(cells, header, number, source.record_line)
    text.detach()


class _Lines:
    """Lines for the csv parser, ended by CRLF, CR or LF as in the file, with a bound on one record."""

    def __init__(self, chunks: Iterator[str], row_bytes: int) -> None:
        self.pieces = _split(chunks, row_bytes)
        self.row_bytes = row_bytes
        self.record_line = self.line = 0
        self.record_chars = self.quotes = 0
        self.is_at_end = False

    def start_record(self) -> None:
        self.record_line = self.line + 1
        self.record_chars = self.quotes = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line, is_cut = self._next_line()
        if not is_cut and not self._is_over(line):
            return line
        while (is_cut or self.quotes % 2) and not self.is_at_end:
            try:
                line, is_cut = self._next_line()
            except StopIteration:
                break
        if self.quotes % 2:
            raise _unclosed(self.record_line)
        raise _RecordTooLarge

    def _is_over(self, line: str) -> bool:
        return self.record_chars > self.row_bytes or (self.record_chars == len(line) and is_over(line, self.row_bytes))

    def _next_line(self) -> tuple[str, bool]:
        try:
            line = next(self.pieces)
        except StopIteration:
            self.is_at_end = True
            raise
        is_cut = not line.endswith(("\r", "\n")) and len(line) > self.row_bytes
        self.line += not is_cut
        self.record_chars += len(line)
        self.quotes += line.count('"')
        return line, is_cut


def _split(chunks: Iterator[str], limit: int) -> Iterator[str]:
    """Lines with their ends; one over `limit` comes in pieces longer than that."""
    rest = ""
    for chunk in chunks:
        rest += chunk
        # The LF of a last CR may stand at the head of the next chunk.
        while rest.endswith("\r") and (more := next(chunks, "")):
            rest += more
        lines = _LINE.findall(rest)
        rest = "" if not lines or lines[-1].endswith(("\r", "\n")) else lines.pop()
        yield from lines
        if len(rest) > limit:
            yield rest
            rest = ""
    if rest:
        yield rest


def _header(reader: Iterator[list[str]], source: _Lines, options: ReadOptions) -> list[str]:
    source.start_record()
    try:
        header = next((cells for cells in reader if cells), [])
    except (csv.Error, _RecordTooLarge) as error:
        raise FileError("bad_csv", _("The header can't be read: %(why)s.") % {"why": error}) from error
    if not header:
        raise FileError("empty_file", _("This file holds no rows."))
    check_columns(header, options.csv_columns)
    _check_wanted(header, options)
    return header


def _check_wanted(header: list[str], options: ReadOptions) -> None:
    missing = next((name for name in sorted(options.wanted_columns) if name not in header), None)
    if missing is not None:
        message = _("The mapping names a column “%(name)s”, which is not in the header: %(header)s.")
        raise FileError("missing_column", message % {"name": missing[:60], "header": ", ".join(header)[:200]})
    if options.text_columns and options.text_columns.isdisjoint(header):
        raise FileError("missing_column", _missing_column(header, options))


def _missing_column(header: list[str], options: ReadOptions) -> str:
    words = [_("No column “text” in the header: %(header)s.") % {"header": ", ".join(header)[:200]}]
    if len(header) == 1:
        other = next((mark for mark in ";\t|," if mark != options.delimiter and mark in header[0]), None)
        if other is not None:
            words.append(_("The delimiter may be “%(mark)s”: say so.") % {"mark": "\\t" if other == "\t" else other})
    return " ".join(words)


def _row(cells: list[str], header: list[str], number: int, line: int) -> Row | RowProblem:
    if len(cells) != len(header):
        message = _("The header has %(wanted)d columns, this row %(found)d.")
        return RowProblem(number, line, "", "bad_columns", message % {"wanted": len(header), "found": len(cells)})
    return Row(number, line, dict(zip(header, cells, strict=True)))


def _quoting_problem(error: csv.Error, source: _Lines, number: int) -> RowProblem:
    if source.is_at_end:
        raise _unclosed(source.record_line) from error
    message = _("Quotes are out of place: double a quote inside a quoted cell.")
    return RowProblem(number, source.record_line, "", "bad_csv", message)


def _unclosed(line: int) -> FileError:
    message = _("A quote opened on line %(line)d is never closed; it would swallow every row after it.")
    return FileError("bad_csv", message % {"line": line})

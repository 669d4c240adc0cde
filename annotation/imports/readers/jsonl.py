"""One JSON object a line. Pure."""

from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from annotation.answers.strict_json import StrictJSONError, loads
from annotation.imports.readers.lines import bounded_lines, is_over
from annotation.imports.readers.shapes import ReadOptions, Row, RowProblem


def rows(stream: BinaryIO, options: ReadOptions) -> Iterator[Row | RowProblem]:
    number = 0
    for line, text in bounded_lines(stream, options.encoding, options.row_bytes):
        if text is not None and not text.strip(" \t\r"):
            continue
        number += 1
        yield parse_row(text, number, line, options)


def parse_row(text: str | None, number: int, line: int, options: ReadOptions) -> Row | RowProblem:
    """One JSON object as a row; None or a text over the limit is a row too large."""
    if text is None or is_over(text, options.row_bytes):
        return too_large(number, line, options)
    try:
        value = loads(text, max_depth=options.json_depth)
    except StrictJSONError as error:
        return RowProblem(number, line, "", error.code, str(error))
    if not isinstance(value, dict):
        return RowProblem(number, line, "", "not_object", _("A row is a JSON object with a text."))
    return Row(number, line, value)


def too_large(number: int, line: int, options: ReadOptions) -> RowProblem:
    message = _("A row may have %(limit)d bytes at most.") % {"limit": options.row_bytes}
    return RowProblem(number, line, "", "row_too_large", message)

"""One document a line, nothing but its text. Pure."""

from collections.abc import Iterator
from typing import BinaryIO

from annotation.imports.readers.jsonl import too_large
from annotation.imports.readers.lines import bounded_lines
from annotation.imports.readers.shapes import ReadOptions, Row, RowProblem


def rows(stream: BinaryIO, options: ReadOptions) -> Iterator[Row | RowProblem]:
    number = 0
    for line, text in bounded_lines(stream, options.encoding, options.row_bytes):
        if text is None:
            number += 1
            yield too_large(number, line, options)
        elif text.strip():
            number += 1
            yield Row(number, line, {"text": text.removesuffix("\r")})

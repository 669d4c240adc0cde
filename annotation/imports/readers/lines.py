"""Lines of a text file with a bound on their length, so that memory does not grow with the file."""

import io
from collections.abc import Iterator
from typing import BinaryIO

from annotation.imports.readers.encodings import codec_of

# Encodings whose codec reads a byte order mark as a character.
_MARKED = ("utf-16-le", "utf-16-be", "gb18030")


def open_text(stream: BinaryIO, encoding: str) -> io.TextIOWrapper:
    """The stream as text, one byte order mark dropped, line ends untouched."""
    if encoding in _MARKED and isinstance(stream, io.BufferedReader):
        mark = "\ufeff".encode(encoding)
        if stream.peek(len(mark)).startswith(mark):
            stream.read(len(mark))
    return io.TextIOWrapper(stream, encoding=codec_of(encoding), errors="strict", newline="\n")


def bounded_lines(stream: BinaryIO, encoding: str, row_bytes: int) -> Iterator[tuple[int, str | None]]:
    """(line number, line without its end). Only "\\n" ends a line; None stands for a line over `row_bytes`."""
    text = open_text(stream, encoding)
    number = 0
    while line := text.readline(row_bytes + 1):
        number += 1
        content = line.removesuffix("\n")
        if is_over(content, row_bytes):
            _skip_rest(text, line, row_bytes)
            yield number, None
        else:
            yield number, content
    text.detach()


def is_over(text: str, limit_bytes: int) -> bool:
    """Whether the text takes more bytes in UTF-8; short ones are not encoded to find out."""
    return len(text) * 4 > limit_bytes and len(text.encode("utf-8", "surrogatepass")) > limit_bytes


def _skip_rest(text: io.TextIOWrapper, line: str, chunk: int) -> None:
    while line and not line.endswith("\n"):
        line = text.readline(chunk)

"""Which encodings a file may be declared to have, and whether it keeps to it. Nothing is guessed. Pure."""

import codecs
from typing import BinaryIO

from django.utils.translation import gettext as _

from annotation.imports.readers.shapes import FileError

# Text encodings people really have; those that run code or change meaning (idna, utf-7, rot13) are not among them.
ENCODINGS = (
    *("utf-8", "gb18030", "gbk", "gb2312", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-32"),
    *("windows-1252", "iso-8859-1", "iso-8859-15", "windows-1251", "shift_jis", "euc-jp", "euc-kr"),
)
_CHUNK = 1024 * 1024
_BYTE_ORDER_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def known_encoding(name: str) -> str | None:
    """The name as ENCODINGS spells it, or None."""
    try:
        wanted = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    if wanted == "utf-8-sig":
        return "utf-8"
    return next((known for known in ENCODINGS if codecs.lookup(known).name == wanted), None)


def codec_of(encoding: str) -> str:
    return "utf-8-sig" if encoding == "utf-8" else encoding


def check_encoding(stream: BinaryIO, encoding: str) -> None:
    """Read the whole stream once. Raises FileError with the place of the first byte that does not fit."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    done = 0
    kept = b""
    head = b""
    while True:
        chunk = stream.read(_CHUNK)
        head = head or chunk
        if encoding == "utf-8" and (wide := _wide(head)):
            raise FileError("bad_encoding", _message(encoding, head.index(0), wide))
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeError as error:
            # UTF-16 and UTF-32 without a byte order mark are refused without a place.
            start = error.start if isinstance(error, UnicodeDecodeError) else 0
            raise _bad(encoding, done - len(kept) + start, head, kept + chunk) from error
        if not chunk:
            return
        done += len(chunk)
        kept = decoder.getstate()[0]


def _bad(encoding: str, offset: int, head: bytes, chunk: bytes) -> FileError:
    return FileError("bad_encoding", _message(encoding, offset, _likely(head, chunk, encoding)))


def _message(encoding: str, offset: int, likely: str) -> str:
    message = _("This file is not %(encoding)s: the byte at %(offset)d does not fit.")
    words = [message % {"encoding": encoding, "offset": offset}]
    if likely:
        hint = _("It may be %(likely)s: if so, say encoding=%(likely)s.")
        words.append(hint % {"likely": likely})
    return " ".join(words)


def _wide(head: bytes) -> str:
    """UTF-16 without a byte order mark is UTF-8 with a NUL beside every letter, which nobody means."""
    zeros = [not byte for byte in head[:4]]
    if zeros == [False, True, False, True]:
        return "utf-16-le"
    return "utf-16-be" if zeros == [True, False, True, False] else ""


def _likely(head: bytes, chunk: bytes, declared: str) -> str:
    """A hint for the message only; the file is refused all the same."""
    for mark, name in _BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return name
    if b"\0" in head:
        return ""
    for name in ("gb18030", "big5", "windows-1252"):
        if name != declared and _fits(chunk, name):
            return name
    return ""


def _fits(chunk: bytes, name: str) -> bool:
    try:
        codecs.getincrementaldecoder(name)("strict").decode(chunk)
    except UnicodeDecodeError:
        return False
    return True

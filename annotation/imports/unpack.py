"""Read a gzip file as a stream and never believe its sizes. Pure."""

import gzip
import io
import zlib
from typing import BinaryIO

from django.utils.translation import gettext as _

from annotation.imports.readers.shapes import FileError


class _Bounded(io.RawIOBase):
    def __init__(self, packed: BinaryIO, limit: int) -> None:
        self.unpacked = gzip.GzipFile(fileobj=packed, mode="rb")
        self.limit = limit
        self.done = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed: WriteableBuffer
        try:
            data = self.unpacked.read(min(len(buffer), 256 * 1024))
        except (OSError, EOFError, zlib.error) as error:
            raise FileError("archive_bad", _("This .gz file is damaged: %(why)s.") % {"why": error}) from error
        self.done += len(data)
        if self.done > self.limit:
            message = _("A .gz file may unpack to %(limit)d bytes at most.")
            raise FileError("archive_too_large", message % {"limit": self.limit})
        buffer[: len(data)] = data
        return len(data)


def unpacked(packed: BinaryIO, limit: int) -> BinaryIO:
    """The content of a gzip stream. Reading raises FileError where it is damaged or grows beyond `limit` bytes."""
    return io.BufferedReader(_Bounded(packed, limit))

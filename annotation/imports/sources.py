"""What a file holds to read: itself, or the files of an archive, each as a stream. Pure but for the settings."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from django.conf import settings

from annotation.imports import archive
from annotation.imports.formats import ARCHIVE, BINARY, Format
from annotation.imports.readers.encodings import check_encoding
from annotation.imports.unpack import unpacked


@dataclass(frozen=True)
class Source:
    """`name` is empty for the file itself. Each `open` begins anew, and is for the time before the next source."""

    name: str
    format: Format
    open: Callable[[], AbstractContextManager[BinaryIO]]


def sources_of(file: BinaryIO, found: Format) -> Iterator[Source]:
    """Raises FileError where an archive is not fit to be read, before the first of its files is."""
    limits = settings.COLLABWEB_LIMITS
    if found.name != ARCHIVE:
        yield Source("", found, lambda: _whole(file, found, limits["archive_bytes"]))
        return
    allowance = archive.Allowance(limits["archive_bytes"])
    with archive.opened(file) as packed:
        for entry in archive.entries(packed, limits["archive_entries"]):
            yield Source(entry.name, entry.format, partial(archive.content, packed, entry, allowance))


def check_encodings(file: BinaryIO, found: Format, encoding: str) -> None:
    """Read everything once. Raises FileError with the first byte that does not fit."""
    for source in sources_of(file, found):
        with source.open() as stream:
            if source.format.name in BINARY:
                continue
            check_encoding(stream, encoding)


@contextmanager
def _whole(file: BinaryIO, found: Format, limit: int) -> Iterator[BinaryIO]:
    file.seek(0)
    yield unpacked(file, limit) if found.is_gzip else file

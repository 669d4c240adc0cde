"""The files of a zip, read as streams. Names, sizes and checksums in its headers are never believed. Pure."""

import io
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, NoReturn

from django.utils.translation import gettext as _

from annotation.imports.formats import Format, format_of_name
from annotation.imports.readers.shapes import FileError

_NESTED = {".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".zst"}
# Modes of files and directories, and none at all, as systems without modes leave it; no links, no devices.
_PLAIN = (0, stat.S_IFREG, stat.S_IFDIR)
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    format: Format


def _fail(code: str, message: str) -> NoReturn:
    raise FileError(code, message)


def _damaged(why: object) -> NoReturn:
    _fail("archive_bad", _("This .zip file is damaged or can't be read: %(why)s.") % {"why": why})


@contextmanager
def opened(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """The archive, its directory read once. Raises FileError."""
    try:
        archive = zipfile.ZipFile(file)
    except _DAMAGED as error:
        _damaged(error)
    with archive:
        yield archive


def entries(archive: zipfile.ZipFile, most: int) -> list[Entry]:
    """What the archive holds, in its order, when all of it is fit to be read. Raises FileError."""
    infos = archive.infolist()
    if len(infos) > most:
        _fail("archive_too_many", _("A .zip file may hold %(limit)d files at most.") % {"limit": most})
    for info in infos:
        _check_safe(info)
    files = [info for info in infos if not info.is_dir() and not _is_by_product(info.filename)]
    twice = next((name for name, count in Counter(info.filename for info in files).items() if count > 1), None)
    if twice is not None:
        _damaged(_("“%(name)s” stands in it twice") % {"name": twice[:60]})
    return [Entry(info.filename, _format_of(info)) for info in files]


def _check_safe(info: zipfile.ZipInfo) -> None:
    path = PurePosixPath(info.filename)
    is_outside = path.is_absolute() or ".." in path.parts or "\\" in info.filename or ":" in info.filename
    if is_outside or stat.S_IFMT(info.external_attr >> 16) not in _PLAIN:
        message = _("The name “%(name)s” in this .zip file leads out of it.")
        _fail("archive_unsafe_path", message % {"name": info.filename[:60]})
    if info.flag_bits & 0x1:
        _damaged(_("“%(name)s” needs a password") % {"name": info.filename[:60]})


def _is_by_product(name: str) -> bool:
    """What systems add to every archive they make."""
    last = PurePosixPath(name).name
    return name.startswith("__MACOSX/") or last.startswith("._") or last in (".DS_Store", "Thumbs.db", "desktop.ini")


def _format_of(info: zipfile.ZipInfo) -> Format:
    if PurePosixPath(info.filename).suffix.lower() in _NESTED:
        message = _("“%(name)s” is an archive inside the archive; unpack it first.")
        _fail("archive_nested", message % {"name": info.filename[:60]})
    return format_of_name(PurePosixPath(info.filename).name)


class _Bounded(io.RawIOBase):
    """An entry's bytes; every entry draws on the same allowance."""

    def __init__(self, source: BinaryIO, allowance: "Allowance") -> None:
        self.source = source
        self.allowance = allowance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed: WriteableBuffer
        try:
            data = self.source.read(min(len(buffer), 256 * 1024))
        except _DAMAGED as error:
            _damaged(error)
        self.allowance.take(len(data))
        buffer[: len(data)] = data
        return len(data)


@dataclass
class Allowance:
    """How many bytes the whole archive may still unpack to."""

    limit: int
    done: int = 0

    def take(self, count: int) -> None:
        self.done += count
        if self.done > self.limit:
            message = _("A .zip file may unpack to %(limit)d bytes at most.")
            _fail("archive_too_large", message % {"limit": self.limit})


@contextmanager
def content(archive: zipfile.ZipFile, entry: Entry, allowance: Allowance) -> Iterator[BinaryIO]:
    """One entry as a stream. Reading raises FileError where it is damaged or the allowance is spent."""
    try:
        source = archive.open(entry.name)
    except _DAMAGED as error:
        _damaged(error)
    with source:
        yield io.BufferedReader(_Bounded(source, allowance))  # type: ignore[arg-type]  # a zip entry is a binary file

"""The folder of uploads. Names are made here; what a client called its file is only shown."""

import contextlib
import secrets
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from annotation.imports.readers.shapes import FileError

_FOLDER = "imports"


def keep(chunks: Iterable[bytes], *, limit: int) -> tuple[str, int]:
    """Write an upload and return its name and size. Raises FileError beyond `limit` bytes, leaving nothing behind."""
    name = f"{_FOLDER}/{secrets.token_hex(16)}"
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    try:
        with path.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise FileError("too_large", _("A file may have %(limit)d bytes at most.") % {"limit": limit})
                file.write(chunk)
    except BaseException:
        drop(name)
        raise
    return name, size


def path_of(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / name


def kept() -> dict[str, float]:
    """The uploads that are there, with the time of their last byte in seconds since 1970."""
    folder = path_of(_FOLDER)
    found = {}
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):
            found[f"{_FOLDER}/{path.name}"] = path.stat().st_mtime
    return found


def drop(name: str) -> None:
    if name:
        with contextlib.suppress(FileNotFoundError):
            path_of(name).unlink()

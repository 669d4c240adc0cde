"""A checkpoint is read only from our own folder, after its checksum, and only if it is safetensors and JSON."""

import hashlib
import json
import struct
from pathlib import Path

from django.conf import settings

MAX_JSON_BYTES = 16 * 1024 * 1024
MAX_HEADER_BYTES = 16 * 1024 * 1024
# Keys by which a description asks a library to run code that lies beside it.
CODE_KEYS = {"auto_map", "custom_pipelines", "trust_remote_code"}


class UnsafeCheckpoint(ValueError):
    """A checkpoint that must not be loaded; the message says why."""


def folder_of(path: str) -> Path:
    """The folder of a path relative to settings.CHECKPOINTS. Raises UnsafeCheckpoint for a way out of it."""
    root = Path(settings.CHECKPOINTS).resolve()
    if not path or Path(path).is_absolute() or ".." in Path(path).parts:
        raise UnsafeCheckpoint(f"The path {path!r} does not stay inside the folder of checkpoints.")
    folder = root / path
    resolved = folder.resolve()
    if resolved != folder or not resolved.is_relative_to(root) or resolved == root:
        raise UnsafeCheckpoint(f"The path {path!r} does not stay inside the folder of checkpoints.")
    if not folder.is_dir():
        raise UnsafeCheckpoint(f"The checkpoint {path} is gone.")
    return folder


def check_files(folder: Path) -> list[Path]:
    """The checkpoint's files by name, each looked at without loading it. Raises UnsafeCheckpoint."""
    files = sorted(folder.iterdir())
    if not files:
        raise UnsafeCheckpoint(f"The checkpoint {folder.name} is empty.")
    for path in files:
        if path.is_symlink() or not path.is_file():
            raise UnsafeCheckpoint(f"{path.name} is not a plain file.")
        check_file(path)
    return files


def check_file(path: Path) -> None:
    if path.suffix == ".safetensors":
        _check_safetensors(path)
    elif path.suffix == ".json":
        _check_json(path)
    else:
        raise UnsafeCheckpoint(f"{path.name}: only safetensors and JSON files are read.")


def digest(folder: Path) -> str:
    """SHA-256 over the names and contents of all files."""
    total = hashlib.sha256()
    for path in check_files(folder):
        with path.open("rb") as stream:
            total.update(f"{path.name}\0{hashlib.file_digest(stream, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()


def verified(path: str, sha256: str) -> Path:
    """The folder, after its files and checksum were looked at. Raises UnsafeCheckpoint."""
    folder = folder_of(path)
    if digest(folder) != sha256:
        raise UnsafeCheckpoint(f"The checkpoint {path} was changed after it was made: its checksum differs.")
    return folder


def _check_safetensors(path: Path) -> None:
    """The layout of the format: 8 bytes of header length, a JSON header, tensors that lie inside the file."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        start = stream.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= min(MAX_HEADER_BYTES, size - 8):
            raise UnsafeCheckpoint(f"{path.name} is not a safetensors file: its header has an impossible length.")
        try:
            header = json.loads(stream.read(length))
        except (ValueError, RecursionError) as error:
            raise UnsafeCheckpoint(f"{path.name} is not a safetensors file: its header is not JSON.") from error
    if not isinstance(header, dict):
        raise UnsafeCheckpoint(f"{path.name} is not a safetensors file: its header is not an object.")
    for name, tensor in header.items():
        if name != "__metadata__" and not _lies_inside(tensor, size - 8 - length):
            raise UnsafeCheckpoint(f"{path.name} is not a safetensors file: a tensor lies outside of it.")


def _lies_inside(tensor: object, size: int) -> bool:
    offsets = tensor.get("data_offsets") if isinstance(tensor, dict) else None
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(type(offset) is int for offset in offsets):
        return False
    return bool(0 <= offsets[0] <= offsets[1] <= size)


def _check_json(path: Path) -> None:
    if path.stat().st_size > MAX_JSON_BYTES:
        raise UnsafeCheckpoint(f"{path.name} is larger than any description of ours.")
    keys: set[str] = set()

    def note(pairs: list[tuple[str, object]]) -> dict[str, object]:
        keys.update(key for key, _ in pairs)
        return dict(pairs)

    try:
        json.loads(path.read_bytes(), object_pairs_hook=note)
    except (ValueError, RecursionError) as error:
        raise UnsafeCheckpoint(f"{path.name} is not JSON.") from error
    if keys & CODE_KEYS:
        raise UnsafeCheckpoint(f"{path.name} asks for code of its own to be run.")

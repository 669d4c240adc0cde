"""Documents in: rows in chunks that can be sent again, files as one import in the site's worker."""

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict, Unpack

from collabweb_client.asking import ask, read
from collabweb_client.documents import succeeded, wait
from collabweb_client.errors import ApiError, moved, with_rows_moved
from collabweb_client.jobs import Import
from collabweb_client.wire import Flow, Ref, Request, encode, number_of

CHUNK_BYTES = 4 * 1024 * 1024  # the site takes 5 MB at once
CHUNK_ROWS = 1_000  # so that no request takes long
_KEY_CHARS = 60  # of the site's 100; the rest is ours
_READ = 1024 * 1024

Row = Mapping[str, Any] | str


class FileOptions(TypedDict, total=False):
    """How a file is to be read; `dialect`: label-studio or doccano."""

    encoding: str
    delimiter: str
    dialect: str
    offsets: str
    create_labels: bool


@dataclass(slots=True)
class Imported:
    """What became of all rows so far. `sent`: rows, where rows were sent; `progress`: 0 to 1, where a file was."""

    imported: int = 0
    duplicates: int = 0
    rejected_count: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    warnings: dict[str, int] = field(default_factory=dict)
    imports: list[int] = field(default_factory=list)
    sent: int = 0
    progress: float = 0.0

    def add(self, done: Import, *, rows: int) -> None:
        """Count a chunk of so many rows; its row numbers become those of the whole."""
        self.imported += done.imported
        self.duplicates += done.duplicates
        self.rejected_count += done.rejected_count
        self.rejected += [moved(problem, self.sent) for problem in done.rejected]
        for name, count in done.warnings.items():
            self.warnings[name] = self.warnings.get(name, 0) + count
        self.imports.append(done.id)
        self.sent += rows


OnProgress = Callable[[Imported], object]


def import_documents(
    project: Ref,
    source: Iterable[Row] | Path | str,
    *,
    on_error: str = "reject",
    key: str = "",
    on_progress: OnProgress | None = None,
    **options: Unpack[FileOptions],
) -> Flow[Imported]:
    """Rows (mappings, or plain texts) or the path of a file.

    With a `key` the whole call can be repeated after a crash: what the site has is not taken again. `on_error="skip"`
    takes the good rows and lists the others in `rejected`. With `"reject"` a file is taken whole or not at all; rows
    go in chunks, each of them whole or not at all, and the first bad chunk ends the call.
    Raises Invalid with every problem listed, rows counted from 1.
    """
    params = {"on_error": on_error, **options}
    if isinstance(source, str | Path):
        return _import_file(project, Path(source), key, params, on_progress)
    return _import_rows(project, source, key, params, on_progress)


def upload(
    project: Ref, path: Path | str, *, on_error: str = "reject", key: str = "", **options: Unpack[FileOptions]
) -> Flow[Import]:
    """Hand a file over and come back at once; `wait` follows the import."""
    return _upload(project, Path(path), key, {"on_error": on_error, **options})


def _upload(project: Ref, path: Path, key: str, params: Mapping[str, object]) -> Flow[Import]:
    digest = _digest(params)
    with path.open("rb") as file:
        while block := file.read(_READ):
            digest.update(block)
    asked = {**params, "async": True, "key": _key(key, "file", digest.hexdigest())}
    address = f"projects/{number_of(project)}/documents/"
    reply = yield from ask(Request("POST", address, asked, file=path, repeat=True))
    return Import.of(read(reply))


def _import_file(
    project: Ref, path: Path, key: str, params: Mapping[str, object], on_progress: OnProgress | None
) -> Flow[Imported]:
    total = Imported()

    def hear(present: Import) -> None:
        total.progress = present.progress
        if on_progress is not None and not present.is_over:
            on_progress(total)

    begun = yield from _upload(project, path, key, params)
    ended = succeeded((yield from wait(begun, on_progress=hear)))
    total.add(ended, rows=0)
    if on_progress is not None:
        on_progress(total)
    return total


def _import_rows(
    project: Ref, rows: Iterable[Row], key: str, params: Mapping[str, object], on_progress: OnProgress | None
) -> Flow[Imported]:
    total = Imported()
    key = key or uuid.uuid4().hex
    for number, lines in enumerate(grouped((_line(row) for row in rows), CHUNK_ROWS, CHUNK_BYTES)):
        body = b"\n".join(lines)
        digest = _digest(params)
        digest.update(body)
        asked = {**params, "key": _key(key, str(number), digest.hexdigest())}
        try:
            done = yield from _send_chunk(project, body, asked)
        except ApiError as error:
            told = with_rows_moved(error, total.sent)
            told.add_note(f"The {total.sent} rows before this chunk were taken; repeat the call with the same key.")
            raise told from error
        total.add(done, rows=len(lines))
        if on_progress is not None:
            on_progress(total)
    total.progress = 1.0
    return total


def _send_chunk(project: Ref, body: bytes, params: Mapping[str, object]) -> Flow[Import]:
    headers = {"content-type": "application/x-ndjson"}
    path = f"projects/{number_of(project)}/documents/"
    reply = yield from ask(Request("POST", path, params, headers, body, repeat=True))
    done = Import.of(read(reply))
    # 202: the same chunk is being taken just now, for a call that was cut off.
    return succeeded((yield from wait(done))) if reply.status == 202 else done


def grouped(lines: Iterable[bytes], most: int, most_bytes: int) -> Iterator[list[bytes]]:
    """Lines in their order, in groups that are below both limits; a line too large for any stands alone."""
    group: list[bytes] = []
    size = 0
    for line in lines:
        if group and (len(group) >= most or size + len(line) + 1 > most_bytes):
            yield group
            group, size = [], 0
        group.append(line)
        size += len(line) + 1
    if group:
        yield group


def _line(row: Row) -> bytes:
    return encode({"text": row} if isinstance(row, str) else row)


def _digest(params: Mapping[str, object]) -> "hashlib._Hash":
    return hashlib.sha256(encode(dict(sorted(params.items()))))


def _key(key: str, place: str, digest: str) -> str:
    """One key a chunk: the same rows at the same place are the same chunk, and corrected ones are another."""
    key = key or uuid.uuid4().hex
    short = key if len(key) <= _KEY_CHARS else hashlib.sha256(key.encode()).hexdigest()[:_KEY_CHARS]
    return f"{short}.{place}.{digest[:20]}"

"""Labels out: the change feed and exports."""

import hashlib
import json
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypedDict, Unpack

from collabweb_client import tables
from collabweb_client.asking import PAGE, ask, get
from collabweb_client.errors import ConnectionLost, ExportBroken, NotFound, ServerError, TooManyRequests
from collabweb_client.shapes import Change
from collabweb_client.wire import Feed, Flow, Found, Json, Pause, Ref, Reply, Request, number_of

_LINES = 500
_EXPORTS = 3


class ExportOptions(TypedDict, total=False):
    """`which`: gold (the default), annotations or predictions; `offsets`: codepoint, utf16 or utf8.

    `filters`: only the documents that `documents` would find with them: `{"state": "gold", "meta.channel": "mail"}`.
    """

    which: str
    offsets: str
    label_set: str
    filters: Mapping[str, object]


def labels(project: Ref, since: int = 0) -> Feed[Change]:
    """Every change of gold after `since`, in order, to the feed's present end."""
    while True:
        changes, since = yield from _changes(project, since)
        yield Found(changes)
        if len(changes) < PAGE:
            return


def follow(project: Ref, since: int = 0, *, poll_seconds: float = 2.0) -> Feed[Change]:
    """Every change of gold after `since`, in order, for ever; goes on by itself after an outage of the site.

    Keep the `seq` of what you have dealt with: given as `since` it is where another process goes on.
    """
    while True:
        try:
            changes, since = yield from _changes(project, since)
        except (ConnectionLost, ServerError, TooManyRequests):
            yield Pause(poll_seconds)
            continue
        yield Found(changes)
        if len(changes) < PAGE:
            yield Pause(poll_seconds)


def _changes(project: Ref, since: int) -> Flow[tuple[list[Change], int]]:
    page = yield from get(f"projects/{number_of(project)}/labels/", {"since": since, "limit": PAGE})
    return [Change.of(row) for row in page["results"]], int(page["next_since"])


def export(project: Ref, path: Path | str, *, format: str = "jsonl", **options: Unpack[ExportOptions]) -> Flow[Path]:
    """Stream an export into a file, which appears when it is whole and its checksum is the site's.

    `filters`: those of `documents`. Formats: jsonl, csv, parquet, conll, spacy, label-studio, doccano.
    """
    whole = Path(path)
    part = whole.with_name(f"{whole.name}.part")
    try:
        yield from _export(project, part, _params(format, options))
        part.replace(whole)
    finally:
        part.unlink(missing_ok=True)
    return whole


def exported(project: Ref, **options: Unpack[ExportOptions]) -> Feed[dict[str, Any]]:
    """The lines of a JSONL export as mappings, for any number of documents."""
    with tempfile.TemporaryDirectory(prefix="collabweb-") as folder:
        path = Path(folder) / "export.jsonl"
        yield from _export(project, path, _params("jsonl", options))
        found: list[dict[str, Any]] = []
        for line in lines_of(path):
            found.append(line)
            if len(found) == _LINES:
                yield Found(found)
                found = []
        yield Found(found)


def to_pandas(project: Ref, **options: Unpack[ExportOptions]) -> Flow[Any]:
    """A pandas DataFrame, a column a label set; spans are lists of mappings. Needs `collabweb-client[pandas]`."""
    with tempfile.TemporaryDirectory(prefix="collabweb-") as folder:
        path = Path(folder) / "export.jsonl"
        yield from _export(project, path, _params("jsonl", options))
        return tables.data_frame(lines_of(path))


def to_datasets(project: Ref, **options: Unpack[ExportOptions]) -> Flow[Any]:
    """A Dataset of Hugging Face's datasets; `meta` and `confidence` as JSON. Needs `collabweb-client[datasets]`."""
    with tempfile.TemporaryDirectory(prefix="collabweb-") as folder:
        path = Path(folder) / "export.jsonl"
        yield from _export(project, path, _params("jsonl", options))
        return tables.dataset(lines_of(path))


def lines_of(path: Path) -> Iterator[Json]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _params(format: str, options: ExportOptions) -> dict[str, object]:
    own = {name: value for name, value in options.items() if name != "filters"}
    return {**options.get("filters", {}), **own, "format": format}


def _export(project: Ref, path: Path, params: dict[str, object]) -> Flow[None]:
    """Raises ExportBroken where what came is not what the site sent, after it was asked for again."""
    for _ in range(_EXPORTS):
        reply = yield from ask(Request("GET", f"projects/{number_of(project)}/export/", params, sink=path))
        told = yield from _told(project, reply)
        if told is None or (told["state"] == "complete" and told["sha256"] == sha256_of(path)):
            return
    raise ExportBroken("The export did not come whole: its checksum differs from the site's.")


def _told(project: Ref, reply: Reply) -> Flow[dict[str, Any] | None]:
    """What the site says of this export: rows, bytes, SHA-256. None where it says nothing, and then it is warned of."""
    key = reply.headers.get("export-checksum", "").rstrip("/").rpartition("/")[2]
    try:
        return dict((yield from get(f"projects/{number_of(project)}/exports/{key}/"))) if key else None
    except NotFound:
        warnings.warn("The site does not know this export's checksum: it could not be verified.", stacklevel=2)
        return None


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

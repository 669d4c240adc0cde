"""Labels out: the change feed and exports."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict, Unpack

from collabweb_client import tables
from collabweb_client.asking import PAGE, ask, get
from collabweb_client.errors import ConnectionLost, ServerError, TooManyRequests
from collabweb_client.shapes import Change
from collabweb_client.wire import Feed, Flow, Found, Json, Pause, Ref, Request, number_of

_LINES = 500


class ExportOptions(TypedDict, total=False):
    """`which`: gold (the default), annotations or predictions; `offsets`: codepoint, utf16 or utf8."""

    which: str
    offsets: str
    label_set: str


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
    """Stream an export into a file, which appears when it is whole.

    Formats: jsonl, csv, parquet, conll, spacy, label-studio, doccano.
    """
    whole = Path(path)
    part = whole.with_name(f"{whole.name}.part")
    try:
        yield from _export(project, part, {"format": format, **options})
        part.replace(whole)
    finally:
        part.unlink(missing_ok=True)
    return whole


def exported(project: Ref, **options: Unpack[ExportOptions]) -> Feed[dict[str, Any]]:
    """The lines of a JSONL export as mappings, for any number of documents."""
    with tempfile.TemporaryDirectory(prefix="collabweb-") as folder:
        path = Path(folder) / "export.jsonl"
        yield from _export(project, path, {"format": "jsonl", **options})
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
        yield from _export(project, path, {"format": "jsonl", **options})
        return tables.data_frame(lines_of(path))


def to_datasets(project: Ref, **options: Unpack[ExportOptions]) -> Flow[Any]:
    """A Dataset of Hugging Face's datasets; `meta` and `confidence` as JSON. Needs `collabweb-client[datasets]`."""
    with tempfile.TemporaryDirectory(prefix="collabweb-") as folder:
        path = Path(folder) / "export.jsonl"
        yield from _export(project, path, {"format": "jsonl", **options})
        return tables.dataset(lines_of(path))


def lines_of(path: Path) -> Iterator[Json]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _export(project: Ref, path: Path, params: dict[str, object]) -> Flow[None]:
    yield from ask(Request("GET", f"projects/{number_of(project)}/export/", params, sink=path))

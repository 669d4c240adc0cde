"""Many documents at once: saved views, changes with a way back, and documents that are alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collabweb_client.asking import delete, pages, send
from collabweb_client.shapes import Shape
from collabweb_client.wire import Feed, Flow, Pause, Ref, number_of

_EMBEDDING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class SavedView(Shape):
    """Filters of the list of documents under a name; `query` as an address has them."""

    id: int
    name: str
    query: str
    shared: bool
    owner: str
    may_change: bool


@dataclass(frozen=True, slots=True)
class Changed(Shape):
    """`id` is what `undo_change` takes, until `undo_until`; None where there is no way back."""

    id: int | None
    action: str
    changed: int
    passed_over: int
    undo_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class BulkChange(Shape):
    id: int
    kind: str
    changed: int
    created_at: datetime
    undo_until: datetime
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Similar(Shape):
    """`similarity`: the cosine, from -1 to 1."""

    document: int
    similarity: float


def views(project: Ref) -> Feed[SavedView]:
    """Your views of the list of documents and those that are shared, by name."""
    return pages(f"projects/{number_of(project)}/views/", SavedView.of)


def save_view(project: Ref, name: str, query: str, *, shared: bool = False) -> Flow[SavedView]:
    """Keep filters under a name; your view of this name gets these filters. Managers may share."""
    body = {"name": name, "query": query, "shared": shared}
    return SavedView.of((yield from send("POST", f"projects/{number_of(project)}/views/", body, repeat=True)))


def delete_view(view: Ref) -> Flow[None]:
    return delete(f"views/{number_of(view)}/")


def change_documents(
    project: Ref,
    action: str,
    documents: Iterable[Ref] | None = None,
    *,
    filters: Mapping[str, str] | None = None,
    confirmed: bool = False,
) -> Flow[Changed]:
    """One step for 5,000 documents at most: `first`, `last` or `normal` in the queue, `reopen`, `practice`, `delete`.

    Which ones: `documents`, `filters` as for `documents()` ({} means all), or both. `delete` wants `confirmed`.
    """
    body: dict[str, Any] = {"action": action, "confirmed": confirmed}
    if documents is not None:
        body["ids"] = [number_of(document) for document in documents]
    if filters is not None:
        body["filter"] = dict(filters)
    return Changed.of((yield from send("POST", f"projects/{number_of(project)}/documents/changes/", body)))


def document_changes(project: Ref) -> Feed[BulkChange]:
    """What you did to many documents at once, newest first."""
    return pages(f"projects/{number_of(project)}/documents/changes/", BulkChange.of)


def undo_change(change: int) -> Flow[int]:
    """Take a change back where nothing newer was done; for how many documents. Raises Conflict when it is too late."""
    return int((yield from send("POST", f"changes/{change}/undo/"))["undone"])


def similar(project: Ref, document: Ref, *, count: int = 50, only_open: bool = False) -> Flow[list[Similar]]:
    """Documents like this one, most alike first. The first call of a project waits until its texts are embedded."""
    body = {"document": number_of(document), "count": count, "open": only_open}
    while "results" not in (
        found := (yield from send("POST", f"projects/{number_of(project)}/similar/", body, repeat=True))
    ):
        yield Pause(_EMBEDDING_SECONDS)
    return [Similar.of(row) for row in found["results"]]

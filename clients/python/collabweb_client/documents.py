"""Read documents, and follow imports."""

from collections.abc import Callable

from collabweb_client.asking import get, pages, send
from collabweb_client.errors import error_for
from collabweb_client.jobs import Import
from collabweb_client.shapes import Document, OpenedDocument
from collabweb_client.wire import Feed, Flow, Pause, Ref, number_of

_FIRST_PAUSE_SECONDS = 0.2


def documents(project: Ref, **filters: object) -> Feed[Document]:
    """Documents by the filters of the site's list: `state`, `label`, `q`, `since`, `external_id`, `order` and so on."""
    return pages(f"projects/{number_of(project)}/documents/", Document.of, filters)


def document(document: Ref) -> Flow[OpenedDocument]:
    """One document, with the prediction that people see and its gold answer."""
    return OpenedDocument.of((yield from get(f"documents/{number_of(document)}/")))


def get_import(import_: Ref) -> Flow[Import]:
    return Import.of((yield from get(f"imports/{number_of(import_)}/")))


def cancel_import(import_: Ref) -> Flow[Import]:
    """Call an import off; nothing of it is written. Raises Conflict where it has ended."""
    return Import.of((yield from send("POST", f"imports/{number_of(import_)}/cancel/")))


def wait(
    import_: Ref, *, on_progress: Callable[[Import], object] | None = None, longest_seconds: float = 2.0
) -> Flow[Import]:
    """The import when it is over, well or not; `on_progress` hears of it at every look, at least once."""
    seconds = _FIRST_PAUSE_SECONDS
    while True:
        present = Import.of((yield from get(f"imports/{number_of(import_)}/")))
        if on_progress is not None:
            on_progress(present)
        if present.is_over:
            return present
        yield Pause(seconds)
        seconds = min(seconds * 1.5, longest_seconds)


def succeeded(ended: Import) -> Import:
    """Raises Invalid for an import that failed and Conflict for one that was cancelled."""
    if ended.state == "succeeded":
        return ended
    is_failed = ended.state == "failed"
    body = {
        "code": ended.error_code or ended.state,
        "detail": ended.error or f"Import {ended.id} was {ended.state}.",
        "errors": ended.rejected,
    }
    raise error_for(422 if is_failed else 409, body)

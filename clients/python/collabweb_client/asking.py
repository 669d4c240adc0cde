"""Ask the site, once or page by page."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from collabweb_client.errors import ConnectionLost, error_for, error_of
from collabweb_client.retries import retry_after
from collabweb_client.wire import Feed, Flow, Found, Lost, Reply, Request, T, encode

PAGE = 500
_JSON = {"content-type": "application/json"}


def ask(request: Request) -> Flow[Reply]:
    """Raises ApiError and ConnectionLost."""
    outcome = yield request
    if isinstance(outcome, Lost):
        raise ConnectionLost(outcome.reason, was_sent=outcome.was_sent)
    if outcome is None:
        raise TypeError("a client answers every request")
    if outcome.status >= 300:
        raise error_of(outcome, retry_after(outcome.headers))
    return outcome


def get(path: str, params: Mapping[str, object] | None = None) -> Flow[Any]:
    return read((yield from ask(Request("GET", path, params or {}))))


def send(
    method: str, path: str, body: object = None, *, headers: Mapping[str, str] | None = None, repeat: bool = False
) -> Flow[Any]:
    """The answer's JSON, None where it is empty.

    `body`: a value, or JSON in bytes. `repeat`: a POST that may be sent twice without harm.
    """
    content = body if isinstance(body, bytes) else encode({} if body is None else body)
    reply = yield from ask(Request(method, path, {}, {**_JSON, **(headers or {})}, content, repeat=repeat))
    return read(reply) if reply.content else None


def read(reply: Reply) -> Any:
    try:
        return reply.json()
    except ValueError as error:
        body = {"code": "not_json", "detail": "What answered is not the API of this site. Is the address right?"}
        raise error_for(reply.status, body) from error


def delete(path: str) -> Flow[None]:
    yield from ask(Request("DELETE", path))


def pages(path: str, of: Callable[[Any], T], params: Mapping[str, object] | None = None) -> Feed[T]:
    """Every item of a list, asked for a page at a time as the caller goes on."""
    asked = {"limit": PAGE, **(params or {})}
    while True:
        page = yield from get(path, asked)
        yield Found([of(item) for item in page["results"]])
        # Only the cursor counts: behind a proxy the site may know itself by another address, and the token stays here.
        cursor = parse_qs(urlsplit(page["next"] or "").query).get("cursor")
        if not cursor:
            return
        asked["cursor"] = cursor[0]

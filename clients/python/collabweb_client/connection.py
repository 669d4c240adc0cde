"""What both clients know of HTTP: how a request of ours becomes one of httpx, and an answer of httpx ours."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

from collabweb_client.version import __version__
from collabweb_client.wire import Lost, Reply, Request

API = "/api/v1/"
TIMEOUT = httpx.Timeout(60.0, connect=10.0)
# These fail before anything is sent.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def address_of(url: str) -> str:
    """The API's address, whether `url` is the site's or already the API's."""
    return url.rstrip("/").removesuffix(API.rstrip("/")) + API


def headers_of(token: str) -> Mapping[str, str]:
    who = {"authorization": f"Token {token}"} if token else {}
    return {"user-agent": f"collabweb-client/{__version__}", "accept": "application/json", **who}


@contextmanager
def built(client: httpx.Client | httpx.AsyncClient, request: Request) -> Iterator[httpx.Request]:
    """The request as httpx sends it; its file stays open until it is sent."""
    params = {name: _word(value) for name, value in request.params.items() if value is not None}
    headers = dict(request.headers)
    if request.sink is not None:
        headers["accept"] = "*/*"
    if request.file is None:
        yield client.build_request(
            request.method, request.path, params=params, headers=headers, content=request.content
        )
        return
    with request.file.open("rb") as file:
        files = {"file": (request.file.name, file)}
        yield client.build_request(request.method, request.path, params=params, headers=headers, files=files)


def reply_of(response: httpx.Response, content: bytes) -> Reply:
    return Reply(response.status_code, {name.lower(): value for name, value in response.headers.items()}, content)


def lost(error: httpx.TransportError) -> Lost:
    return Lost(str(error) or type(error).__name__, was_sent=not isinstance(error, _UNSENT))


def _word(value: object) -> str | list[str]:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list | tuple | set):
        return [str(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)

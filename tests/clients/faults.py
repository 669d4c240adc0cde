"""A transport that fails when it is told to, before or after the site has done its work."""

from collections.abc import Callable, Iterator

import httpx

Fault = Callable[[httpx.Request, Callable[[httpx.Request], httpx.Response]], httpx.Response]
Handle = Callable[[httpx.Request], httpx.Response]


class Faults(httpx.BaseTransport):
    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner = inner
        self.next: list[Fault] = []
        self.asked: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.next:
            return self.next.pop(0)(request, self.inner.handle_request)
        return self.inner.handle_request(request)


def answers(status: int, **headers: str) -> Fault:
    """Something in between answers, and the site hears nothing."""

    def fault(request: httpx.Request, handle: Handle) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.Response(status, headers=named, text="<html>not now</html>")

    return fault


def refused(request: httpx.Request, handle: Handle) -> httpx.Response:
    """Nobody listens."""
    raise httpx.ConnectError("refused")


def breaks_off(request: httpx.Request, handle: Handle) -> httpx.Response:
    """The answer begins well and ends in the middle."""

    def half() -> Iterator[bytes]:
        yield handle(request).read()[:10]
        raise httpx.RemoteProtocolError("the connection broke")

    return httpx.Response(200, content=half())


def cut_off(request: httpx.Request, handle: Handle) -> httpx.Response:
    """The site does what was asked, and its answer is lost."""
    handle(request).read()
    raise httpx.RemoteProtocolError("the connection broke")

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from annotation.audit.acting import acting

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


class AuditMiddleware:
    """What a request changes is done by its person. Stands behind authentication; a token's person counts too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in SAFE:
            return self.get_response(request)
        origin = "api" if request.path.startswith("/api/") else "web"
        with acting(lambda: request.user.pk, origin):
            return self.get_response(request)

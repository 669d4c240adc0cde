"""Cookies travel to every page's WebSocket, so a foreign page must not open ours: only the site's own origin may."""

from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings


class SiteOriginValidator:
    """Refuses an `Origin` whose host is not the one asked for. A client without Origin (no browser) may pass."""

    def __init__(self, application: Any) -> None:  # Any: ASGI application
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:  # Any: ASGI
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        if origin and not is_own(origin, host):
            return await WebsocketDenier()(scope, receive, send)
        return await self.application(scope, receive, send)


def is_own(origin: str, host: str) -> bool:
    """Same host name, and either the same port or the port that serves the pages; or an origin named in settings."""
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        ours, theirs = urlsplit(f"//{host}"), urlsplit(origin)
        return (
            theirs.scheme in ("http", "https")
            and theirs.hostname == ours.hostname
            and theirs.port in (ours.port, settings.PORT)
        )
    except ValueError:
        return False

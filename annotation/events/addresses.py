"""Where a page opens its WebSocket."""

from urllib.parse import urlsplit

from django.conf import settings


def live_url(project_id: int | str, *, host: str, is_secure: bool) -> str:
    """The socket of a project for a page that was asked for at `host`; see LIVE_URL in the settings."""
    scheme = "wss" if is_secure else "ws"
    path = f"/ws/projects/{project_id}/"
    if settings.LIVE_URL.startswith("/"):
        return f"{scheme}://{host}{settings.LIVE_URL.rstrip('/')}{path}"
    if settings.LIVE_URL:
        return f"{settings.LIVE_URL.rstrip('/')}{path}"
    name = urlsplit(f"//{host}").hostname or "localhost"
    return f"{scheme}://{f'[{name}]' if ':' in name else name}:{settings.LIVE_PORT}{path}"

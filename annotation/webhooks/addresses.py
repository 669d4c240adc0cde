"""Which addresses a webhook may call: not the site's own network, unless a setting allows it."""

import ipaddress
import socket
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_CHARS = 2000


def checked_url(url: object) -> str:
    """Raises ValidationError for what is no http(s) address."""
    if not isinstance(url, str) or len(url) > MAX_CHARS or not url.isprintable() or " " in url:
        raise ValidationError(_("Give an address that starts with https:// or http://."), code="bad_url")
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good:
        raise ValidationError(_("Give an address that starts with https:// or http://."), code="bad_url")
    if parts.username or parts.password:
        message = _("An address may not hold a name or a password; the signature tells who calls.")
        raise ValidationError(message, code="bad_url")
    return url


def public_address(host: str, port: int, *, allow_private: bool) -> str:
    """The numeric address to connect to. Raises OSError where there is none that may be called.

    The connection is made to this very address, so that a name can't point elsewhere a moment later.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for _family, _type, _protocol, _name, place in found:
        address = str(place[0])
        if allow_private or ipaddress.ip_address(address.split("%")[0]).is_global:
            return address
    raise OSError(f"{host} lies inside a private network")

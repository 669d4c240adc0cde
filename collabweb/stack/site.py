"""Whether the site answers, asked from outside over HTTP."""

import http.client
import socket
from collections.abc import Mapping

from collabweb.stack.places import StackError

ANY_ADDRESS = ("0.0.0.0", "::", "")


def address(environ: Mapping[str, str], port_name: str = "COLLABWEB_PORT") -> str:
    return f"{_reachable_host(environ)}:{environ[port_name]}"


def trouble(environ: Mapping[str, str]) -> str:
    """Empty when web says 200 at /healthz and live takes connections; else what is wrong."""
    try:
        status, body = _health(environ)
    except (OSError, http.client.HTTPException) as error:
        return f"web does not answer ({error})"
    if status != http.HTTPStatus.OK:
        return f"/healthz answers {status}: {body}"
    try:
        socket.create_connection((_reachable_host(environ), int(environ["COLLABWEB_LIVE_PORT"])), timeout=2).close()
    except OSError as error:
        return f"live does not answer ({error})"
    return ""


def refuse_taken_ports(environ: Mapping[str, str]) -> None:
    """Raises StackError where another program listens on a port of this stack."""
    for name in ("COLLABWEB_PORT", "COLLABWEB_LIVE_PORT"):
        try:
            family = socket.AF_INET6 if ":" in environ["COLLABWEB_HOST"] else socket.AF_INET
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((environ["COLLABWEB_HOST"], int(environ[name])))
        except OSError as error:
            raise StackError(
                f"Port {environ[name]} can't be used ({error.strerror}): set {name} to another."
            ) from error


def _health(environ: Mapping[str, str]) -> tuple[int, str]:
    connection = http.client.HTTPConnection(_reachable_host(environ), int(environ["COLLABWEB_PORT"]), timeout=10)
    # The same request that the proxy in front of a production site would send.
    host = environ.get("COLLABWEB_HOSTS", "").split(",")[0].strip().lstrip(".*") or address(environ)
    try:
        connection.request("GET", "/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"})
        response = connection.getresponse()
        return response.status, response.read(1000).decode(errors="replace")
    finally:
        connection.close()


def _reachable_host(environ: Mapping[str, str]) -> str:
    host = environ["COLLABWEB_HOST"]
    return "127.0.0.1" if host in ANY_ADDRESS else host

"""The environment every command of one stack runs in. Values already set always win."""

import os
import secrets
import socket
from collections.abc import Mapping

from collabweb.stack.places import Places, StackError, made_once

DATABASE_USER = "collabweb"
DATABASE_NAME = "collabweb"


def environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The full environment for any command of this stack, secrets made once into the data folder.

    Raises StackError where production is asked for without its secret key.
    """
    given = dict(os.environ if environ is None else environ)
    here = Places.of(given)
    port = int(given.get("COLLABWEB_PORT") or 8000)
    defaults = {
        "COLLABWEB_PORT": str(port),
        "COLLABWEB_LIVE_PORT": str(port + 1),
        "COLLABWEB_HOST": "127.0.0.1",
        "COLLABWEB_ENV": "development",
        "DJANGO_SETTINGS_MODULE": "collabweb.settings",
        "DATABASE_URL": database_url(here),
        "BROKER_URL": broker_url(here),
    }
    filled = given | {name: value for name, value in defaults.items() if not given.get(name)}
    filled["COLLABWEB_HOME"] = str(here.home)
    return filled | _secrets(filled, here)


def has_own_database(environ: Mapping[str, str]) -> bool:
    return not environ.get("DATABASE_URL")


def has_own_broker(environ: Mapping[str, str]) -> bool:
    return not environ.get("BROKER_URL")


def database_url(here: Places) -> str:
    return f"postgres://{DATABASE_USER}@/{DATABASE_NAME}?host={here.database_sockets}"


def broker_url(here: Places) -> str:
    # A port, not a socket: Celery, redis-py and Django spell the URL of a socket in three different ways.
    password = made_once(here.broker_password, secrets.token_urlsafe(24))
    return f"redis://:{password}@127.0.0.1:{broker_port(here)}/0"


def broker_port(here: Places) -> int:
    return int(made_once(here.broker_port, str(free_port())))


def free_port() -> int:
    """Below the range that the system gives to outgoing connections."""
    while True:
        port = secrets.choice(range(20_000, 32_000))
        if not is_taken(port):
            return port


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _secrets(filled: Mapping[str, str], here: Places) -> dict[str, str]:
    if filled["COLLABWEB_ENV"] == "production":
        if not filled.get("COLLABWEB_SECRET_KEY"):
            raise StackError("Production needs a secret of its own: set COLLABWEB_SECRET_KEY to a long random text.")
        return {}
    files = {"COLLABWEB_SECRET_KEY": "secret_key", "COLLABWEB_DEMO_PASSWORD": "demo_password"}
    lengths = {"COLLABWEB_SECRET_KEY": 48, "COLLABWEB_DEMO_PASSWORD": 9}
    return {
        name: filled.get(name) or made_once(here.home / file, secrets.token_urlsafe(lengths[name]))
        for name, file in files.items()
    }

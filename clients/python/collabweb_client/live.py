"""What happens in a project, as it happens: its socket, followed over every break. Needs `collabweb-client[live]`."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Any, Self
from urllib.parse import urlencode

from collabweb_client.asking import get
from collabweb_client.errors import ConnectionLost, error_for
from collabweb_client.retries import Retries
from collabweb_client.wire import Flow, Ref, number_of

# No log is so long: asked from here, the socket says where its log ends now.
_BEYOND = 10**18 - 1
_REFUSED = {4401: (401, "not_authenticated"), 4404: (404, "not_found")}


@dataclass(frozen=True, slots=True)
class Event:
    """`data`: what this `type` says. After `resync` some were missed: read what you need anew."""

    id: int
    type: str
    at: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, message: dict[str, Any]) -> Self:
        data = {name: value for name, value in message.items() if name not in ("id", "type", "at")}
        at = datetime.fromisoformat(message["at"]) if "at" in message else None
        return cls(int(message["id"]), str(message["type"]), at, data)


def said_by(headers: Mapping[str, str]) -> dict[str, str]:
    """What the socket's handshake takes over of a client's headers: who asks."""
    return {"Authorization": headers["authorization"]} if "authorization" in headers else {}


def live_address(project: Ref) -> Flow[str]:
    session = yield from get("session/")
    return str(session["live"]).replace("{id}", str(number_of(project)))


class Place:
    """Where in the log a follower stands, and how often it has been turned away since the last message."""

    def __init__(self, address: str, since: int | None, retries: Retries) -> None:
        self._address = address
        self._since = since
        self._retries = retries
        self._failures = 0
        self._was_there = False

    @property
    def url(self) -> str:
        return f"{self._address}?{urlencode({'since': _BEYOND if self._since is None else self._since})}"

    def heard(self, raw: str | bytes) -> Event | None:
        """None where the message tells no event."""
        message = json.loads(raw)
        if "id" not in message:
            return None
        self._was_there, self._failures = True, 0
        is_first = self._since is None
        self._since = int(message["id"])
        return None if is_first and message["type"] == "resync" else Event.of(message)

    @contextmanager
    def outages(self) -> Iterator[None]:
        """Passes over what goes by. Raises ApiError where the site refuses, ConnectionLost where it was never there."""
        trouble = import_module("websockets.exceptions")
        try:
            yield
        except trouble.ConnectionClosed as closed:
            status, code = _REFUSED.get(closed.rcvd.code if closed.rcvd else 0, (0, ""))
            if status:
                raise error_for(status, {"code": code, "detail": "The site does not open this project."}) from closed
            self._was_there = True
        except (OSError, trouble.WebSocketException) as error:
            self._failures += 1
            if not self._was_there and self._failures >= self._retries.attempts:
                raise ConnectionLost(str(error), was_sent=False) from error

    def pause(self) -> float:
        longest = min(self._retries.longest_seconds, self._retries.first_seconds * 2.0 ** min(self._failures, 16))
        return longest * random.uniform(0.5, 1.0)


def follow_now(place: Place, headers: dict[str, str]) -> Iterator[Event]:
    connect = import_module("websockets.sync.client").connect
    while True:
        with place.outages(), connect(place.url, additional_headers=headers, max_size=None) as socket:
            for raw in socket:
                if event := place.heard(raw):
                    yield event
        time.sleep(place.pause())


async def follow_later(place: Place, headers: dict[str, str]) -> AsyncIterator[Event]:
    connect = import_module("websockets.asyncio.client").connect
    while True:
        with place.outages():
            async with connect(place.url, additional_headers=headers, max_size=None) as socket:
                async for raw in socket:
                    if event := place.heard(raw):
                        yield event
        await asyncio.sleep(place.pause())

"""The WebSocket of a project: the site pushes, the page listens. One LISTEN connection a process feeds all of them."""

import json
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from annotation.access import can_enter
from annotation.events.announcer import announcer
from annotation.events.listener import listener
from annotation.events.models import Event
from annotation.events.presence import keep_present, leave
from annotation.people.models import Scope, User
from annotation.people.services import use_token

REPLAY_LIMIT = 1_000
CLOSE_UNAUTHENTICATED = 4401
CLOSE_STRANGER = 4404


class ProjectConsumer(AsyncJsonWebsocketConsumer):
    """Sends a project's events in the order of their ids; `?since=<id>` first sends the missed ones, or `resync`.

    With `?here=1` the person counts as present for as long as the connection lives.
    """

    async def connect(self) -> None:
        self.project_id = int(self.scope["url_route"]["kwargs"]["project_id"])
        self.sent = 0
        self.is_open = False
        self.present_id: int | None = None
        user = await self._user()
        if not user.is_authenticated:
            await self._refuse(CLOSE_UNAUTHENTICATED)
        elif not await sync_to_async(can_enter)(user, self.project_id):
            await self._refuse(CLOSE_STRANGER)
        else:
            await self._start()
            if self._query("here") == "1" and user.pk:
                self.present_id, self.connection_id = user.pk, uuid4()
                await self._keep_present()

    async def _refuse(self, code: int) -> None:
        """Accept first: a browser shows a page the code of a close, but not of a refused handshake."""
        await self.accept()
        await self.close(code)

    async def _start(self) -> None:
        """Join, take the place in the log, and accept only then: what happens after the handshake is never missed."""
        since = self._since()
        await listener().join(self)
        last = await Event.objects.alast_id(self.project_id)
        is_unknown = since is not None and (since > last or await Event.objects.ahas_forgotten(since))
        self.sent = last if since is None or is_unknown else since
        await self.accept()
        self.is_open = True
        if is_unknown:
            await self.send_json({"type": "resync", "id": last})
        else:
            await self.catch_up()

    async def _user(self) -> User | AnonymousUser:
        headers = dict(self.scope["headers"])
        words = headers.get(b"authorization", b"").split()
        key = words[1].decode("latin-1") if len(words) == 2 and words[0].lower() == b"token" else ""
        key = key or self._query("token")
        if key:
            token = await sync_to_async(use_token)(key)
            return token.user if token and {Scope.READ, Scope.MANAGE} & set(token.scopes) else AnonymousUser()
        # Channels hands over a lazy object; asking for its row makes it real.
        user = self.scope["user"]
        found = await User.objects.filter(pk=user.pk, is_active=True).afirst() if user is not None else None
        return found or AnonymousUser()

    def _query(self, name: str) -> str:
        return parse_qs(self.scope["query_string"].decode("latin-1")).get(name, [""])[0]

    def _since(self) -> int | None:
        raw = self._query("since")
        return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else None

    async def catch_up(self) -> None:
        """Send what came after the last event sent; called for every NOTIFY of this project."""
        if not self.is_open:
            return
        rows = [row async for row in Event.objects.after(self.project_id, self.sent)[: REPLAY_LIMIT + 1]]
        if len(rows) > REPLAY_LIMIT:
            self.sent = await Event.objects.alast_id(self.project_id)
            await self.send_json({"type": "resync", "id": self.sent})
            return
        for row in rows:
            await self.send_event(row)

    async def send_event(self, row: Event) -> None:
        if row.pk > self.sent:
            self.sent = row.pk
            await self.send_json({**row.payload, "id": row.pk, "type": row.type, "at": row.at.isoformat()})

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """What is no JSON text is passed over."""
        if text_data:
            await super().receive(text_data=text_data, **kwargs)

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:  # Any: Channels' own types
        try:
            return json.loads(text_data)
        except (ValueError, RecursionError):
            return None

    async def receive_json(self, content: Any, **kwargs: Any) -> None:  # Any: Channels' own types
        """Pages send nothing but pings."""
        if isinstance(content, dict) and content.get("type") == "ping":
            await self.send_json({"type": "pong", "at": timezone.now().isoformat()})
            await self._keep_present()

    async def _keep_present(self) -> None:
        if self.present_id is None:
            return
        was_absent = await sync_to_async(keep_present)(
            project_id=self.project_id, user_id=self.present_id, connection_id=self.connection_id
        )
        if was_absent:
            announcer().announce(self.project_id)

    async def disconnect(self, code: int) -> None:
        self.is_open = False
        if self.present_id is not None:
            await sync_to_async(leave)(self.connection_id)
        await listener().leave(self)

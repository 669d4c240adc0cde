"""One LISTEN connection a process wakes the consumers of the projects that have news."""

import asyncio
import logging
from typing import TYPE_CHECKING

import psycopg
from django.db import DatabaseError, connection

from annotation.events.models import Event
from annotation.events.services import CHANNEL

if TYPE_CHECKING:
    from annotation.events.consumers import ProjectConsumer

logger = logging.getLogger(__name__)
RECONNECT_SECONDS = 1.0
SHARED_ROWS = 200


class Listener:
    """Fans a project's new events out: each is read from the database once a process, however many pages listen."""

    def __init__(self) -> None:
        self._consumers: dict[int, set[ProjectConsumer]] = {}
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    async def join(self, consumer: "ProjectConsumer") -> None:
        self._consumers.setdefault(consumer.project_id, set()).add(consumer)
        if self._task is None or self._task.done():
            self._ready.clear()
            self._task = asyncio.create_task(self._listen())
        # Events committed before LISTEN stands would be missed: the first page waits for it.
        await asyncio.wait_for(self._ready.wait(), timeout=10)

    async def leave(self, consumer: "ProjectConsumer") -> None:
        members = self._consumers.get(consumer.project_id, set())
        members.discard(consumer)
        if not members:
            self._consumers.pop(consumer.project_id, None)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self) -> None:
        while True:
            try:
                await self._follow()
            except (psycopg.Error, DatabaseError, OSError) as error:
                logger.warning("the event listener lost the database, trying again: %s", error)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _follow(self) -> None:
        parameters = connection.get_connection_params()
        names = ("host", "port", "user", "password", "dbname")
        options = {name: parameters[name] for name in names if parameters.get(name)}
        async with await psycopg.AsyncConnection.connect(**options, autocommit=True) as listening:
            await listening.execute(f"LISTEN {CHANNEL}")
            self._ready.set()
            await self._wake_all()
            async for notice in listening.notifies():
                project_id = notice.payload.partition(":")[0]
                await self._wake(int(project_id))

    async def _wake_all(self) -> None:
        """After a lost connection some notices are missing: let every page look."""
        for project_id in list(self._consumers):
            await self._wake(project_id)

    async def _wake(self, project_id: int) -> None:
        members = list(self._consumers.get(project_id, ()))
        if not members:
            return
        lowest = min(member.sent for member in members)
        rows = [row async for row in Event.objects.after(project_id, lowest)[:SHARED_ROWS]]
        if len(rows) == SHARED_ROWS:  # somebody is far behind; let each read for itself
            await asyncio.gather(*(member.catch_up() for member in members), return_exceptions=True)
            return
        await asyncio.gather(*(self._hand_over(member, rows) for member in members), return_exceptions=True)

    async def _hand_over(self, member: "ProjectConsumer", rows: list[Event]) -> None:
        for row in rows:
            if member.is_open:
                await member.send_event(row)


_listeners: dict[asyncio.AbstractEventLoop, Listener] = {}


def listener() -> Listener:
    """The listener of the running event loop; a server process has one loop, tests have several."""
    loop = asyncio.get_running_loop()
    if loop not in _listeners:
        _listeners[loop] = Listener()
    return _listeners[loop]

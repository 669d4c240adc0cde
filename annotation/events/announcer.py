"""Tells who is here a moment after people came: many who come at once make one event, not one each."""

import asyncio
import logging

from asgiref.sync import sync_to_async
from django.db import DatabaseError

from annotation.events.presence import tell_presence

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 0.3


class Announcer:
    def __init__(self) -> None:
        self._waiting: dict[int, asyncio.Task[None]] = {}

    def announce(self, project_id: int) -> None:
        if project_id not in self._waiting:
            self._waiting[project_id] = asyncio.create_task(self._tell(project_id))

    async def _tell(self, project_id: int) -> None:
        await asyncio.sleep(PAUSE_SECONDS)
        # Who comes from here on is not in this event: the next one tells it.
        self._waiting.pop(project_id, None)
        try:
            await sync_to_async(tell_presence)(project_id)
        except DatabaseError as error:
            logger.warning("who is in project %s could not be told: %s", project_id, error)


_announcers: dict[asyncio.AbstractEventLoop, Announcer] = {}


def announcer() -> Announcer:
    """The announcer of the running event loop, as with listener()."""
    loop = asyncio.get_running_loop()
    if loop not in _announcers:
        _announcers[loop] = Announcer()
    return _announcers[loop]

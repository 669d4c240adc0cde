"""The site's live process inside a test: a real server on a real port, that can be stopped and started again."""

import asyncio
import socket
import threading
import time

import uvicorn
from asgiref.sync import sync_to_async
from django.db import connections

from annotation.events.listener import listener
from collabweb.asgi import application

LONGEST_SECONDS = 30


class LiveSite:
    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        config = uvicorn.Config(
            application, "127.0.0.1", self.port, lifespan="off", log_level="warning", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=asyncio.run, args=(_serve(self._server),))
        self._thread.start()
        until = time.monotonic() + LONGEST_SECONDS
        while not self._server.started:
            assert time.monotonic() < until, "the live process did not start"
            time.sleep(0.02)

    def stop(self) -> None:
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join(LONGEST_SECONDS)
        self._server = self._thread = None


async def _serve(server: uvicorn.Server) -> None:
    await server.serve()
    # Its connection would keep the test database from being dropped.
    await listener().close()
    await sync_to_async(connections.close_all)()

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Self

import httpx

from collabweb_client.calls import Calls
from collabweb_client.connection import TIMEOUT, address_of, built, headers_of, lost, reply_of
from collabweb_client.live import Event, Place, follow_later, live_address, said_by
from collabweb_client.retries import Retries, repeating, repeating_feed
from collabweb_client.verbs import Later
from collabweb_client.wire import Feed, Flow, Found, Outcome, Pause, Ref, Request, T


class AsyncClient(Calls, Later):
    """As Client, for an event loop: `await client.project(1)`, `async for document in client.documents(1)`."""

    def __init__(
        self,
        url: str,
        token: str = "",
        *,
        retries: Retries | None = None,
        timeout: httpx.Timeout | float = TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.retries = retries or Retries()
        self._http = httpx.AsyncClient(
            base_url=address_of(url), headers=headers_of(token), timeout=timeout, transport=transport
        )

    async def carry_out(self, flow: Flow[T]) -> T:
        repeated = repeating(flow, self.retries)
        outcome: Outcome = None
        while True:
            try:
                step = repeated.send(outcome)
            except StopIteration as end:
                result: T = end.value
                return result
            outcome = await self._do(step)

    async def each(self, feed: Feed[T]) -> AsyncIterator[T]:
        outcome: Outcome = None
        with closing(repeating_feed(feed, self.retries)) as repeated:
            while True:
                try:
                    step = repeated.send(outcome)
                except StopIteration:
                    return
                outcome = None
                if isinstance(step, Found):
                    for item in step.items:
                        yield item
                else:
                    outcome = await self._do(step)

    async def _do(self, step: Request | Pause) -> Outcome:
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
            return None
        try:
            with built(self._http, step) as request:
                response = await self._http.send(request, stream=True)
            try:
                if step.sink is None or not response.is_success:
                    return reply_of(response, await response.aread())
                with step.sink.open("wb") as file:
                    async for block in response.aiter_bytes():
                        file.write(block)
                return reply_of(response, b"")
            finally:
                await response.aclose()
        except httpx.TransportError as error:
            return lost(error)

    async def events(self, project: Ref, since: int | None = None) -> AsyncIterator[Event]:
        """As `Client.events`."""
        place = Place(await self.carry_out(live_address(project)), since, self.retries)
        async for event in follow_later(place, said_by(self._http.headers)):
            yield event

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Self

import httpx

from collabweb_client.calls import Calls
from collabweb_client.connection import TIMEOUT, address_of, built, headers_of, lost, reply_of
from collabweb_client.live import Event, Place, follow_now, live_address, said_by
from collabweb_client.retries import Retries, repeating, repeating_feed
from collabweb_client.verbs import Now
from collabweb_client.wire import Feed, Flow, Found, Outcome, Pause, Ref, Request, T


class Client(Calls, Now):
    """The site at `url`, for the owner of `token`. May be shared by threads; close it, or use it in `with`."""

    def __init__(
        self,
        url: str,
        token: str = "",
        *,
        retries: Retries | None = None,
        timeout: httpx.Timeout | float = TIMEOUT,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.retries = retries or Retries()
        self._http = httpx.Client(
            base_url=address_of(url), headers=headers_of(token), timeout=timeout, transport=transport
        )

    def carry_out(self, flow: Flow[T]) -> T:
        repeated = repeating(flow, self.retries)
        outcome: Outcome = None
        while True:
            try:
                step = repeated.send(outcome)
            except StopIteration as end:
                result: T = end.value
                return result
            outcome = self._do(step)

    def each(self, feed: Feed[T]) -> Iterator[T]:
        outcome: Outcome = None
        with closing(repeating_feed(feed, self.retries)) as repeated:
            while True:
                try:
                    step = repeated.send(outcome)
                except StopIteration:
                    return
                outcome = None
                if isinstance(step, Found):
                    yield from step.items
                else:
                    outcome = self._do(step)

    def _do(self, step: Request | Pause) -> Outcome:
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            return None
        try:
            with built(self._http, step) as request:
                response = self._http.send(request, stream=True)
            with closing(response):
                if step.sink is None or not response.is_success:
                    return reply_of(response, response.read())
                with step.sink.open("wb") as file:
                    for block in response.iter_bytes():
                        file.write(block)
                return reply_of(response, b"")
        except httpx.TransportError as error:
            return lost(error)

    def events(self, project: Ref, since: int | None = None) -> Iterator[Event]:
        """What happens in a project, as it happens, for ever; goes on by itself after a break, and repeats nothing.

        From now on, or from after the event `since`. Needs `collabweb-client[live]`.
        """
        place = Place(self.carry_out(live_address(project)), since, self.retries)
        return follow_now(place, said_by(self._http.headers))

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

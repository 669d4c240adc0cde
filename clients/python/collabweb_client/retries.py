"""When a call is sent again, and after how long."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from collabweb_client.wire import Feed, Flow, Lost, Outcome, Pause, Reply, Request, T

_PASSING = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Retries:
    """Pauses double from `first_seconds` to `longest_seconds`, shortened by chance so that clients don't march in step.

    A `Retry-After` beyond `longest_seconds` is raised rather than waited for.
    """

    attempts: int = 6
    first_seconds: float = 0.5
    longest_seconds: float = 30.0

    def pause_after(self, request: Request, outcome: Outcome, tried: int) -> float | None:
        """None: what came is the outcome."""
        if tried >= self.attempts or not _passes(request, outcome):
            return None
        pause: float = min(self.longest_seconds, self.first_seconds * 2 ** (tried - 1))
        pause *= random.uniform(0.5, 1.0)
        told = retry_after(outcome.headers) if isinstance(outcome, Reply) else None
        if told is None:
            return pause
        return None if told > self.longest_seconds else max(told, pause)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, from a number or a date."""
    told = headers.get("retry-after", "").strip()
    if told.isdigit():
        return float(told)
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment.tzinfo else None


def _passes(request: Request, outcome: Outcome) -> bool:
    """Whether this trouble goes by, and asking again does no harm."""
    if isinstance(outcome, Lost):
        return request.is_repeatable or not outcome.was_sent
    if not isinstance(outcome, Reply):
        return False
    # 429 says that nothing was done.
    return outcome.status == 429 or (outcome.status in _PASSING and request.is_repeatable)


def repeating(flow: Flow[T], retries: Retries) -> Flow[T]:
    """The same flow, each of its requests sent again where that helps."""
    outcome: Outcome = None
    try:
        while True:
            try:
                step = flow.send(outcome)
            except StopIteration as end:
                result: T = end.value
                return result
            outcome = yield step
            if isinstance(step, Request):
                outcome = yield from _repeated(step, outcome, retries)
    finally:
        flow.close()


def repeating_feed(feed: Feed[T], retries: Retries) -> Feed[T]:
    """As `repeating`, for a flow that finds items on its way."""
    outcome: Outcome = None
    try:
        while True:
            try:
                step = feed.send(outcome)
            except StopIteration:
                return
            outcome = yield step
            if isinstance(step, Request):
                outcome = yield from _repeated(step, outcome, retries)
    finally:
        feed.close()


def _repeated(request: Request, outcome: Outcome, retries: Retries) -> Flow[Outcome]:
    tried = 1
    while (seconds := retries.pause_after(request, outcome, tried)) is not None:
        yield Pause(seconds)
        outcome = yield request
        tried += 1
        if request.method == "DELETE" and isinstance(outcome, Reply) and outcome.status == 404:
            # The first one had arrived after all.
            return Reply(204, {}, b"")
    return outcome

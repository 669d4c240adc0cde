"""What follows from a request and needs not be waited for: done in the same thread once the answer is on its way.

Only hints belong here. What is lost when the process dies in between, the next tick makes good from the rows.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Work = Callable[[], object]
_waiting: ContextVar[list[Work] | None] = ContextVar("after_answer", default=None)


def later(work: Work) -> None:
    """At once where nobody waits for an answer: in workers and commands."""
    waiting = _waiting.get()
    if waiting is None:
        work()
    else:
        waiting.append(work)


@contextmanager
def kept_for_later() -> Iterator[list[Work]]:
    """What is put off in here; whoever asks for it does it."""
    waiting: list[Work] = []
    token = _waiting.set(waiting)
    try:
        yield waiting
    finally:
        _waiting.reset(token)

"""What goes over the wire, as plain values. Nothing here opens a connection.

A call is a flow: a generator that yields steps and is sent their outcomes. A client, sync or async, carries the steps
out and knows nothing else.
"""

import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Json = Any  # whatever JSON can say

_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True)
class Request:
    """One call to the site. `path` is relative to /api/v1/; `sink`: the file that a good answer's body goes to.

    `is_repeatable`: whether a call that may have arrived can be sent again without harm.
    """

    method: str
    path: str
    params: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    file: Path | None = None
    sink: Path | None = None
    repeat: bool = False

    @property
    def is_repeatable(self) -> bool:
        return self.repeat or self.method in _REPEATABLE


@dataclass(frozen=True, slots=True)
class Reply:
    """What the site answered; `headers` with lower-case names."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Json:
        return json.loads(self.content)


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer came. `was_sent`: the site may have done what was asked."""

    reason: str
    was_sent: bool


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


@dataclass(frozen=True, slots=True)
class Found(Generic[T_co]):
    """Items for the caller of a list."""

    items: Sequence[T_co]


Outcome = Reply | Lost | None
Flow = Generator[Request | Pause, Outcome, T]
Feed = Generator[Request | Pause | Found[T], Outcome, None]


class Numbered(Protocol):
    """Anything with an id: a Project, a Document, a Run."""

    @property
    def id(self) -> int: ...


Ref = int | Numbered


def number_of(ref: Ref) -> int:
    return ref if isinstance(ref, int) else ref.id


def encode(value: object) -> bytes:
    """JSON as the site reads it. What JSON cannot say is refused by the site, with the row and a code."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain).encode()
    except UnicodeEncodeError:
        # Half a surrogate pair has no UTF-8. Escaped, it travels, and the site names the row that holds it.
        return json.dumps(value, separators=(",", ":"), default=_plain).encode()


def _plain(value: object) -> Json:
    if isinstance(value, date):
        return value.isoformat()
    for name in ("as_json", "tolist"):  # spans; numbers and arrays of numpy
        method = getattr(value, name, None)
        if callable(method):
            return method()
    raise TypeError(f"JSON has no form for {type(value).__name__}")

"""Which documents are asked for: one description for the list, the API, exports and what is done to many. Pure."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from annotation.answers.problems import Problem

STATES = ("new", "assigned", "annotated", "gold", "auto_accepted")
DISAGREEMENTS = ("people", "prediction")
TALK = ("flagged", "comments")
META = "meta."
MOST_IDS = 500
MOST_META = 10
LONGEST = 1_000
LARGEST_ID = 2**63 - 1
LARGEST_VERSION = 2**31 - 1

# Short enough to be a number that JSON tells exactly.
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Everything given must hold. The fields are the names in the query string; `meta.key=value` becomes `meta`."""

    q: str = ""
    state: str = ""
    label: str = ""
    predicted: str = ""
    confidence_below: float | None = None
    confidence_above: float | None = None
    version: int | None = None
    disagreement: str = ""
    person: str = ""
    talk: str = ""
    # Answered under this version of the guidelines.
    guidelines: int | None = None
    language: str = ""
    external_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    ids: tuple[int, ...] = ()
    # A number of a report: the documents behind it.
    figure: str = ""
    meta: tuple[tuple[str, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        return self == DocumentFilter()

    @property
    def is_about_predictions(self) -> bool:
        """Whether it tells what predictions say, which is kept from whoever has a document blind in hand."""
        numbers = (self.confidence_below, self.confidence_above, self.version)
        is_told = bool(self.predicted or self.figure) or self.disagreement == "prediction"
        return is_told or any(one is not None for one in numbers)

    @property
    def is_about_answers(self) -> bool:
        """Whether it tells what people or gold say, which is kept from whoever has a document as hidden gold."""
        return bool(self.label or self.person or self.disagreement or self.guidelines or self.figure)


def parse(pairs: Iterable[tuple[str, str]]) -> tuple[DocumentFilter, list[Problem]]:
    """From a query string; names that are no filter are left alone, and what is wrong is left out and told."""
    given: dict[str, Any] = {}  # Any: each field has its own type
    meta: Pairs = []
    problems: list[Problem] = []
    for name, raw in pairs:
        if not raw or not is_filter(name):
            continue
        problem = _problem_of_text(name, raw)
        if problem is None and name.startswith(META):
            meta.append((name.removeprefix(META), raw))
        elif problem is None:
            try:
                given[name] = _READERS[name](raw)
            except _Refused as error:
                problem = Problem(name, error.code, f"{name} is {error.wanted}.")
        problems += [problem] if problem else []
    if len(meta) > MOST_META:
        problems.append(Problem("meta", "too_many", f"At most {MOST_META} values of meta can be asked for at once."))
    return DocumentFilter(**given, meta=tuple(meta[:MOST_META])), problems


def is_filter(name: str) -> bool:
    return name in _READERS or name.startswith(META)


def readings(raw: str) -> list[object]:
    """What a value of meta may be that is written like this: the text itself, a number, true or false."""
    found: list[object] = [raw]
    if raw in ("true", "false"):
        found.append(raw == "true")
    elif _NUMBER.fullmatch(raw):
        found.append(float(raw) if "." in raw else int(raw))
    return found


class _Refused(ValueError):
    """A value that is not what the filter takes; `wanted` says what it does."""

    def __init__(self, code: str, wanted: str) -> None:
        super().__init__(wanted)
        self.code = code
        self.wanted = wanted


def _problem_of_text(name: str, raw: str) -> Problem | None:
    if "\0" in raw or "\0" in name:
        return Problem(name.replace("\0", ""), "nul_char", "NUL characters are not searchable.")
    if any("\ud800" <= char <= "\udfff" for char in name + raw):
        return Problem("filter", "lone_surrogate", "A filter holds whole characters.")
    if max(len(name), len(raw)) > LONGEST and name != "ids":
        return Problem(name[:100], "too_long", f"A filter has at most {LONGEST} characters.")
    return None


def _text(raw: str) -> str:
    return raw


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def read(raw: str) -> str:
        if raw not in allowed:
            raise _Refused("bad_choice", f"one of {', '.join(allowed)}")
        return raw

    return read


def _share(raw: str) -> float:
    try:
        share = float(raw)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise _Refused("bad_number", "a number from 0 to 1")
    return share


def _whole(raw: str, largest: int) -> int:
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 20 and 0 < int(raw) <= largest):
        raise _Refused("bad_number", f"a whole number from 1 to {largest}")
    return int(raw)


def _version(raw: str) -> int:
    return _whole(raw.removeprefix("v"), LARGEST_VERSION)


def _ids(raw: str) -> tuple[int, ...]:
    found = raw.split(",")
    if len(found) > MOST_IDS:
        raise _Refused("too_many", f"a list of at most {MOST_IDS} ids")
    return tuple(dict.fromkeys(_whole(one.strip(), LARGEST_ID) for one in found))


def _moment(raw: str, *, is_end: bool) -> datetime:
    """A time with its zone, or a whole day (in UTC)."""
    try:
        if len(raw) == 10:
            day = datetime.combine(date.fromisoformat(raw), time(), UTC)
            return day + timedelta(days=1) if is_end else day
        # A "+" that was not escaped in an address arrives as a space.
        moment = datetime.fromisoformat(raw.replace(" ", "+") if "T" in raw else raw)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _Refused("bad_time", "a time such as 2026-01-31T12:00:00Z, or a day such as 2026-01-31")


_READERS: dict[str, Callable[[str], object]] = {
    "q": _text,
    "state": _one_of(STATES),
    "label": _text,
    "predicted": _text,
    "confidence_below": _share,
    "confidence_above": _share,
    "version": _version,
    "disagreement": _one_of(DISAGREEMENTS),
    "person": _text,
    "talk": _one_of(TALK),
    "guidelines": lambda raw: _whole(raw, LARGEST_VERSION),
    "language": _text,
    "external_id": _text,
    "since": lambda raw: _moment(raw, is_end=False),
    "until": lambda raw: _moment(raw, is_end=True),
    "ids": _ids,
    "figure": _text,
}

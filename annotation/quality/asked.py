"""Which answers a report is about: a range of days, a language, values of meta. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import parse_qsl, urlencode

from annotation.answers.problems import Problem
from annotation.documents.filters import LONGEST, META, MOST_META

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """`since` and `until` are whole days in UTC, both included. `language` is as documents or their project say it."""

    since: date | None = None
    until: date | None = None
    language: str = ""
    meta: Pairs = ()

    @property
    def first_minute(self) -> int | None:
        return None if self.since is None else _minute(self.since)

    @property
    def end_minute(self) -> int | None:
        return None if self.until is None else _minute(self.until + timedelta(days=1))

    @property
    def pairs(self) -> Pairs:
        """As in an address; `read` gives the same back."""
        named = (
            ("from", self.since.isoformat() if self.since else ""),
            ("to", self.until.isoformat() if self.until else ""),
            ("language", self.language),
        )
        return (*(pair for pair in named if pair[1]), *((META + key, value) for key, value in self.meta))

    @property
    def query(self) -> str:
        return urlencode(self.pairs)

    def between(self, first: date, last: date) -> "Asked":
        return replace(self, since=first, until=last)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a report, told so that its documents can be found again: its name, what it counts, and the filter."""

    name: str
    counts: Mapping[str, str]
    asked: Asked

    @property
    def raw(self) -> str:
        return urlencode([("figure", self.name), *self.counts.items(), *self.asked.pairs])

    def text(self, key: str) -> str:
        return self.counts.get(key, "")

    def number(self, key: str) -> int | None:
        """None where it was not said; -1 where what was said is no number, which nothing matches."""
        raw = self.counts.get(key, "")
        if not raw:
            return None
        return int(raw) if raw.removeprefix("-").isdecimal() and raw.isascii() and len(raw) < 19 else -1


def figure_of(name: str, asked: Asked, **counts: object) -> str:
    """What the filter `figure` of the list of documents takes."""
    return Figure(name, {key: str(value) for key, value in counts.items() if value is not None}, asked).raw


def read_figure(raw: str) -> Figure:
    pairs = parse_qsl(raw[:LONGEST])
    asked, _ = read(pairs)
    names = ("figure", "from", "to", "language")
    counts = {key: value for key, value in pairs if key not in names and not key.startswith(META)}
    return Figure(dict(pairs).get("figure", ""), counts, asked)


def read(pairs: Iterable[tuple[str, str]]) -> tuple[Asked, list[Problem]]:
    """From an address; other names are left alone, and what can't be read is left out and told."""
    given = {name: str(raw).strip()[:LONGEST] for name, raw in pairs if str(raw).strip()}
    problems: list[Problem] = []
    since, until = (_day(given.get(name, ""), name, problems) for name in ("from", "to"))
    if since and until and since > until:
        problems.append(Problem("to", "bad_range", "The last day comes before the first."))
        until = None
    meta = tuple(
        (name.removeprefix(META), raw) for name, raw in given.items() if name.startswith(META) and "\0" not in raw
    )
    if given.get("meta_key") and given.get("meta_value"):
        meta = (*meta, (given["meta_key"].replace("\0", ""), given["meta_value"].replace("\0", "")))
    return Asked(since, until, given.get("language", "").replace("\0", ""), meta[:MOST_META]), problems


def _day(raw: str, name: str, problems: list[Problem]) -> date | None:
    if not raw:
        return None
    try:
        found = date.fromisoformat(raw)
    except ValueError:
        found = None
    if found is None or not 1970 < found.year < 4000:
        problems.append(Problem(name, "bad_time", f"{name} is a day such as 2026-01-31."))
        return None
    return found


def _minute(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp() // 60)


def day_of(minute: int) -> date:
    return datetime.fromtimestamp(minute * 60, UTC).date()

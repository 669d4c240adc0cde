"""What a plan will do: people take turns at their pace, each the best document that they may take. Pure.

The same rules of `plans/lanes.py` that lending asks decide here, so the numbers are those that lending comes to when
people keep their pace; only who comes a moment earlier than whom is a guess.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from annotation.plans.lanes import LAST, Taker, Terms, comes, refusal

DAY = timedelta(days=1)
# Documents a day where nobody has answered any lately; no time is told then.
USUAL = 100.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document that may be lent `slots` times more; `taken`: by whom it was answered or is in hand."""

    document_id: int
    terms: Terms
    slots: int
    priority: float = 0.0
    taken: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Worker:
    """`per_day`: documents at present, None where nothing is known. `today`: lent since midnight (UTC)."""

    taker: Taker
    per_day: float | None = None
    most_a_day: int | None = None
    today: int = 0


@dataclass(slots=True)
class Fate:
    """What falls to one person; `ends_at` of the last one."""

    documents: list[int] = field(default_factory=list)
    ends_at: datetime | None = None

    @property
    def number(self) -> int:
        return len(self.documents)


@dataclass(frozen=True, slots=True)
class Stuck:
    """Documents that wait for people there are not. `why`: what their terms ask ("people", "language", "skill"), or
    "overlap" where some people may take them, but fewer than are wanted. `terms`: of one of them.
    """

    why: str
    terms: Terms
    documents: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Deadline:
    due: datetime
    documents: int
    late: int


@dataclass(frozen=True, slots=True)
class Preview:
    """`fates` by person's id. `is_dated`: somebody's pace is known, so that times mean something."""

    fates: Mapping[int, Fate]
    stuck: Sequence[Stuck]
    deadlines: Sequence[Deadline]
    is_dated: bool
    documents: int

    @property
    def ends_at(self) -> datetime | None:
        return max((fate.ends_at for fate in self.fates.values() if fate.ends_at), default=None)


def preview(documents: Sequence[Waiting], workers: Sequence[Worker], now: datetime) -> Preview:
    known = sorted(worker.per_day for worker in workers if worker.per_day)
    usual = known[len(known) // 2] if known else USUAL
    run = _Run(documents, workers, usual, now)
    run.play()
    return Preview(run.fates, run.stuck(), run.deadlines(), bool(known), len(documents))


@dataclass(slots=True)
class _Lane:
    terms: Terms
    rows: list[Waiting]


class _Run:
    """Everybody's next turn is in a heap; the earliest goes first, at the same moment in the order given."""

    def __init__(self, documents: Sequence[Waiting], workers: Sequence[Worker], usual: float, now: datetime) -> None:
        by_terms: dict[Terms, list[Waiting]] = defaultdict(list)
        for one in sorted(documents, key=lambda row: (-row.priority, row.document_id)):
            by_terms[one.terms].append(one)
        self.lanes = [_Lane(terms, rows) for terms, rows in by_terms.items()]
        self.workers, self.usual, self.now = workers, usual, now
        self.left = {one.document_id: one.slots for one in documents}
        self.taken: dict[int, set[int]] = {one.document_id: set(one.taken) for one in documents}
        self.places: dict[tuple[int, int], int] = {}
        self.fates = {worker.taker.pk: Fate() for worker in workers}
        self.ended: dict[int, datetime] = {}
        self.turns_of_time = sorted(
            {moment for lane in self.lanes for moment in (lane.terms.until, lane.terms.due) if moment and moment > now}
        )

    def play(self) -> None:
        turns = [(self.now, place, worker.today, _midnight(self.now)) for place, worker in enumerate(self.workers)]
        heapq.heapify(turns)
        while turns:
            at, place, today, day_ends = heapq.heappop(turns)
            if at >= day_ends:
                today, day_ends = 0, _midnight(at)
            following = self._take(place, at, today, day_ends)
            if following is not None:
                heapq.heappush(turns, (following[0], place, today + following[1], day_ends))

    def _take(self, place: int, at: datetime, today: int, day_ends: datetime) -> tuple[datetime, int] | None:
        """When the person comes again and how many they took now; None when there is nothing left for them."""
        worker = self.workers[place]
        if worker.most_a_day is not None and today >= worker.most_a_day:
            return (day_ends, 0) if worker.most_a_day and self._next(place, at) is not None else None
        found = self._next(place, at)
        if found is None:
            opens = next((moment for moment in self.turns_of_time if moment > at), None)
            return (opens, 0) if opens is not None and self._is_waiting() else None
        ends_at = at + DAY / (worker.per_day or self.usual)
        self.left[found.document_id] -= 1
        self.taken[found.document_id].add(worker.taker.pk)
        fate = self.fates[worker.taker.pk]
        fate.documents.append(found.document_id)
        fate.ends_at = self.ended[found.document_id] = ends_at
        return ends_at, 1

    def _next(self, place: int, at: datetime) -> Waiting | None:
        heads = ((number, self._head(place, number)) for number in self._lanes_of(place, at))
        ranked = (
            (comes(self.lanes[number].terms, at), -head.priority, head.document_id, head)
            for number, head in heads
            if head
        )
        best = min(ranked, key=lambda row: row[:3], default=None)
        return best[3] if best else None

    def _lanes_of(self, place: int, at: datetime) -> Iterator[int]:
        taker = self.workers[place].taker
        return (number for number, lane in enumerate(self.lanes) if not refusal(lane.terms, taker, at))

    def _head(self, place: int, number: int) -> Waiting | None:
        """The best document of the lane that is left for this person; what is passed over once stays so."""
        rows, taker = self.lanes[number].rows, self.workers[place].taker.pk
        at = self.places.get((place, number), 0)
        while at < len(rows) and (not self.left[rows[at].document_id] or taker in self.taken[rows[at].document_id]):
            at += 1
        self.places[place, number] = at
        return rows[at] if at < len(rows) else None

    def _is_waiting(self) -> bool:
        return any(self.left.values())

    def stuck(self) -> list[Stuck]:
        found: dict[tuple[str, Terms], list[int]] = defaultdict(list)
        for lane in self.lanes:
            why = self._why(lane.terms)
            for row in lane.rows:
                if self.left[row.document_id]:
                    found[why or "overlap", lane.terms].append(row.document_id)
        rows = [Stuck(why, terms, tuple(ids)) for (why, terms), ids in found.items()]
        return sorted(rows, key=lambda row: -len(row.documents))

    def _why(self, terms: Terms) -> str:
        """What keeps everybody out, even when all that is reserved is released; "" where somebody may come in."""
        whys = [refusal(terms, worker.taker, LAST if terms.until else self.now) for worker in self.workers]
        if not whys:
            return "nobody"
        return "" if "" in whys else max(set(whys), key=lambda why: (whys.count(why), why))

    def deadlines(self) -> list[Deadline]:
        rows: dict[datetime, list[int]] = defaultdict(list)
        for lane in self.lanes:
            if lane.terms.due and lane.terms.due > self.now:
                rows[lane.terms.due] += [row.document_id for row in lane.rows]
        return [
            Deadline(due, len(ids), sum(bool(self.left[pk]) or self.ended[pk] > due for pk in ids))
            for due, ids in sorted(rows.items())
        ]


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0) + DAY

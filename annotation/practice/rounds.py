"""Which practice items come in which round, and how far somebody is. Pure: no database."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

# Shares such as 0.8 have no exact binary form.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Answered:
    """One attempt of one person, in a round counted from 1."""

    item_id: int
    round: int
    score: float


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a person stands in one round. `score`: mean of what was answered in it, None before the first answer."""

    done: int
    of: int
    score: float | None
    pass_mark: float
    round: int
    passed: bool

    @property
    def is_over(self) -> bool:
        return self.done >= self.of

    @property
    def reaches_mark(self) -> bool:
        return self.is_over and self.score is not None and self.score >= self.pass_mark - _ROUNDING


def size_of_round(practice_size: int, items: int) -> int:
    """As many documents as the project asks for, or as there are; without a wish (0) all of them."""
    return min(practice_size or items, items)


def last_round(answered: Sequence[Answered]) -> int:
    return max((attempt.round for attempt in answered), default=1)


def current_round(answered: Sequence[Answered], of: int) -> int:
    """The round that the next answer belongs to: the last one, or a new one when that is over."""
    last = last_round(answered)
    return last + 1 if sum(attempt.round == last for attempt in answered) >= of else last


def progress_in(answered: Sequence[Answered], round_: int, *, of: int, pass_mark: float, passed: bool) -> Progress:
    scores = [attempt.score for attempt in answered if attempt.round == round_]
    mean = sum(scores) / len(scores) if scores else None
    return Progress(len(scores), of, mean, pass_mark, round_, passed)


def upcoming(items: Sequence[int], answered: Sequence[Answered], round_: int, *, of: int, seed: str) -> list[int]:
    """The items still to answer in a round, in order; the same for every tab and every call.

    The first round keeps the manager's order. A later one begins with what the person has met least often, shuffled
    by a hash of `seed`, round and item.
    """
    done = {attempt.item_id for attempt in answered if attempt.round == round_}
    rest = [item for item in items if item not in done]
    if round_ > 1:
        met = Counter(attempt.item_id for attempt in answered if attempt.round < round_)
        rest.sort(key=lambda item: (met[item], _place(f"{seed}:{round_}:{item}")))
    return rest[: max(0, of - len(done))]


def _place(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()

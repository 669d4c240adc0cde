"""Who has become worse at known answers: exact tests of a person's newest block against their earlier ones. Pure.

A person is looked at once a block of BLOCK answers, never in between: looking after every answer would find somebody
sooner or later. Two questions are asked of the newest whole block. Is it worse than the pass mark allows (binomial
test)? Is it worse than all their earlier blocks (Fisher's exact test, 1922, one-sided)? Each is answered yes by chance
in at most one look of a thousand.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import comb

BLOCK = 20
ALPHA = 0.001
BELOW_MARK, BELOW_OWN = "below_mark", "below_own"


@dataclass(frozen=True, slots=True)
class Known:
    """One answer to a document whose answer is known."""

    user: int
    at: datetime
    is_right: bool


@dataclass(frozen=True, slots=True)
class Decay:
    """`block`: which of the person's blocks, from 1; with user and kind it names the finding. `chance`: how likely so
    bad a block is when nothing has changed. `at`: when the block was full.
    """

    user: int
    kind: str
    block: int
    recent_right: int
    recent: int
    earlier_right: int
    earlier: int
    chance: float
    at: datetime


def decays(answers: Sequence[Known], pass_mark: float) -> list[Decay]:
    """In the order of users; both kinds where both hold."""
    by_user: dict[int, list[Known]] = defaultdict(list)
    for answer in sorted(answers, key=lambda one: one.at):
        by_user[answer.user].append(answer)
    return [found for user in sorted(by_user) for found in _of_person(by_user[user], pass_mark)]


def _of_person(answers: Sequence[Known], pass_mark: float) -> list[Decay]:
    block = len(answers) // BLOCK
    if not block:
        return []
    recent, before = answers[(block - 1) * BLOCK : block * BLOCK], answers[: (block - 1) * BLOCK]
    right, right_before = (sum(one.is_right for one in part) for part in (recent, before))
    chances = {BELOW_MARK: at_most(right, BLOCK, pass_mark)}
    if before:
        chances[BELOW_OWN] = as_bad_as(right, BLOCK, right_before, len(before))
    return [
        Decay(recent[0].user, kind, block, right, BLOCK, right_before, len(before), chance, recent[-1].at)
        for kind, chance in chances.items()
        if chance <= ALPHA
    ]


def at_most(right: int, number: int, rate: float) -> float:
    """P(X <= right) for X ~ Binomial(number, rate)."""
    return sum(comb(number, k) * rate**k * (1 - rate) ** (number - k) for k in range(right + 1))


def as_bad_as(right: int, number: int, other_right: int, other_number: int) -> float:
    """P(X <= right) where the right answers of both are dealt out by chance (hypergeometric)."""
    total, all_right = number + other_number, right + other_right
    lowest = max(0, all_right - other_number)
    ways = sum(comb(all_right, k) * comb(total - all_right, number - k) for k in range(lowest, right + 1))
    return ways / comb(total, number)

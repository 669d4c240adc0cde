"""What a project's curves say of a goal: gold and hours that are left, and whether to stop. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal

from modelops.forecast.curve import REACHING_SHARE, Curves, Range

# A rise of the score that nobody would notice, in points of one hundred.
SMALL_GAIN = 0.005
# What "more gold" means for the stop signal: so many documents, or this share of what there is.
FEWEST_MORE, MORE_SHARE = 100, 0.2

State = Literal["reached", "ahead", "doubtful", "out_of_reach"]


@dataclass(frozen=True, slots=True)
class Work:
    """`gold` training documents have gold; `train_share` of all gold trains; `answers` people answer each document.

    `seconds`: the median an answer takes; None where it is unknown.
    """

    gold: int
    train_share: float
    answers: int
    seconds: float | None

    def documents(self, trained: Range) -> Range:
        """Documents to label until so many train."""
        return Range(
            *(max(0.0, (one - self.gold) / self.train_share) for one in (trained.value, trained.low, trained.high))
        )

    def hours(self, documents: Range) -> Range | None:
        return None if self.seconds is None else documents.times(self.answers * self.seconds / 3600)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Of one label set. `more`: documents to label beyond what there is; `gain`: of the next `step` training documents.

    `lift`: by how much the version in production is better than the fast head that the curve was measured with.
    """

    state: State
    now: Range
    more: Range
    hours: Range | None
    gain: Range
    step: int
    lift: float

    @property
    def is_flat(self) -> bool:
        return self.gain.high < SMALL_GAIN


def outlook(curves: Curves, work: Work, target: float, lift: float = 0.0) -> Outlook:
    """`target` and `lift` are shares, not percentages."""
    now = _lifted(curves.at(work.gold), lift)
    more = work.documents(curves.needed(target - lift))
    step = max(FEWEST_MORE, round(MORE_SHARE * work.gold))
    state = _state(curves, now, more, target - lift, target)
    room = 1.0 - now.value
    gain = curves.gain(work.gold, step)
    gain = Range(*(min(one, room) for one in (gain.value, gain.low, gain.high)))
    return Outlook(state, now, more, work.hours(more), gain, step, lift)


def lift_of(curves: Curves, trained: int, score: float) -> float:
    """How far a version that learned from so many documents lies above (below) the curve."""
    return score - curves.at(trained).value


def says_stop(outlooks: Sequence[Outlook]) -> bool:
    """Where no label set gains anything from the next documents, or all have reached their goal."""
    return bool(outlooks) and all(one.is_flat or one.state == "reached" for one in outlooks)


def _lifted(score: Range, lift: float) -> Range:
    return Range(*(min(1.0, max(0.0, one + lift)) for one in (score.value, score.low, score.high)))


def _state(curves: Curves, now: Range, more: Range, goal: float, target: float) -> State:
    if now.value >= target:
        return "reached"
    if curves.share_reaching(goal) < REACHING_SHARE:
        return "out_of_reach"
    return "doubtful" if inf in (more.value, more.high) else "ahead"

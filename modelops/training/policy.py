"""Is a training run due, and why. Pure: no database."""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

FEWEST_GOLD = 20
FIRST_WAIT_SECONDS = 300.0
LONGEST_WAIT_SECONDS = 6 * 3600.0

Code = Literal["due", "by_hand", "active", "nothing_to_learn", "few_gold", "waiting", "few_new"]


@dataclass(frozen=True, slots=True)
class Situation:
    """`new_gold`: gold answers changed since the last run's snapshot. `failures`: failed runs in a row."""

    train_after: int
    gold: int
    new_gold: int
    is_active: bool
    failures: int = 0
    seconds_since_failure: float = 0.0
    has_something_to_learn: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    code: Code
    situation: Situation

    @property
    def is_due(self) -> bool:
        return self.code == "due"

    @property
    def words(self) -> str:
        """One sentence for people, in their language."""
        now = self.situation
        figures = {"new": now.new_gold, "after": now.train_after, "gold": now.gold, "fewest": FEWEST_GOLD}
        if self.code == "due":
            return _("Due: %(new)d new gold answers since the last run; %(after)d make a run due.") % figures
        if self.code == "by_hand":
            return _("Runs start by hand only in this project.")
        if self.code == "active":
            return _("A run is under way.")
        if self.code == "nothing_to_learn":
            return _("No run: the model learns choices and spans, and no label set here is one with labels.")
        if self.code == "few_gold":
            return _("Not yet: %(gold)d gold answers so far; at least %(fewest)d are needed.") % figures
        if self.code == "waiting":
            minutes = {"minutes": max(1, round((wait_seconds(now.failures) - now.seconds_since_failure) / 60))}
            return _("The last run failed; the next one starts by itself in about %(minutes)d minutes.") % minutes
        return _("Not yet: %(new)d of %(after)d new gold answers since the last run.") % figures


def decide(now: Situation) -> Decision:
    return Decision(_code(now), now)


def _code(now: Situation) -> Code:
    if now.is_active:
        return "active"
    if now.train_after <= 0:
        return "by_hand"
    if not now.has_something_to_learn:
        return "nothing_to_learn"
    if now.gold < FEWEST_GOLD:
        return "few_gold"
    if now.new_gold < now.train_after:
        return "few_new"
    if now.failures and now.seconds_since_failure < wait_seconds(now.failures):
        return "waiting"
    return "due"


def wait_seconds(failures: int) -> float:
    """Back-off after failed runs in a row: 5 minutes, doubled each time, 6 hours at most."""
    return float(min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (min(failures, 20) - 1)))

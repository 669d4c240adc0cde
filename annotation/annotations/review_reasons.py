"""Which answers a second person checks, and why: a project's rules and what is known of one answer. Pure."""

from dataclasses import dataclass
from typing import Literal

Reason = Literal["all", "random", "new_person", "uncertain", "corrected", "people_differ"]


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """A project's settings; shares and confidence from 0 to 1. `share`: that of the person, who may have another."""

    share: float
    first_answers: int = 0
    uncertain_below: float = 0.0
    corrected_share: float = 0.0


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """`place`: the answer's draw on [0, 1). `certainty`: of the label the model is least sure of, None without one."""

    place: float
    earlier_answers: int = 0
    certainty: float | None = None
    is_corrected: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """`share`: below which the draw had to fall for this reason; 1 where no draw decided."""

    reason: Reason
    share: float


def chosen_for(facts: AnswerFacts, rules: ReviewRules) -> Chosen | None:
    """Why a second person checks this answer; None: nobody does.

    The random draw is asked first: so the answers that it chose are a uniform sample of each person's, and shares
    counted over them, each weighted by one over its known share, are unbiased for all answers (Horvitz, Thompson 1952).
    """
    if facts.place < rules.share:
        return Chosen("random", rules.share)
    if facts.earlier_answers < rules.first_answers:
        return Chosen("new_person", 1.0)
    if facts.certainty is not None and facts.certainty < rules.uncertain_below:
        return Chosen("uncertain", 1.0)
    if facts.is_corrected and facts.place < rules.corrected_share:
        return Chosen("corrected", rules.corrected_share)
    return None

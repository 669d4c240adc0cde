"""What the rules make of one document, and who may take it. Pure: no database.

A lane holds the documents that stand under the same terms. The terms are decided ahead and written beside the
document; whether a person meets them is asked of the few lanes at each lending, never of the documents. So what
depends on the time (a release, a deadline) and on people (skills, languages) needs no row to change.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from annotation.documents.filters import readings
from annotation.plans.rules import Json, Rule, RuleKind, Which

LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """`language`: "" where it is unknown. `predicted`: labels that the model says. `place`: from 0 to 1, by purpose."""

    document_id: int
    language: str
    meta: Mapping[str, Any]  # Any: JSON
    place: Callable[[str], float]
    predicted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SkillAsked:
    label_set: str
    label: str
    at_least: float
    takes_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """`people`: None for everybody; after `until` everybody, too. `language`: "" for any. `due`: first until then."""

    people: tuple[int, ...] | None = None
    until: datetime | None = None
    skill: SkillAsked | None = None
    language: str = ""
    due: datetime | None = None

    def as_json(self) -> Json:
        skill = self.skill
        return {
            "people": None if self.people is None else list(self.people),
            "until": self.until.isoformat() if self.until else None,
            "skill": [skill.label_set, skill.label, skill.at_least, skill.takes_unknown] if skill else None,
            "language": self.language,
            "due": self.due.isoformat() if self.due else None,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Terms":  # Any: JSON
        return cls(
            people=None if raw["people"] is None else tuple(raw["people"]),
            until=datetime.fromisoformat(raw["until"]) if raw["until"] else None,
            skill=SkillAsked(*raw["skill"]) if raw["skill"] else None,
            language=raw["language"],
            due=datetime.fromisoformat(raw["due"]) if raw["due"] else None,
        )

    @property
    def key(self) -> str:
        return sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Routed:
    """What the rules say of one document. `overlap`: None for what the project says."""

    terms: Terms
    overlap: int | None = None


@dataclass(frozen=True, slots=True)
class Taker:
    """A person as the terms see them. `languages`: None where nobody has said which: then they read all of them.

    `skills`: by label set and label, "" for all labels.
    """

    pk: int
    languages: frozenset[str] | None = None
    skills: Mapping[tuple[str, str], float] = field(default_factory=dict)


def route(facts: DocumentFacts, rules: Sequence[Rule]) -> Routed:
    first: dict[RuleKind, Rule] = {}
    for rule in rules:
        if rule.kind not in first and rule.kind != RuleKind.LOAD and fits(rule.which, facts, rule.kind):
            first[rule.kind] = rule
    people, skill = first.get(RuleKind.PEOPLE), first.get(RuleKind.SKILL)
    deadline, overlap = first.get(RuleKind.DEADLINE), first.get(RuleKind.OVERLAP)
    terms = Terms(
        people=tuple(sorted(people.people)) if people else None,
        until=people.until if people else None,
        skill=SkillAsked(skill.label_set, skill.label, skill.at_least, skill.takes_unknown) if skill else None,
        language=facts.language if RuleKind.LANGUAGE in first else "",
        due=deadline.until if deadline else None,
    )
    return Routed(terms, overlap.number if overlap else None)


def fits(which: Which, facts: DocumentFacts, kind: RuleKind) -> bool:
    """Shares of different kinds are drawn apart; a larger share keeps the documents of a smaller one."""
    if which.language and which.language != facts.language:
        return False
    if which.predicted and which.predicted not in facts.predicted:
        return False
    if any(facts.meta.get(key) not in readings(value) for key, value in which.meta):
        return False
    return which.share >= 1 or facts.place(f"plan:{kind.value}") < which.share


def refusal(terms: Terms, taker: Taker, now: datetime) -> str:
    """Why this person may not take documents of the lane now: "people", "language" or "skill"; "" where they may."""
    is_reserved = terms.people is not None and (terms.until is None or now < terms.until)
    if is_reserved and taker.pk not in (terms.people or ()):
        return "people"
    if terms.language and taker.languages is not None and terms.language not in taker.languages:
        return "language"
    return "" if terms.skill is None or _is_skilled(terms.skill, taker) else "skill"


def _is_skilled(asked: SkillAsked, taker: Taker) -> bool:
    known = taker.skills.get((asked.label_set, asked.label))
    return asked.takes_unknown if known is None else known >= asked.at_least


def comes(terms: Terms, now: datetime) -> datetime:
    """Lanes are lent in this order: those with a deadline ahead first, the nearest of them before the others."""
    return terms.due if terms.due is not None and now < terms.due else LAST


def lanes_for(lanes: Mapping[int, Terms], taker: Taker, now: datetime) -> list[tuple[int, int]]:
    """(number, rank) of every lane that this person may take from now; a lower rank comes first."""
    mine = {number: comes(terms, now) for number, terms in lanes.items() if not refusal(terms, taker, now)}
    ranks = {moment: rank for rank, moment in enumerate(sorted(set(mine.values())))}
    return [(number, ranks[moment]) for number, moment in sorted(mine.items())]

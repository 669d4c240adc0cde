"""By which rules people get documents: what a manager may ask for, read from outside and stored. Pure.

Rules stand in an order. Of each kind the first one that fits a document (or, for LOAD, a person) counts; rules of
different kinds hold together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

Json = dict[str, Any]  # Any: JSON


class RuleKind(StrEnum):
    """PEOPLE: for these people alone, until it is released. SKILL: for people who are good enough at a label set.
    LANGUAGE: for people who read the document's language. OVERLAP: so many people answer it. DEADLINE: comes first
    until then. LOAD: so many documents in hand, and a day.
    """

    PEOPLE = "people"
    SKILL = "skill"
    LANGUAGE = "language"
    OVERLAP = "overlap"
    DEADLINE = "deadline"
    LOAD = "load"


@dataclass(frozen=True, slots=True)
class Which:
    """The documents that a rule is about: everything given must hold. `share`: so many of them, drawn by a hash."""

    language: str = ""
    meta: tuple[tuple[str, str], ...] = ()
    predicted: str = ""
    share: float = 1.0

    @property
    def is_everything(self) -> bool:
        return self == Which()

    def as_json(self) -> Json:
        found: Json = {"language": self.language, "meta": dict(self.meta), "predicted": self.predicted}
        return {name: value for name, value in found.items() if value} | ({} if self.share == 1 else self._share)

    @property
    def _share(self) -> Json:
        return {"share": self.share}


@dataclass(frozen=True, slots=True)
class Rule:
    """`people`: ids; of LOAD none means everybody. `until`: of PEOPLE the release, of DEADLINE the deadline.

    `label_set`, `label`, `at_least`: the skill that is asked for; no label means all of them. `takes_unknown`: people
    whose skill is not known yet may take it too. `number`: people a document.
    """

    kind: RuleKind
    which: Which = Which()
    people: tuple[int, ...] = ()
    until: datetime | None = None
    label_set: str = ""
    label: str = ""
    at_least: float = 0.0
    takes_unknown: bool = False
    number: int = 1
    most_open: int | None = None
    most_a_day: int | None = None

    def as_json(self) -> Json:
        """As it is stored; only what its kind asks for."""
        values: Json = {name: getattr(self, name) for name in FIELDS[self.kind]}
        if "until" in values:
            values["until"] = self.until.isoformat() if self.until else None
        if "people" in values:
            values["people"] = list(self.people)
        documents = {} if self.kind == RuleKind.LOAD else {"documents": self.which.as_json()}
        return {"kind": self.kind.value, **documents, **values}


FIELDS: dict[RuleKind, tuple[str, ...]] = {
    RuleKind.PEOPLE: ("people", "until"),
    RuleKind.SKILL: ("label_set", "label", "at_least", "takes_unknown"),
    RuleKind.LANGUAGE: (),
    RuleKind.OVERLAP: ("number",),
    RuleKind.DEADLINE: ("until",),
    RuleKind.LOAD: ("people", "most_open", "most_a_day"),
}


def from_stored(raw: Mapping[str, Any]) -> Rule:  # Any: JSON
    """From what `as_json` gave."""
    kind = RuleKind(raw["kind"])
    values = {name: raw[name] for name in FIELDS[kind] if name in raw}
    if values.get("until"):
        values["until"] = datetime.fromisoformat(values["until"])
    if "people" in values:
        values["people"] = tuple(values["people"])
    return Rule(kind, _which(raw.get("documents") or {}), **values)


def _which(raw: Mapping[str, Any]) -> Which:  # Any: JSON
    meta = tuple(sorted((str(key), str(value)) for key, value in raw.get("meta", {}).items()))
    return Which(raw.get("language", ""), meta, raw.get("predicted", ""), float(raw.get("share", 1.0)))


def rules_of(stored: Sequence[Mapping[str, Any]]) -> list[Rule]:  # Any: JSON
    return [from_stored(raw) for raw in stored]


def load_of(rules: Sequence[Rule], person: int) -> Rule | None:
    """The first load rule for this person."""
    loads = (rule for rule in rules if rule.kind == RuleKind.LOAD)
    return next((rule for rule in loads if not rule.people or person in rule.people), None)


def room_in(load: Rule | None, in_hand: int, today: int) -> int | None:
    """How many more documents a person may be lent now; None for any number."""
    if load is None:
        return None
    limits = ((load.most_open, in_hand), (load.most_a_day, today))
    left = [most - used for most, used in limits if most is not None]
    return max(0, min(left)) if left else None

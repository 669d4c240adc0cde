"""Read a plan as a client or the page sends it, and tell everything that is wrong with it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from annotation.answers.problems import Problem
from annotation.plans.languages import language_code
from annotation.plans.rules import FIELDS, Rule, RuleKind, Which

MOST_RULES = 50
MOST_META = 10
LONGEST = 255
MOST_PEOPLE = 20
MOST_A_DAY = 100_000

Raw = Mapping[str, Any]  # Any: JSON from outside


@dataclass(frozen=True, slots=True)
class Known:
    """What a plan may name: ids by user name, and the labels of each label set."""

    people: Mapping[str, int]
    label_sets: Mapping[str, frozenset[str]]

    @property
    def labels(self) -> frozenset[str]:
        return frozenset().union(*self.label_sets.values())


@dataclass(slots=True)
class AskedPlan:
    rules: list[Rule] = field(default_factory=list)
    languages: dict[int, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_plan(raw_rules: object, raw_languages: object, known: Known) -> AskedPlan:
    """Where there are problems the plan is not whole."""
    found = AskedPlan()
    if not isinstance(raw_rules, list) or len(raw_rules) > MOST_RULES:
        message = _("Rules are a list of at most %(limit)d.") % {"limit": MOST_RULES}
        found.problems.append(Problem("rules", "bad_rules", message))
        return found
    for place, raw in enumerate(raw_rules):
        reader = _Reader(f"rules.{place}", known, found.problems)
        rule = reader.rule(raw)
        found.rules += [rule] if rule else []
    found.languages = _languages(raw_languages, known, found.problems)
    return found


def _languages(raw: object, known: Known, problems: list[Problem]) -> dict[int, list[str]]:
    if not isinstance(raw, Mapping):
        problems.append(Problem("languages", "bad_languages", _("Languages are lists, by user name.")))
        return {}
    found = {}
    for name, said in raw.items():
        codes = [language_code(one) for one in said] if isinstance(said, list) else [""]
        if name not in known.people:
            problems.append(Problem(f"languages.{name}", "unknown_person", _nobody(str(name))))
        elif "" in codes:
            message = _("A language is written with two or three letters, such as en or zh.")
            problems.append(Problem(f"languages.{name}", "bad_language", message))
        elif codes:
            found[known.people[name]] = sorted(set(codes))
    return found


def _nobody(name: str) -> str:
    return _("Nobody here is called “%(name)s”.") % {"name": name[:150]}


class _Reader:
    """Reads one rule; what is wrong goes into `problems` under the path of its field."""

    def __init__(self, path: str, known: Known, problems: list[Problem]) -> None:
        self.path, self.known, self.problems = path, known, problems

    def refuse(self, name: str, code: str, message: str) -> None:
        self.problems.append(Problem(f"{self.path}.{name}", code, message))

    def rule(self, raw: object) -> Rule | None:
        before = len(self.problems)
        if not isinstance(raw, Mapping) or raw.get("kind") not in list(RuleKind):
            kinds = ", ".join(RuleKind)
            self.refuse("kind", "bad_kind", _("A rule's kind is one of: %(kinds)s.") % {"kinds": kinds})
            return None
        kind = RuleKind(raw["kind"])
        readers = {
            "people": self.people, "until": self.until, "label_set": self.label_set, "label": self.label,
            "at_least": self.at_least, "takes_unknown": self.takes_unknown, "number": self.number,
            "most_open": self.limit, "most_a_day": self.limit,
        }  # fmt: skip
        values: dict[str, Any] = {name: readers[name](raw, name, kind) for name in FIELDS[kind]}  # Any: of fields
        which = Which() if kind == RuleKind.LOAD else self.which(raw.get("documents") or {})
        if kind == RuleKind.LOAD and values["most_open"] is None and values["most_a_day"] is None:
            self.refuse("most_open", "required", _("Say how many in hand, how many a day, or both."))
        return Rule(kind, which, **values) if len(self.problems) == before else None

    def which(self, raw: object) -> Which:
        if not isinstance(raw, Mapping) or not isinstance(raw.get("meta") or {}, Mapping):
            self.refuse("documents", "bad_filter", _("Documents are chosen by language, meta, predicted and share."))
            return Which()
        meta = {str(key): _told(value) for key, value in (raw.get("meta") or {}).items()}
        if len(meta) > MOST_META or not all(_is_fit(key) and _is_fit(value) for key, value in meta.items()):
            self.refuse("documents.meta", "bad_meta", _("At most 10 values of meta, each with its key."))
        language = language_code(raw.get("language")) if raw.get("language") else ""
        if raw.get("language") and not language:
            message = _("A language is written with two or three letters, such as en or zh.")
            self.refuse("documents.language", "bad_language", message)
        predicted = str(raw.get("predicted") or "")
        if predicted and predicted not in self.known.labels:
            self.refuse("documents.predicted", "unknown_label", _("There is no such label."))
        share = _number(raw.get("share", 1.0))
        if share is None or not 0 < share <= 1:
            self.refuse("documents.share", "bad_number", _("A share is above 0 and at most 1."))
            return Which()
        return Which(language, tuple(sorted(meta.items())), predicted, share)

    def people(self, raw: Raw, name: str, kind: RuleKind) -> tuple[int, ...]:
        given = raw.get(name) or []
        listed = [str(one) for one in given] if isinstance(given, list) else []
        unknown = [one for one in listed if one not in self.known.people]
        unknown += [str(given)] if given and not listed else []
        for one in unknown:
            self.refuse(name, "unknown_person", _nobody(one))
        if not given and kind == RuleKind.PEOPLE:
            self.refuse(name, "required", _("Say for whom the documents are kept."))
        return () if unknown else tuple(sorted({self.known.people[one] for one in listed}))

    def until(self, raw: Raw, name: str, kind: RuleKind) -> datetime | None:
        given = raw.get(name)
        if not given and kind == RuleKind.PEOPLE:
            return None
        try:
            moment = datetime.fromisoformat(given) if isinstance(given, str) else None
            if moment is not None and moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        self.refuse(name, "bad_time", _("A time has its zone, such as 2026-01-31T12:00:00Z."))
        return None

    def label_set(self, raw: Raw, name: str, _kind: RuleKind) -> str:
        given = str(raw.get(name) or "")
        if given not in self.known.label_sets:
            self.refuse(name, "unknown_label_set", _("There is no such label set."))
        return given

    def label(self, raw: Raw, name: str, _kind: RuleKind) -> str:
        given = str(raw.get(name) or "")
        if given and given not in self.known.label_sets.get(str(raw.get("label_set")), ()):
            self.refuse(name, "unknown_label", _("There is no such label."))
        return given

    def at_least(self, raw: Raw, name: str, _kind: RuleKind) -> float:
        given = _number(raw.get(name))
        if given is None or not 0 < given <= 1:
            self.refuse(name, "bad_number", _("A skill is a number above 0 and at most 1, such as 0.8."))
        return given or 0.0

    def takes_unknown(self, raw: Raw, name: str, _kind: RuleKind) -> bool:
        return raw.get(name) is True

    def number(self, raw: Raw, name: str, _kind: RuleKind) -> int:
        given = raw.get(name)
        if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= MOST_PEOPLE:
            self.refuse(name, "bad_number", _("From 1 to 20 people answer a document."))
            return 1
        return given

    def limit(self, raw: Raw, name: str, _kind: RuleKind) -> int | None:
        given = raw.get(name)
        if given is None:
            return None
        if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= MOST_A_DAY:
            self.refuse(name, "bad_number", _("A limit is a whole number from 1 on."))
            return None
        return given


def _is_fit(text: str) -> bool:
    return 0 < len(text) <= LONGEST and not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text)


def _told(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None  # type: ignore[arg-type]  # asked in the line above

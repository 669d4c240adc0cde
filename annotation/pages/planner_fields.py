"""The rules of a plan as fields of a form, and back. What is wrong is told by `planning/asked.py`, not here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.planning.wire import Json
from annotation.plans.rules import FIELDS, RuleKind
from annotation.projects.models import LabelSet

SEPARATOR = "\t"
MOST_RULES = 50

TITLES: dict[RuleKind, Promise] = {
    RuleKind.PEOPLE: gettext_lazy("Kept for people"),
    RuleKind.SKILL: gettext_lazy("Needs a skill"),
    RuleKind.LANGUAGE: gettext_lazy("Only for people who read the language"),
    RuleKind.OVERLAP: gettext_lazy("Several people each"),
    RuleKind.DEADLINE: gettext_lazy("First until a deadline"),
    RuleKind.LOAD: gettext_lazy("Load of people"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """`widget`: text, number, time, check, select or people. `options`: (value, words)."""

    name: str
    label: str
    value: Any  # Any: a text, a number, a list of names, or true and false
    widget: str = "text"
    options: Sequence[tuple[str, str]] = ()
    help: str = ""

    @property
    def shown(self) -> str:
        """In the value of an input: numbers with a point, whatever the language."""
        return "" if self.value is None else f"{self.value:g}" if isinstance(self.value, float) else str(self.value)


@dataclass(frozen=True, slots=True)
class RuleRow:
    place: int
    kind: str
    title: str
    fields: Sequence[Field]
    problems: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be picked: names of people, and label sets with their labels."""

    people: Sequence[str]
    label_sets: Sequence[LabelSet]

    @property
    def labels(self) -> list[tuple[str, str]]:
        pairs = [(label.name, label.title) for row in self.label_sets for label in row.labels.all()]
        return [("", _("any")), *dict(pairs).items()]

    @property
    def skills(self) -> list[tuple[str, str]]:
        found = []
        for row in self.label_sets:
            if row.kind == "choice":
                found.append((row.name + SEPARATOR, row.title))
                found += [
                    (row.name + SEPARATOR + label.name, f"{row.title}: {label.title}") for label in row.labels.all()
                ]
        return found


def row_of(place: int, raw: Json, choices: Choices, problems: Sequence[str] = ()) -> RuleRow:
    kind = RuleKind(raw["kind"])
    fields = [] if kind == RuleKind.LOAD else _which_fields(raw.get("documents") or {}, choices)
    for name in FIELDS[kind]:
        made = _own_field(name, kind, raw, choices)
        fields += [made] if made else []
    return RuleRow(place, kind.value, str(TITLES[kind]), fields, problems)


def _which_fields(documents: Mapping[str, Any], choices: Choices) -> list[Field]:  # Any: JSON
    meta = "; ".join(f"{key}={value}" for key, value in (documents.get("meta") or {}).items())
    share = documents.get("share", 1)
    return [
        Field("language", _("Language"), documents.get("language", ""), help=_("Such as en or zh. Empty: any.")),
        Field("meta", _("Values of meta"), meta, help=_("Such as channel=phone; batch=7. Empty: any.")),
        Field("predicted", _("Predicted label"), documents.get("predicted", ""), "select", choices.labels),
        Field("share", _("Share of these, in %"), _percent(share), "number"),
    ]


def _own_field(name: str, kind: RuleKind, raw: Json, choices: Choices) -> Field | None:
    value = raw.get(name)
    people = [(one, one) for one in choices.people]
    told = {
        "people": Field("people", _("People"), value or [], "people", people),
        "until": Field("until", _("Until (UTC)"), str(value or "")[:16], "time"),
        "label_set": Field(
            "skill", _("Skill in"), f"{value or ''}{SEPARATOR}{raw.get('label') or ''}", "select", choices.skills
        ),
        "at_least": Field("at_least", _("At least, in %"), _percent(value), "number"),
        "takes_unknown": Field("takes_unknown", _("Also people whose skill is not known yet"), value, "check"),
        "number": Field("number", _("People a document"), value, "number"),
        "most_open": Field("most_open", _("Most in hand"), value, "number"),
        "most_a_day": Field("most_a_day", _("Most a day (UTC)"), value, "number"),
    }
    if kind == RuleKind.LOAD and name == "people":
        return Field("people", _("People (none: everybody)"), value or [], "people", people)
    if kind == RuleKind.PEOPLE and name == "until":
        return Field("until", _("Released (UTC)"), str(value or "")[:16], "time", help=_("Empty: never."))
    return told.get(name)


def _percent(share: object) -> object:
    return round(share * 100, 2) if isinstance(share, int | float) else share


def rules_from(post: QueryDict) -> list[Json]:
    """As the API takes them; what can't be read stays a text, which is refused there."""
    places = [one for one in post.getlist("rule") if one.isdecimal()][:MOST_RULES]
    return [_rule_from(post, f"r{place}-") for place in places if post.get(f"r{place}-kind") in list(RuleKind)]


def _rule_from(post: QueryDict, prefix: str) -> Json:
    def text(name: str) -> str:
        return post.get(prefix + name, "").strip()

    kind = RuleKind(text("kind"))
    label_set, _separator, label = post.get(prefix + "skill", "").partition(SEPARATOR)
    values: Json = {
        "people": post.getlist(prefix + "people"),
        "until": f"{text('until')}:00+00:00" if len(text("until")) == 16 else text("until") or None,
        "label_set": label_set,
        "label": label,
        "at_least": _share(text("at_least")),
        "takes_unknown": bool(text("takes_unknown")),
        "number": _whole(text("number")),
        "most_open": _whole(text("most_open")),
        "most_a_day": _whole(text("most_a_day")),
    }
    rule: Json = {"kind": kind.value, **{name: values[name] for name in FIELDS[kind]}}
    if kind == RuleKind.LOAD:
        return rule
    pairs = [pair.partition("=") for pair in text("meta").split(";") if pair.strip()]
    documents = {
        "language": text("language"),
        "meta": {key.strip(): value.strip() for key, _equals, value in pairs},
        "predicted": text("predicted"),
        "share": _share(text("share")) if text("share") else 1.0,
    }
    return {**rule, "documents": {name: value for name, value in documents.items() if value not in ("", {})}}


def _whole(text: str) -> object:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else (text or None)


def _share(text: str) -> object:
    try:
        return round(float(text) / 100, 6)
    except ValueError:
        return text


def languages_from(post: QueryDict, people: Mapping[int, str]) -> dict[str, list[str]]:
    """By user name; one field a person."""
    found = {}
    for pk, name in people.items():
        said = post.get(f"languages-{pk}", "").replace(",", " ").split()
        if said:
            found[name] = said
    return found


def changed_by(verb: str, rules: list[Json]) -> list[Json]:
    """A rule added, moved or taken out, as the pressed button says; unsaved."""
    what, _separator, rest = verb.partition(":")
    if what == "add" and rest in list(RuleKind) and len(rules) < MOST_RULES:
        return [*rules, _new_rule(RuleKind(rest))]
    place = int(rest) if rest.isdecimal() and len(rest) < 4 else len(rules)
    if place >= len(rules):
        return rules
    kept = rules[:place] + rules[place + 1 :]
    if what == "remove":
        return kept
    moved = {"up": place - 1, "down": place + 1}.get(what)
    if moved is None or not 0 <= moved < len(rules):
        return rules
    kept.insert(moved, rules[place])
    return kept


def _new_rule(kind: RuleKind) -> Json:
    ready: Json = {"at_least": 0.8, "number": 2, "most_open": 20}
    return {"kind": kind.value, **{name: ready[name] for name in FIELDS[kind] if name in ready}}

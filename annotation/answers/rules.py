"""Check an answer that comes from outside against the label sets of its project. Pure: no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from annotation.answers.answer import Answer, Value
from annotation.answers.labels import label_problem
from annotation.answers.problems import AnswerError, Problem
from annotation.answers.spans import Part, SpanRule, check_spans


@dataclass(frozen=True, slots=True)
class LabelSetRule:
    """What a label set allows. `part_role`: spans only inside parts of that role; `max_spans`: at most so many."""

    name: str
    kind: str
    required: bool
    overlap: bool
    labels: frozenset[str]
    max_spans: int | None = None
    part_role: str = ""


def check_answer(
    raw: object,
    *,
    rules: Sequence[LabelSetRule],
    text: str,
    parts: Sequence[Part],
    complete: bool = False,
    max_spans: int = 10_000,
) -> Answer:
    """Return the checked answer. Raises AnswerError with every problem found.

    `complete` asks for a value in every required label set: a submitted annotation needs it, a draft does not.
    """
    if not isinstance(raw, Mapping):
        raise AnswerError([Problem("answer", "bad_answer", _("An answer is an object keyed by label set name."))])
    by_name = {rule.name: rule for rule in rules}
    problems = [
        Problem(str(name), "unknown_label_set", _("This project has no label set “%(name)s”.") % {"name": name})
        for name in raw
        if name not in by_name
    ]
    values: dict[str, Value] = {}
    for name, value in raw.items():
        rule = by_name.get(name)
        if rule is not None:
            values[name], found = _check_value(value, rule, text, parts, max_spans)
            problems.extend(found)
    if complete:
        problems.extend(_missing(raw, values, rules))
    if problems:
        raise AnswerError(problems)
    return Answer(values)


def _missing(raw: Mapping[str, object], values: Mapping[str, Value], rules: Sequence[LabelSetRule]) -> list[Problem]:
    return [
        Problem(rule.name, "required", _("“%(name)s” needs an answer.") % {"name": rule.name})
        for rule in rules
        if rule.required and rule.kind != "span" and not (values.get(rule.name) or _says_none(raw, rule))
    ]


def _says_none(raw: Mapping[str, object], rule: LabelSetRule) -> bool:
    """An empty list says that no label fits; null or nothing says that nobody answered yet."""
    return rule.kind == "choices" and raw.get(rule.name) == []


def _check_value(
    value: object, rule: LabelSetRule, text: str, parts: Sequence[Part], max_spans: int
) -> tuple[Value, list[Problem]]:
    if rule.kind == "choice":
        return _check_choice(value, rule)
    if rule.kind == "choices":
        return _check_choices(value, rule)
    if rule.kind == "span":
        return check_spans(value, _span_rule(rule, max_spans), text, parts)
    return _check_text(value, rule)


def _span_rule(rule: LabelSetRule, max_spans: int) -> SpanRule:
    return SpanRule(rule.name, rule.labels, rule.overlap, rule.max_spans or max_spans, rule.part_role)


def _check_choice(value: object, rule: LabelSetRule) -> tuple[str | None, list[Problem]]:
    if value is None:
        return None, []
    if isinstance(value, (list, tuple)):
        return None, [Problem(rule.name, "not_multilabel", _("“%(name)s” takes one label.") % {"name": rule.name})]
    problem = label_problem(value, rule.name, rule.labels)
    return (None, [problem]) if problem else (str(value), [])


def _check_choices(value: object, rule: LabelSetRule) -> tuple[tuple[str, ...], list[Problem]]:
    if value is None:
        return (), []
    if not isinstance(value, list):
        return (), [Problem(rule.name, "bad_label", _("“%(name)s” takes a list of labels.") % {"name": rule.name})]
    problems = [problem for item in value if (problem := label_problem(item, rule.name, rule.labels))]
    if problems:
        return (), problems
    return tuple(dict.fromkeys(str(item) for item in value)), []


def _check_text(value: object, rule: LabelSetRule) -> tuple[str | None, list[Problem]]:
    if value is None or isinstance(value, str):
        return value, []
    return None, [Problem(rule.name, "bad_text", _("“%(name)s” takes a text.") % {"name": rule.name})]

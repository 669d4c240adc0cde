"""The answers and the prediction of one row from outside. Pure; raises AnswerError."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from annotation.answers.answer import Answer
from annotation.answers.labels import label_problem
from annotation.answers.problems import AnswerError, Problem
from annotation.answers.rules import LabelSetRule, check_answer
from annotation.answers.spans import Part
from annotation.imports.row_text import fail
from annotation.projects.names import name_problem, skeleton

MAX_SOURCE_CHARS = 100
_LABELED = ("choice", "choices", "span")


@dataclass(frozen=True, slots=True)
class NewPrediction:
    """An answer of a model outside. Its version is a name here, so that it never meets the project's own numbers."""

    answer: Answer
    source: str
    confidence: dict[str, Any]  # Any: mirrors the answer


class AnswerCheck:
    """Checks answers against a project's label sets; with `can_create`, labels it has not are taken in row by row."""

    def __init__(self, rules: Sequence[LabelSetRule], *, max_spans: int, can_create: bool) -> None:
        self.rules = {rule.name: rule for rule in rules}
        self.max_spans = max_spans
        self.can_create = can_create
        self.new_labels: list[tuple[str, str]] = []
        self._alike = {rule.name: {skeleton(label): label for label in rule.labels} for rule in rules}
        self._pending: dict[tuple[str, str], None] = {}

    def check(self, raw: object, text: str, parts: Sequence[Part]) -> Answer:
        if isinstance(raw, Mapping):
            raw = {name: self._as_answer(name, value) for name, value in raw.items()}
        rules = [self._rule_for(rule, raw) for rule in self.rules.values()]
        return check_answer(raw, rules=rules, text=text, parts=parts, max_spans=self.max_spans)

    def _as_answer(self, name: str, value: object) -> object:
        """Other tools call a span's own text its surface; two that differ can't both be the document's."""
        if name in self.rules and self.rules[name].kind == "span" and isinstance(value, list):
            return [
                {**item, "text": item["surface"] if item.get("text", item["surface"]) == item["surface"] else None}
                if isinstance(item, dict) and "surface" in item
                else item
                for item in value
            ]
        return value

    def start_row(self) -> None:
        self._pending.clear()

    def keep_row(self) -> None:
        """The row is good: its new labels are labels from here on."""
        for name, label in self._pending:
            rule = self.rules[name]
            self.rules[name] = replace(rule, labels=rule.labels | {label})
            self._alike[name][skeleton(label)] = label
            self.new_labels.append((name, label))
        self._pending.clear()

    def _rule_for(self, rule: LabelSetRule, raw: object) -> LabelSetRule:
        value = raw.get(rule.name) if isinstance(raw, Mapping) else None
        if value is None or rule.kind not in _LABELED:
            return rule
        if self.can_create:
            rule = replace(rule, labels=rule.labels | set(self._created(rule, value)))
        else:
            _refuse_near_misses(rule, value)
        if rule.kind == "choice" and isinstance(value, list):
            problem = next((found for item in value if (found := label_problem(item, rule.name, rule.labels))), None)
            if problem is not None:
                raise AnswerError([problem])
        return rule

    def _created(self, rule: LabelSetRule, value: object) -> Iterator[str]:
        for label in _labels_in(value):
            if not isinstance(label, str) or label in rule.labels:
                continue
            problem = name_problem(label)
            if problem is not None:
                raise AnswerError([Problem(rule.name, problem.code, problem.message)])
            other = self._alike[rule.name].get(skeleton(label)) or self._pending_twin(rule.name, label)
            if other is not None and other != label:
                message = _("“%(label)s” looks like the label “%(other)s”; one of them may be a slip.")
                fail(rule.name, "label_confusable", message % {"label": label[:60], "other": other})
            self._pending[rule.name, label] = None
            yield label

    def _pending_twin(self, name: str, label: str) -> str | None:
        wanted = skeleton(label)
        return next(
            (other for set_name, other in self._pending if set_name == name and skeleton(other) == wanted), None
        )


def _refuse_near_misses(rule: LabelSetRule, value: object) -> None:
    """A known label with spaces at its ends is an unknown one; trimming it would change what people sent."""
    for label in _labels_in(value):
        if isinstance(label, str) and label not in rule.labels and label.strip() in rule.labels:
            message = _("“%(label)s” is not a label of “%(name)s”; without its spaces it would be.")
            fail(rule.name, "unknown_label", message % {"label": label[:60], "name": rule.name})


def _labels_in(value: object) -> Iterator[object]:
    for item in value if isinstance(value, list) else [value]:
        yield item.get("label") if isinstance(item, dict) else item


def raw_answer(values: Mapping[str, Any], names: Mapping[str, LabelSetRule]) -> dict[str, Any] | None:  # Any: JSON
    """The row's `answer` together with its flat keys; None where the row holds no answer."""
    flat = {name: value for name, value in values.items() if name in names and value is not None}
    given = values.get("answer")
    if given is None:
        return flat or None
    if not isinstance(given, dict):
        fail("answer", "bad_answer", _("An answer is an object keyed by label set name."))
    twice = next((name for name in flat if name in given), None)
    if twice is not None:
        fail(twice, "duplicate_key", _("“%(name)s” stands in the row and in its answer.") % {"name": twice})
    return {**given, **flat} or None


def new_prediction(raw: object, check: AnswerCheck, text: str, parts: Sequence[Part]) -> NewPrediction:
    if not isinstance(raw, dict) or "answer" not in raw:
        fail("prediction", "bad_prediction", _("A prediction is an object with an answer and a version."))
    try:
        answer = check.check(raw["answer"], text, parts)
    except AnswerError as error:
        raise AnswerError(
            [replace(problem, field=f"prediction.{problem.field}") for problem in error.problems]
        ) from error
    return NewPrediction(answer, _source(raw.get("version")), _confidence(raw.get("confidence"), answer))


def _source(version: object) -> str:
    if version is None:
        return "import"
    is_number = type(version) is int and 0 <= version < 2**63
    source = str(version) if is_number or isinstance(version, str) else ""
    if not source.strip() or len(source) > MAX_SOURCE_CHARS or not source.isprintable():
        message = _("A prediction's version is a whole number or a name of %(limit)d characters at most.")
        fail("prediction.version", "bad_prediction", message % {"limit": MAX_SOURCE_CHARS})
    return source


def _confidence(raw: object, answer: Answer) -> dict[str, Any]:  # Any: mirrors the answer
    if raw is None:
        return {}
    if not isinstance(raw, dict) or not all(name in answer.values and _is_confidence(raw[name]) for name in raw):
        message = _("Confidence mirrors the answer: numbers from 0 to 1 by label set.")
        raise AnswerError([Problem("prediction.confidence", "bad_prediction", message)])
    return raw


def _is_confidence(value: object) -> bool:
    if isinstance(value, dict):
        return all(_is_share(item) for item in value.values())
    if isinstance(value, list):
        return all(_is_share(item) for item in value)
    return _is_share(value)


def _is_share(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1

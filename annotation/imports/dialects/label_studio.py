"""Tasks of Label Studio's JSON export: {"id", "data", "annotations": [{"result"}], "predictions": [{"result"}]}. Pure.

Label Studio counts offsets in UTF-16 units, as browsers do. A result belongs to the label set that its `from_name`
names, or else to the project's only one of its kind.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from annotation.answers.rules import LabelSetRule
from annotation.imports.dialects.units import Offsets
from annotation.imports.people import names_of
from annotation.imports.row_text import fail

Values = dict[str, Any]  # Any: JSON from outside
_KINDS = {"labels": ("span",), "choices": ("choice", "choices"), "textarea": ("text",)}
_ABOUT_THE_TASK = ("language", "lang", "source", "channel")


def values(given: Values, rules: Mapping[str, LabelSetRule]) -> Values:
    """The task as a row: its text, its other data as meta, the accepted annotation as gold, everybody's own beside it,
    the newest prediction.
    """
    data = given.get("data")
    if not isinstance(data, Mapping):
        fail("data", "bad_text", _("A task has an object “data” with its text."))
    key = _text_key(given, data)
    row: Values = {"text": data.get(key), "meta": {name: value for name, value in data.items() if name != key}}
    if given.get("id") is not None:
        row["id"] = str(given["id"])
    text = data.get(key)
    offsets = Offsets(text, "utf16") if isinstance(text, str) else Offsets("", "codepoint")
    listed = _listed(given.get("annotations", given.get("completions")), "annotations")
    annotation = _accepted(listed)
    if annotation is not None:
        row["answer"] = _answer(annotation, rules, offsets, "annotations")
    people = [
        {"by": person, "answer": _answer(said, rules, offsets, "annotations"), "seconds": said.get("lead_time")}
        for person, said in _last_of_each(listed)
    ]
    if people:
        row["annotations"] = people
    predictions = _listed(given.get("predictions"), "predictions")
    if predictions:
        newest = predictions[-1]
        answer = _answer(newest, rules, offsets, "predictions")
        row["prediction"] = {"answer": answer, "version": str(newest.get("model_version") or "label-studio")}
    return row


def _listed(value: object, field: str) -> list[Values]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        fail(field, "bad_answer", _("“%(name)s” is a list of objects.") % {"name": field})
    return list(value)


def _text_key(given: Values, data: Mapping[str, Any]) -> str:
    """The part of `data` that the results speak of: `text`, or the only long string."""
    if isinstance(data.get("text"), str):
        return "text"
    strings = [name for name, value in data.items() if isinstance(value, str) and name not in _ABOUT_THE_TASK]
    if len(strings) != 1:
        fail("data", "missing_text", _("It is not clear which part of “data” is the text; call it “text”."))
    return strings[0]


def _accepted(annotations: Sequence[Values]) -> Values | None:
    """The one marked as ground truth, or else the last that was not cancelled."""
    kept = [annotation for annotation in annotations if not annotation.get("was_cancelled")]
    marked = [annotation for annotation in kept if annotation.get("ground_truth")]
    best = marked or kept
    return best[-1] if best else None


def _last_of_each(annotations: Sequence[Values]) -> list[tuple[object, Values]]:
    """Each person with the last of their annotations that was not cancelled; those of nobody are left out."""
    found: dict[tuple[str, ...], tuple[object, Values]] = {}
    for annotation in annotations:
        person = annotation.get("completed_by")
        if person is not None and not annotation.get("was_cancelled"):
            found[tuple(names_of(person))] = (person, annotation)
    return list(found.values())


def _answer(holder: Values, rules: Mapping[str, LabelSetRule], offsets: Offsets, field: str) -> Values:
    answer: Values = {}
    for result in _listed(holder.get("result"), field):
        kind = result.get("type")
        if kind not in _KINDS:
            continue
        rule = _rule_of(result, rules, _KINDS[kind])
        value = result.get("value")
        if not isinstance(value, Mapping):
            fail(field, "bad_answer", _("A result has an object “value”."))
        if kind == "labels":
            answer.setdefault(rule.name, []).extend(_spans(value, offsets, rule.name))
        elif kind == "choices":
            answer[rule.name] = _choice(value.get("choices"), rule)
        else:
            answer[rule.name] = "\n".join(map(str, value.get("text") or []))
    return answer


def _rule_of(result: Values, rules: Mapping[str, LabelSetRule], kinds: Sequence[str]) -> LabelSetRule:
    named = rules.get(str(result.get("from_name")))
    if named is not None and named.kind in kinds:
        return named
    fitting = [rule for rule in rules.values() if rule.kind in kinds]
    if len(fitting) != 1:
        message = _("No label set of this project is called “%(name)s”.")
        fail("from_name", "unknown_label", message % {"name": str(result.get("from_name"))[:60]})
    return fitting[0]


def _spans(value: Mapping[str, Any], offsets: Offsets, field: str) -> list[Values]:
    start, end = offsets.code_point(value.get("start"), field), offsets.code_point(value.get("end"), field)
    labels = value.get("labels")
    if not isinstance(labels, list):
        fail(field, "bad_span", _("A span has a list of labels."))
    return [{"start": start, "end": end, "label": label} for label in labels]


def _choice(value: object, rule: LabelSetRule) -> object:
    chosen = value if isinstance(value, list) else [value]
    if rule.kind == "choices":
        return chosen
    if len(chosen) > 1:
        message = _("“%(name)s” takes one label, this row has several.") % {"name": rule.name}
        fail(rule.name, "not_multilabel", message)
    return chosen[0] if chosen else None

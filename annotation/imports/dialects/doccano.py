"""Lines of doccano: {"text", "label": [[start, end, name]] or [name]}, or with "entities" and "cats". Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from annotation.answers.rules import LabelSetRule
from annotation.imports.dialects.units import Offsets, Unit
from annotation.imports.row_text import fail

Values = dict[str, Any]  # Any: JSON from outside
_LABEL_KEYS = ("label", "labels", "entities", "cats")
_LEFT_OUT = (*_LABEL_KEYS, "annotations", "id", "Comments", "relations")


def values(given: Values, rules: Mapping[str, LabelSetRule], unit: Unit) -> Values:
    """The row in this site's form. Spans go to the project's first label set of spans, names to the choice with them.

    Older exports list `annotations` with the `user` of each: they become the answers of these people.
    """
    row = {name: value for name, value in given.items() if name not in _LEFT_OUT}
    if "id" in given:
        row["id"] = str(given["id"])
    offsets = Offsets(given["text"], unit) if isinstance(given.get("text"), str) else None
    items = [item for name in _LABEL_KEYS for item in _listed(given.get(name), name)]
    by_user: dict[str, list[object]] = {}
    for item in _listed(given.get("annotations"), "annotations"):
        if not isinstance(item, Mapping) or item.get("user") is None:
            fail("annotations", "bad_answer", _("An annotation of doccano has a user and a label."))
        by_user.setdefault(str(item["user"]), []).append(item if "start_offset" in item else item.get("label"))
    answer = _answer(items, rules, offsets)
    row |= {"answer": answer} if answer else {}
    people = [{"by": user, "answer": _answer(said, rules, offsets)} for user, said in by_user.items()]
    return row | ({"annotations": people} if people else {})


def _answer(items: Sequence[object], rules: Mapping[str, LabelSetRule], offsets: Offsets | None) -> Values:
    spans = [_span(item, offsets) for item in items if not isinstance(item, str)]
    names = [item for item in items if isinstance(item, str)]
    answer: Values = {}
    if spans:
        answer[_set_of(rules, ("span",))] = spans
    by_set: dict[str, list[str]] = {}
    for label in names:
        by_set.setdefault(_set_with(label, rules), []).append(label)
    for name, labels in by_set.items():
        answer[name] = labels if rules[name].kind == "choices" else labels[0]
        if rules[name].kind == "choice" and len(labels) > 1:
            fail(name, "not_multilabel", _("“%(name)s” takes one label, this row has several.") % {"name": name})
    return answer


def _set_with(label: str, rules: Mapping[str, LabelSetRule]) -> str:
    """The label set of choices that has this label, or the one for labels that none has."""
    having = (rule.name for rule in rules.values() if rule.kind in ("choice", "choices") and label in rule.labels)
    return next(having, "") or _set_of(rules, ("choices", "choice"))


def _listed(value: object, field: str) -> Sequence[object]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        fail(field, "bad_label", _("Labels are a list."))
    return value


def _span(item: object, offsets: Offsets | None) -> Values:
    if isinstance(item, Mapping):
        start, end, label = item.get("start_offset"), item.get("end_offset"), item.get("label")
    elif isinstance(item, list) and len(item) == 3:
        start, end, label = item
    else:
        fail("label", "bad_span", _("A span is [start, end, label]."))
    if offsets is None:
        return {"start": start, "end": end, "label": label}
    return {"start": offsets.code_point(start, "label"), "end": offsets.code_point(end, "label"), "label": label}


def _set_of(rules: Mapping[str, LabelSetRule], kinds: Sequence[str]) -> str:
    found = next((rule.name for rule in rules.values() if rule.kind in kinds), None)
    if found is None:
        fail("label", "unknown_label", _("This project has no label set that could take these labels."))
    return found

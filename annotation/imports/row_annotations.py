"""The people's answers that one row brings: `annotations`: [{"by", "answer", "seconds"?}]. Pure; raises AnswerError."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from annotation.answers.answer import Answer
from annotation.answers.problems import AnswerError, Problem
from annotation.imports.people import Members, names_of
from annotation.imports.row_text import fail

Raw = dict[str, Any]  # Any: JSON from outside
# Who, the answer unchecked, and the seconds it took.
Given = tuple[int, object, float]
MAX_SECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class GivenAnnotation:
    user_id: int
    answer: Answer
    seconds: float = 0.0


def annotations_and_answer(values: Raw, answer: Raw | None, members: Members) -> tuple[list[Given], Raw | None]:
    """The annotations of members, and the gold: where people are ignored and nothing else is left, the first answer."""
    listed = list(_listed(values.get("annotations")))
    found: dict[int, Given] = {}
    for item in listed:
        person = members.find(item.get("by"))
        if person is None:
            if not members.is_ignoring:
                raise unknown_person("annotations", item.get("by"))
        elif person in found:
            message = _("“%(name)s” stands twice among the annotations.") % {"name": _shown(item.get("by"))}
            fail("annotations", "duplicate_key", message)
        else:
            found[person] = (person, item["answer"], _seconds(item.get("seconds")))
    if listed and not found and answer is None:
        first = listed[0]["answer"]
        answer = first if isinstance(first, dict) else {}
    return list(found.values()), answer


def _listed(raw: object) -> Iterator[Raw]:
    if raw is None:
        return
    if not isinstance(raw, list):
        fail("annotations", "bad_answer", _("“%(name)s” is a list of objects.") % {"name": "annotations"})
    for item in raw:
        if not isinstance(item, Mapping) or not isinstance(item.get("answer"), Mapping):
            fail("annotations", "bad_answer", _("An annotation is an object with “by” and “answer”."))
        yield dict(item)


def _seconds(raw: object) -> float:
    if raw is None:
        return 0.0
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not 0 <= raw <= MAX_SECONDS or math.isnan(raw):
        fail("annotations", "bad_number", _("Seconds are a number from 0 on."))
    return float(raw)


def unknown_person(field: str, person: object) -> AnswerError:
    message = _("“%(name)s” is not a member of this project.") % {"name": _shown(person)}
    return AnswerError([Problem(field, "unknown_person", message)])


def _shown(person: object) -> str:
    return next(iter(names_of(person)), str(person))[:60]

"""What a document's whole answer becomes when many get one value at once. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotation.answers.answer import JsonAnswer
from annotation.answers.problems import AnswerError
from annotation.answers.rules import LabelSetRule, check_answer
from annotation.answers.spans import Part


@dataclass(frozen=True, slots=True)
class Given:
    """`is_complete`: it may be submitted; otherwise it is kept as a draft."""

    answer: JsonAnswer
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Place:
    """What an answer is checked against."""

    rules: Sequence[LabelSetRule]
    text: str
    parts: Sequence[Part]


def combined(
    marks: Mapping[str, Any], draft: Mapping[str, Any], predicted: Mapping[str, Any] | None, place: Place
) -> Given | None:
    """The marks of now before those of the person's draft before the prediction; None where not even the marks fit.

    `predicted` is None where the rest is not to be accepted. What does not fit any more is left out, not guessed.
    """
    mine = {**draft, **marks}
    for answer in ({**(predicted or {}), **mine}, mine):
        checked = _checked(answer, place, complete=True)
        if checked is not None:
            return Given(checked, is_complete=True)
    for answer in (mine, dict(marks)):
        checked = _checked(answer, place, complete=False)
        if checked is not None:
            return Given(checked, is_complete=False)
    return None


def as_given(answer: Mapping[str, Any], place: Place, *, is_whole: bool) -> Given | None:
    """This answer and nothing else; a draft where it is not whole or not complete."""
    checked = _checked(answer, place, complete=True) if is_whole else None
    if checked is not None:
        return Given(checked, is_complete=True)
    checked = _checked(answer, place, complete=False)
    return Given(checked, is_complete=False) if checked is not None else None


def _checked(answer: Mapping[str, Any], place: Place, *, complete: bool) -> JsonAnswer | None:
    try:
        found = check_answer(answer, rules=place.rules, text=place.text, parts=place.parts, complete=complete)
    except AnswerError:
        return None
    return found.as_json()

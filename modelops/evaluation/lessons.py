"""What a person's corrections of earlier versions changed in a later one. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from annotation.answers.answer import Answer, Value
from annotation.answers.diff import corrections
from annotation.quality.agreement import is_same, wilson

# Whether the later version learned from the document's gold. "unseen" is the honest ground: it can't be known by heart.
Ground = Literal["trained", "unseen", "unknown"]
GROUNDS: tuple[Ground, ...] = ("unseen", "trained", "unknown")


@dataclass(frozen=True, slots=True)
class Seen:
    """One answered document: what version `before` proposed, what the person gave, what the later version says now.

    `now` is None where the later version has not answered the document.
    """

    document_id: int
    before: int
    predicted: Answer
    given: Answer
    now: Answer | None
    ground: Ground


@dataclass(frozen=True, slots=True)
class Case:
    """One label set that the person had changed."""

    label_set: str
    was: Value
    given: Value
    now: Value

    @property
    def is_fixed(self) -> bool:
        return is_same(self.now, self.given)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A document that the person had corrected; fixed when every label set they changed is answered as they did."""

    document_id: int
    before: int
    ground: Ground
    is_answered: bool
    cases: tuple[Case, ...]

    @property
    def is_fixed(self) -> bool:
        return self.is_answered and all(case.is_fixed for case in self.cases)


@dataclass(frozen=True, slots=True)
class Score:
    """Of `answered` documents the version answers `fixed` as the person did; `low` to `high`: 95 % for the share."""

    ground: Ground
    corrected: int
    answered: int
    fixed: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Lessons:
    """`kept`: documents that the person had accepted whole and the later version answered; `lost`: otherwise by now."""

    lessons: tuple[Lesson, ...]
    kept: int
    lost: int

    @property
    def fixed(self) -> list[Lesson]:
        return [lesson for lesson in self.lessons if lesson.is_fixed]

    def count(self, ground: Ground) -> int:
        return sum(lesson.ground == ground for lesson in self.lessons)


def learn(seen: Iterable[Seen], label_sets: Collection[str]) -> Lessons:
    """Look at these label sets only: those that a model can learn."""
    lessons, kept, lost = [], 0, 0
    for one in seen:
        changed = _changed(one.predicted, one.given, label_sets)
        if changed:
            lessons.append(_lesson(one, changed))
        elif one.now is not None:
            kept += 1
            lost += bool(_changed(one.now, one.given, label_sets))
    return Lessons(tuple(lessons), kept, lost)


def scores(lessons: Sequence[Lesson]) -> list[Score]:
    """By ground; one without documents is left out."""
    found = []
    for ground in GROUNDS:
        here = [lesson for lesson in lessons if lesson.ground == ground]
        answered = sum(lesson.is_answered for lesson in here)
        fixed = sum(lesson.is_fixed for lesson in here)
        if here:
            found.append(Score(ground, len(here), answered, fixed, *wilson(fixed, answered)))
    return found


def _lesson(one: Seen, changed: Sequence[str]) -> Lesson:
    now = one.now.values if one.now is not None else {}
    cases = tuple(Case(name, one.predicted.values.get(name), one.given.values[name], now.get(name)) for name in changed)
    return Lesson(one.document_id, one.before, one.ground, one.now is not None, cases)


def _changed(predicted: Answer, given: Answer, label_sets: Collection[str]) -> list[str]:
    found = (one.label_set for one in corrections(predicted, given) if one.kind != "accepted")
    return list(dict.fromkeys(name for name in found if name in label_sets))

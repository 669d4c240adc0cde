"""The site's rows as typed values. A field that a newer site adds is passed over; a missing one takes its default."""

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cache
from typing import Any, Self, Union, get_args, get_origin, get_type_hints

Answer = dict[str, Any]
"""By label set: a label or None (`choice`), labels (`choices`), spans (`span`), a text (`text`)."""


class Shape:
    __slots__ = ()

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Self:
        readers = _readers(cls)  # type: ignore[arg-type]  # a class can be hashed
        return cls(**{name: read(value[name]) for name, read in readers.items() if name in value})


@cache
def _readers(shape: type[Shape]) -> dict[str, Callable[[Any], Any]]:
    hints = get_type_hints(shape)
    return {item.name: _reader(hints[item.name]) for item in fields(shape)}  # type: ignore[arg-type]  # every Shape is a dataclass


def _reader(hint: Any) -> Callable[[Any], Any]:
    if get_origin(hint) in (types.UnionType, Union):
        inner = [_reader(kind) for kind in get_args(hint) if kind is not type(None)]
        return inner[0] if len(inner) > 1 else lambda value: None if value is None else inner[0](value)
    if get_origin(hint) is list:
        read = _reader(get_args(hint)[0])
        return lambda value: [read(item) for item in value]
    if isinstance(hint, type) and issubclass(hint, Shape):
        return hint.of
    return datetime.fromisoformat if hint is datetime else lambda value: value


@dataclass(frozen=True, slots=True)
class Label(Shape):
    name: str
    color: str = ""
    key: str = ""
    definition: str = ""
    titles: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LabelSet(Shape):
    name: str
    kind: str
    required: bool = True
    overlap: bool = False
    max_spans: int | None = None
    part_role: str = ""
    titles: dict[str, str] = field(default_factory=dict)
    labels: list[Label] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Project(Shape):
    id: int
    name: str
    template: str | None = None
    guidelines: str = ""
    label_sets: list[LabelSet] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    role: str | None = None
    production_version: int | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Member(Shape):
    """`review_share`: how many of their answers are reviewed, where a share is; None: as many as of everybody's."""

    username: str
    role: str
    review_share: float | None = None


@dataclass(frozen=True, slots=True)
class Part(Shape):
    role: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document(Shape):
    id: int
    text: str
    external_id: str | None = None
    parts: list[Part] = field(default_factory=list)
    meta: dict[str, Any] = field(default_factory=dict)
    state: str = ""
    priority: float = 0.0
    text_sha256: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Span(Shape):
    """A labeled stretch of a text, in code points: Python's own way to index."""

    start: int
    end: int
    label: str

    def text_in(self, document: Document | str) -> str:
        text = document if isinstance(document, str) else document.text
        return text[self.start : self.end]

    def as_json(self) -> dict[str, Any]:
        return {"start": self.start, "end": self.end, "label": self.label}


def spans_in(answer: Answer, label_set: str) -> list[Span]:
    """The spans that an answer gives in this label set; none where it says nothing."""
    return [Span.of(span) for span in answer.get(label_set) or ()]


@dataclass(frozen=True, slots=True)
class Prediction(Shape):
    """`version`: the number of a model's version, or the name that an import gave.

    `made_by`: by label set, what made its value where it was not that version alone.
    """

    id: int
    document: int
    version: int | str | None
    answer: Answer
    made_by: dict[str, str] = field(default_factory=dict)
    confidence: dict[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PredictedText(Shape):
    answer: Answer
    confidence: dict[str, Any]
    version: int


@dataclass(frozen=True, slots=True)
class Explanation(Shape):
    """`words`: by label set, then by label, `[{"start", "end", "weight"}]`; a weight below 0 speaks against it."""

    prediction: int
    version: int
    words: dict[str, dict[str, list[dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Annotation(Shape):
    """One person's answer to one document. `version` rises with every save and is what `if_match` takes.

    `guidelines_version`: the guidelines in force when it was submitted; 0: not noted. `sent_back`: while it waits to be
    done again, what the reviewer said: `{"by", "text", "start", "end", "at"}`.
    """

    id: int
    document: int
    user: int
    answer: Answer
    status: str
    version: int
    seconds: float = 0.0
    prediction: int | None = None
    guidelines_version: int = 0
    sent_back: dict[str, Any] | None = None
    changed_at: datetime | None = None
    has_feedback: bool = False


@dataclass(frozen=True, slots=True)
class Gold(Shape):
    """`adjudication`: the decision that made it, where one has just been made; its id is what an undo takes."""

    answer: Answer
    source: str
    document: int | None = None
    adjudication: int | None = None


@dataclass(frozen=True, slots=True)
class OpenedDocument(Document):
    """A document by itself, with what is known of its answer."""

    project: int | None = None
    prediction: Prediction | None = None
    gold: Gold | None = None


@dataclass(frozen=True, slots=True)
class Assignment(Shape):
    """A document lent to you until `expires_at`."""

    id: int
    document: Document
    prediction: Prediction | None = None
    blind: bool = False
    has_near_duplicates: bool = False
    annotation: Annotation | None = None
    comments: int = 0
    flagged: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Review(Shape):
    """A verdict. `start` and `end`: the stretch that the comment is about, in code points.

    `first_answer`: what the reviewer answered before seeing anybody's. `undone_at`: when the verdict was taken back.
    """

    id: int
    annotation: int
    annotation_version: int
    reviewer: int
    verdict: str
    answer: Answer | None = None
    comment: str = ""
    start: int | None = None
    end: int | None = None
    seconds: float = 0.0
    first_answer: Answer | None = None
    undone_at: datetime | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change(Shape):
    """One entry of the change feed. Keep `seq`: it is where to go on."""

    seq: int
    document: int
    answer: Answer
    source: str
    changed_at: datetime
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class LabelsChanged(Shape):
    """The body of a webhook."""

    type: str
    project: int
    changes: list[Change]
    next_since: int

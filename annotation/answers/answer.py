"""What a person, a model or gold says about one document. One shape for all three (docs/glossary.md: answer)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JsonAnswer = dict[str, Any]  # the wire form has one shape per kind; see Answer for the typed form


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """A labeled stretch; start and end in code points of the document's text, end excluded."""

    start: int
    end: int
    label: str

    def as_json(self) -> dict[str, object]:
        return {"start": self.start, "end": self.end, "label": self.label}


Value = str | None | tuple[str, ...] | tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Values by label set name. A label set without a key was not answered."""

    values: Mapping[str, Value] = field(default_factory=dict)

    def as_json(self) -> JsonAnswer:
        return {name: _value_as_json(value) for name, value in self.values.items()}

    def spans(self, name: str) -> tuple[Span, ...]:
        value = self.values.get(name)
        return tuple(item for item in value if isinstance(item, Span)) if isinstance(value, tuple) else ()


def _value_as_json(value: Value) -> Any:  # Any: the wire form differs by kind
    if isinstance(value, tuple):
        return [item.as_json() if isinstance(item, Span) else item for item in value]
    return value


def from_stored(stored: Mapping[str, Any]) -> Answer:  # Any: JSON as it was checked on the way in
    """Read an answer that the database already holds; no checks, they ran on the way in."""
    values: dict[str, Value] = {}
    for name, value in stored.items():
        if isinstance(value, list):
            values[name] = tuple(
                Span(item["start"], item["end"], item["label"]) if isinstance(item, dict) else item for item in value
            )
        else:
            values[name] = value
    return Answer(values)

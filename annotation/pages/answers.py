"""An answer as a reader sees it: titles in place of names, the marked words in place of offsets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotation.projects.models import LabelSet


@dataclass(frozen=True, slots=True)
class Row:
    """One label set's part of an answer; `marks` pairs the marked words with their label."""

    title: str
    labels: list[str]
    marks: list[tuple[str, str]]
    text: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.labels or self.marks or self.text)


def rows_of(answer: Mapping[str, Any], label_sets: Sequence[LabelSet], text: str) -> list[Row]:  # Any: stored JSON
    return [_row(answer.get(label_set.name), label_set, text) for label_set in label_sets]


def _row(value: Any, label_set: LabelSet, text: str) -> Row:  # Any: its form follows the label set's kind
    titles = {label.name: str(label.title) for label in label_set.labels.all()}
    if value is None:
        return Row(label_set.title, [], [])
    if label_set.kind == "span":
        marks = [(text[span["start"] : span["end"]], titles.get(span["label"], span["label"])) for span in value]
        return Row(label_set.title, [], marks)
    if label_set.kind == "text":
        return Row(label_set.title, [], [], str(value))
    names: list[str] = value if isinstance(value, list) else [value]
    return Row(label_set.title, [titles.get(name, name) for name in names], [])

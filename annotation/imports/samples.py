"""Example rows in the words of one project, to copy and fill. Pure."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from annotation.answers.rules import LabelSetRule

_PLAIN = "Where is my parcel?"
_ANSWERED = "Ada Lovelace wants her money back 😀"
_NAME_CHARS = len("Ada Lovelace")


@dataclass(frozen=True, slots=True)
class Samples:
    jsonl: str
    csv: str


def samples_for(rules: Sequence[LabelSetRule], part_roles: Sequence[str] = ()) -> Samples:
    answer = {rule.name: value for rule in rules if (value := _value(rule)) is not None}
    rows: list[dict[str, Any]] = [{"id": "1", "text": _PLAIN}, {"id": "2", "text": _ANSWERED, **answer}]
    if part_roles:
        texts = [_PLAIN, _ANSWERED]
        parts = [{"role": role, "text": texts[place % 2]} for place, role in enumerate(part_roles)]
        rows.append({"id": "3", "parts": parts, "meta": {"channel": "mail"}})
    return Samples("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), _as_csv(answer))


def _value(rule: LabelSetRule) -> Any:  # Any: JSON
    label = min(rule.labels, default=None)
    if rule.kind == "text":
        return "…"
    if label is None:
        return None
    if rule.kind == "choices":
        return [label]
    return [{"start": 0, "end": _NAME_CHARS, "label": label}] if rule.kind == "span" else label


def _as_csv(answer: dict[str, Any]) -> str:  # Any: JSON
    cells = {name: value if isinstance(value, str) else _cell(value) for name, value in answer.items()}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "text", *cells])
    writer.writerow(["1", _PLAIN, *[""] * len(cells)])
    writer.writerow(["2", _ANSWERED, *cells.values()])
    return out.getvalue().rstrip("\n")


def _cell(value: list[Any]) -> str:  # Any: JSON
    if all(isinstance(item, str) for item in value):
        return "|".join(value)
    return json.dumps(value, ensure_ascii=False)

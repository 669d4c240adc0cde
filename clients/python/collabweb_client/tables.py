"""Exported lines as tables of pandas and datasets, which load only here and only when asked for."""

import json
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

_FIELDS = ("id", "external_id", "text", "parts", "meta", "source", "by", "version", "confidence", "changed_at")


def data_frame(lines: Iterable[Mapping[str, Any]]) -> Any:
    pandas = import_module("pandas")
    frame = pandas.DataFrame([_flat(line) for line in lines])
    if "changed_at" in frame:
        frame["changed_at"] = pandas.to_datetime(frame["changed_at"], utc=True, format="ISO8601")
    return frame


def dataset(lines: Iterable[Mapping[str, Any]]) -> Any:
    """Arrow wants one type a column; what differs from row to row travels as JSON."""
    rows = [_flat(line) for line in lines]
    for row in rows:
        for name in ("meta", "confidence"):
            if name in row:
                row[name] = json.dumps(row[name], ensure_ascii=False)
    return import_module("datasets").Dataset.from_list(rows)


def _flat(line: Mapping[str, Any]) -> dict[str, Any]:
    """The answer a column a label set; one that is named like a field of the line becomes `answer.<name>`."""
    flat = {name: line[name] for name in _FIELDS if name in line}
    return flat | {_column(name): value for name, value in line["answer"].items()}


def _column(label_set: str) -> str:
    return f"answer.{label_set}" if label_set in _FIELDS else label_set

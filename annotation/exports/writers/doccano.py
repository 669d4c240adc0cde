"""doccano's JSONL: spans as [start, end, label], labels of the whole text beside them. Pure."""

import json
from collections.abc import Iterable, Iterator

from annotation.exports.formats import Layout
from annotation.exports.rows import Line


def write(lines: Iterable[Line], layout: Layout) -> Iterator[bytes]:
    for line in lines:
        yield json.dumps(_row(line, layout), ensure_ascii=False).encode() + b"\n"


def _row(line: Line, layout: Layout) -> Line:
    answer = line["answer"]
    labels: list[object] = []
    for rule in layout.rules:
        value = answer.get(rule.name)
        if rule.kind == "span":
            labels += [[span["start"], span["end"], span["label"]] for span in value or []]
    chosen = [
        label
        for rule in layout.rules
        if rule.kind in ("choice", "choices") and (value := answer.get(rule.name))
        for label in (value if isinstance(value, list) else [value])
    ]
    has_spans = any(rule.kind == "span" for rule in layout.rules)
    row: Line = {"id": line.get("external_id", line["id"]), "text": line["text"]}
    row["label"] = labels if has_spans else chosen
    if has_spans and chosen:
        row["cats"] = chosen
    return row | {name: value for name, value in line["meta"].items() if name not in row}

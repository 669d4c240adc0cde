"""Label Studio's JSON: an array of tasks with their annotations, offsets in UTF-16 units as its pages count. Pure."""

import json
from collections.abc import Iterable, Iterator

from annotation.answers.rules import LabelSetRule
from annotation.exports.formats import Layout
from annotation.exports.offsets import converter
from annotation.exports.rows import Line

_TYPES = {"span": "labels", "choice": "choices", "choices": "choices", "text": "textarea"}


def write(lines: Iterable[Line], layout: Layout) -> Iterator[bytes]:
    before = b"[\n"
    for line in lines:
        yield before + json.dumps(_task(line, layout), ensure_ascii=False).encode()
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _task(line: Line, layout: Layout) -> Line:
    results = [result for rule in layout.rules for result in _results(line, rule)]
    holder: Line = {"result": results}
    task: Line = {"id": line["id"], "data": {**line["meta"], "text": line["text"]}}
    if line.get("external_id") is not None:
        task["data"]["external_id"] = line["external_id"]
    if line["source"] == "prediction":
        return task | {"predictions": [holder | {"model_version": str(line.get("version", ""))}]}
    return task | {"annotations": [holder | {"was_cancelled": False, "ground_truth": line["source"] != "annotation"}]}


def _results(line: Line, rule: LabelSetRule) -> Iterator[Line]:
    value = line["answer"].get(rule.name)
    if value is None or value == []:
        return
    result: Line = {"from_name": rule.name, "to_name": "text", "type": _TYPES[rule.kind]}
    if rule.kind == "span":
        convert = converter(line["text"], "utf16")
        for span in value:
            start, end = convert(span["start"]), convert(span["end"])
            marked = {"start": start, "end": end, "text": span["text"], "labels": [span["label"]]}
            yield {"id": f"{rule.name}-{start}-{end}-{span['label']}", **result, "value": marked}
    elif rule.kind == "text":
        yield {"id": rule.name, **result, "value": {"text": [value]}}
    else:
        yield {"id": rule.name, **result, "value": {"choices": value if isinstance(value, list) else [value]}}

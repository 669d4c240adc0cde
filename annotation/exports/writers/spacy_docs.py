"""A spaCy DocBin. Its library takes 250 MB, so it works in a process of its own and the site's stays small."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from annotation.exports.formats import Layout
from annotation.exports.rows import Line
from annotation.exports.tokens import pieces, without_overlap

_CHUNK = 256 * 1024
_PROCESS = Path(__file__).with_name("doc_bin.py")


def write(lines: Iterable[Line], layout: Layout) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as made:
        for line in lines:
            given.write(json.dumps(_doc(line, layout)).encode() + b"\n")
        given.seek(0)
        subprocess.run([sys.executable, "-I", str(_PROCESS)], stdin=given, stdout=made, check=True)
        made.seek(0)
        yield from iter(lambda: made.read(_CHUNK), b"")


def _doc(line: Line, layout: Layout) -> Line:
    answer = line["answer"]
    spans = {rule.name: answer.get(rule.name) or [] for rule in layout.rules if rule.kind == "span"}
    cuts = {place for found in spans.values() for span in found for place in (span["start"], span["end"])}
    return {
        "text": line["text"],
        "pieces": list(pieces(line["text"], cuts)),
        "spans": spans,
        "ents": without_overlap(spans.get(layout.span_set, [])),
        "cats": {
            f"{rule.name}={label}": label == answer.get(rule.name) or label in (answer.get(rule.name) or ())
            for rule in layout.rules
            if rule.kind in ("choice", "choices")
            for label in sorted(rule.labels)
        },
        "data": {"id": line["id"], "external_id": line.get("external_id"), "meta": line["meta"]},
    }

"""Tokens with BIO tags, a document a sentence, as the reader of the same name takes them back. Pure."""

from collections.abc import Iterable, Iterator

from annotation.exports.formats import Layout
from annotation.exports.rows import Line
from annotation.exports.tokens import pieces, without_overlap


def write(lines: Iterable[Line], layout: Layout) -> Iterator[bytes]:
    for line in lines:
        yield _sentence(line, layout.span_set).encode()


def _sentence(line: Line, span_set: str) -> str:
    text: str = line["text"]
    spans = without_overlap(line["answer"].get(span_set) or [])
    begins = {span["start"]: span for span in spans}
    name = str(line.get("external_id") or line["id"])
    rows = [f"# id = {' '.join(name.split())}"]
    open_: Line = {"end": 0}
    for start, end, is_space in pieces(text, {place for span in spans for place in (span["start"], span["end"])}):
        if start in begins:
            open_ = begins[start]
        if not is_space:
            place = "B" if start == open_.get("start") else "I"
            tag = f"{place}-{open_['label']}" if start < open_["end"] else "O"
            rows.append(f"{text[start:end]}\t{tag}")
    return "\n".join(rows) + "\n\n"

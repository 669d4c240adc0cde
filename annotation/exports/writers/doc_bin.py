"""Runs by itself: documents as JSON lines on standard input, the bytes of a DocBin on standard output."""

import json
import sys
from typing import Any

import spacy
from spacy.tokens import Doc, DocBin, Span


def main() -> None:
    vocab = spacy.blank("xx").vocab
    bin_ = DocBin(attrs=["ENT_IOB", "ENT_TYPE"], store_user_data=True)
    for line in sys.stdin.buffer:
        bin_.add(_doc(vocab, json.loads(line)))
    sys.stdout.buffer.write(bin_.to_bytes())


def _doc(vocab: Any, given: dict[str, Any]) -> Any:  # Any: spaCy's own types and JSON
    words: list[str] = []
    spaces: list[bool] = []
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    text = given["text"]
    marked = [span for spans in given["spans"].values() for span in spans]
    begins, stops = {span["start"] for span in marked}, {span["end"] for span in marked}
    for start, end, _ in given["pieces"]:
        # spaCy keeps a single blank behind a word as a property of the word; every other white space is a token,
        # and so is a blank at the edge of a span, which would lose it.
        is_edge = start in begins or end in stops
        if text[start:end] == " " and words and not spaces[-1] and not is_edge:
            spaces[-1] = True
            continue
        starts[start] = len(words)
        words.append(text[start:end])
        spaces.append(False)
        ends[end] = len(words)
    doc = Doc(vocab, words=words, spaces=spaces)
    for name, spans in given["spans"].items():
        doc.spans[name] = [_span(doc, span, starts, ends) for span in spans]
    doc.ents = [_span(doc, span, starts, ends) for span in given["ents"]]
    doc.cats = {name: float(value) for name, value in given["cats"].items()}
    doc.user_data = given["data"]
    return doc


def _span(doc: Any, span: dict[str, Any], starts: dict[int, int], ends: dict[int, int]) -> Any:  # Any: spaCy's own
    return Span(doc, starts[span["start"]], ends[span["end"]], label=span["label"])


if __name__ == "__main__":
    main()

"""Sentences as token lines with a tag in the last column (CoNLL 2003; BIO, IOB1, BIOES and BILOU). Pure.

A sentence becomes one text: its tokens joined by spaces, Chinese and Japanese characters without. A line
`# id = name` before a sentence gives its id; others of that form are left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from annotation.imports.readers.jsonl import too_large
from annotation.imports.readers.lines import bounded_lines
from annotation.imports.readers.shapes import ReadOptions, Row, RowProblem

_ABOUT = re.compile(r"# (?P<key>[\w. ]+?) = (?P<value>.+)")
_GAP = re.compile(r"[ \t]+")
_TAG = re.compile(r"(?P<place>[BIESLU])-(?P<label>.+)")
# Scripts that set no space between words.
_UNSPACED = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_OPENS, _CLOSES = frozenset("BSU"), frozenset("ESLU")


@dataclass
class _Sentence:
    line: int
    tokens: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    size: int = 0
    columns: int = 0
    problem: tuple[str, str] | None = None
    name: str = ""


def rows(stream: BinaryIO, options: ReadOptions) -> Iterator[Row | RowProblem]:
    number = 0
    for sentence in _sentences(stream, options):
        if sentence.tokens or sentence.problem:
            number += 1
            yield _row(sentence, number, options)


def _sentences(stream: BinaryIO, options: ReadOptions) -> Iterator[_Sentence]:
    open_ = _Sentence(1)
    for line, raw in bounded_lines(stream, options.encoding, options.row_bytes):
        text = raw.removesuffix("\r") if raw is not None else None
        if text is not None and not text.strip(" \t"):
            yield open_
            open_ = _Sentence(line + 1)
        elif not open_.tokens and text is not None and (about := _ABOUT.fullmatch(text)):
            open_.name = about["value"] if about["key"] == "id" else open_.name
        elif text is None or not text.startswith("-DOCSTART-"):
            _take(open_, text, options)
    yield open_


def _take(sentence: _Sentence, text: str | None, options: ReadOptions) -> None:
    sentence.size += options.row_bytes + 1 if text is None else len(text.encode("utf-8", "surrogatepass"))
    if text is None or sentence.size > options.row_bytes:
        sentence.problem = sentence.problem or ("row_too_large", "")
        return
    columns = text.split("\t") if "\t" in text else _GAP.split(text.strip(" "))
    if len(columns) < 2 or not columns[0].strip():
        message = _("A line holds a token and its tag; “%(line)s” does not.") % {"line": text[:60]}
        sentence.problem = sentence.problem or ("bad_columns", message)
        return
    sentence.columns = sentence.columns or len(columns)
    if len(columns) != sentence.columns:
        message = _("The sentence begins with %(wanted)d columns, “%(line)s” has %(found)d.")
        words = message % {"wanted": sentence.columns, "line": text[:60], "found": len(columns)}
        sentence.problem = sentence.problem or ("bad_columns", words)
        return
    tag = columns[-1].strip()
    if tag != "O" and not _TAG.fullmatch(tag):
        message = _("“%(tag)s” is no tag: O, or B- or I- and a label.") % {"tag": tag[:60]}
        sentence.problem = sentence.problem or ("bad_tag", message)
        return
    sentence.tokens.append(columns[0])
    sentence.tags.append(tag)


def _row(sentence: _Sentence, number: int, options: ReadOptions) -> Row | RowProblem:
    if sentence.problem is not None:
        code, message = sentence.problem
        if code == "row_too_large":
            return too_large(number, sentence.line, options)
        return RowProblem(number, sentence.line, "", code, message)
    text, starts = _joined(sentence.tokens)
    spans, is_loose = _spans(sentence, starts)
    if spans and not options.span_set:
        message = _("This project has no label set for spans, so it can't take tags.")
        return RowProblem(number, sentence.line, "", "bad_tag", message)
    values: dict[str, Any] = {"text": text}  # Any: JSON
    if options.span_set:
        values["answer"] = {options.span_set: spans}
    if sentence.name:
        values["id"] = sentence.name
    return Row(number, sentence.line, values, ("iob1",) if is_loose else ())


def _joined(tokens: Sequence[str]) -> tuple[str, list[int]]:
    """The text of the tokens, and where each of them starts in it."""
    pieces: list[str] = []
    starts: list[int] = []
    at = 0
    for place, token in enumerate(tokens):
        is_tight = place > 0 and _UNSPACED.match(token[0]) and _UNSPACED.match(tokens[place - 1][-1])
        if place and not is_tight:
            pieces.append(" ")
            at += 1
        starts.append(at)
        pieces.append(token)
        at += len(token)
    return "".join(pieces), starts


def _spans(sentence: _Sentence, starts: Sequence[int]) -> tuple[list[dict[str, object]], bool]:
    """The spans of the tags; True beside them where one began with I-, as in IOB1."""
    spans: list[dict[str, Any]] = []  # Any: a span as JSON
    is_loose = False
    label: str | None = None
    for token, tag, start in zip(sentence.tokens, sentence.tags, starts, strict=True):
        found = _TAG.fullmatch(tag)
        if found is None:
            label = None
            continue
        place = found["place"]
        if place in _OPENS or label != found["label"]:
            is_loose = is_loose or place not in _OPENS
            spans.append({"start": start, "label": found["label"]})
        spans[-1]["end"] = start + len(token)
        label = None if place in _CLOSES else found["label"]
    return spans, is_loose

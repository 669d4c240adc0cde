"""The texts on the pictures, in both languages. A [stretch|LABEL] becomes a span."""

import json
import re
from pathlib import Path
from typing import Any

Spans = list[dict[str, Any]]  # Any: JSON

_TEXTS: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))  # Any: JSON
TICKET: dict[str, str] = _TEXTS["ticket"]
NEXT: dict[str, list[str]] = _TEXTS["next"]
DIALOGUE: dict[str, list[list[str]]] = _TEXTS["dialogue"]
MINUTES: dict[str, str] = _TEXTS["minutes"]
TWINS: dict[str, str] = _TEXTS["twins"]
BULK: dict[str, list[str]] = _TEXTS["bulk"]
GUIDELINES: dict[str, list[str]] = _TEXTS["guidelines"]
WORDS: dict[str, dict[str, str]] = _TEXTS["words"]
INTENTS_EN: list[str] = _TEXTS["intents"]
_MARK = re.compile(r"\[([^|\]]+)\|([A-Z]+)\]")


def unmarked(marked: str, start: int = 0) -> tuple[str, Spans]:
    """The text without its marks, and the spans in code points, counted from `start`."""
    text, spans, rest = "", [], 0
    for found in _MARK.finditer(marked):
        text += marked[rest : found.start()]
        begin = start + len(text)
        spans.append({"start": begin, "end": begin + len(found[1]), "label": found[2]})
        text += found[1]
        rest = found.end()
    return text + marked[rest:], spans

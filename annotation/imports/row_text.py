"""The text, parts, id and meta of one row from outside. Pure; raises AnswerError."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from annotation.answers.problems import AnswerError, Problem
from annotation.answers.spans import Part
from annotation.answers.strict_json import StrictJSONError, check_string
from annotation.documents.texts import join_parts

Values = Mapping[str, Any]  # Any: JSON from outside
MAX_ROLE_CHARS = 40
_INT64 = 2**63
_CONTROL = {"Cc", "Cs", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Limits:
    text_chars: int
    id_chars: int
    meta_keys: int
    spans_per_row: int


def fail(field: str, code: str, message: str) -> NoReturn:
    raise AnswerError([Problem(field, code, message)])


def text_and_parts(values: Values, limits: Limits) -> tuple[str, tuple[Part, ...]]:
    """The text exactly as it stands, and where its parts lie in it; a plain text is one part without a role."""
    if values.get("parts") is None:
        if "text" not in values:
            fail("text", "missing_text", _("A row needs a “text” or “parts”."))
        text = _checked_text(values["text"], "text", limits)
        return text, (Part("", 0, len(text)),)
    pieces = [_piece(piece) for piece in _list_of_parts(values["parts"])]
    if "text" not in values:
        text, parts = join_parts([(role, _piece_text(piece)) for role, piece in pieces])
        return _checked_text(text, "parts", limits), tuple(parts)
    text = _checked_text(values["text"], "text", limits)
    return text, _placed(pieces, text)


def _checked_text(text: object, field: str, limits: Limits) -> str:
    if not isinstance(text, str):
        fail(field, "bad_text", _("A text is a string."))
    if not text.strip():
        fail(field, "empty_text", _("The text is empty or only white space."))
    if len(text) > limits.text_chars:
        message = _("A text may have %(limit)d code points at most, this one has %(count)d.")
        fail(field, "text_too_long", message % {"limit": limits.text_chars, "count": len(text)})
    check_storable(text, field)
    return text


def check_storable(text: str, field: str) -> None:
    try:
        check_string(text)
    except StrictJSONError as error:
        fail(field, error.code, str(error))


def _list_of_parts(raw: object) -> list[object]:
    if not isinstance(raw, list) or not raw:
        fail("parts", "bad_parts", _("Parts are a list of objects with a role and a text."))
    return raw


def _piece(raw: object) -> tuple[str, Values]:
    if not isinstance(raw, dict):
        fail("parts", "bad_parts", _("Parts are a list of objects with a role and a text."))
    role = raw.get("role", "")
    if not isinstance(role, str) or len(role) > MAX_ROLE_CHARS:
        message = _("A part's role is a word of %(limit)d characters at most.")
        fail("parts", "bad_parts", message % {"limit": MAX_ROLE_CHARS})
    return role, raw


def _piece_text(piece: Values) -> str:
    text = piece.get("text")
    if not isinstance(text, str):
        fail("parts", "bad_text", _("A part's text is a string."))
    return text


def _placed(pieces: list[tuple[str, Values]], text: str) -> tuple[Part, ...]:
    """Parts given by their place, as the site's own exports do."""
    parts: list[Part] = []
    reach = 0
    for role, piece in pieces:
        start, end = piece.get("start"), piece.get("end")
        if type(start) is not int or type(end) is not int or not reach <= start <= end <= len(text):
            fail("parts", "bad_parts", _("With a “text”, parts have start and end in order and inside the text."))
        parts.append(Part(role, start, end))
        reach = end
    return tuple(parts)


def external_id(raw: object, limits: Limits) -> str | None:
    if raw is None:
        return None
    if type(raw) is int and -_INT64 <= raw < _INT64:
        return str(raw)
    if not isinstance(raw, str) or not 0 < len(raw) <= limits.id_chars:
        message = _("An id is a text of 1 to %(limit)d characters or a whole number of 64 bits.")
        fail("id", "bad_id", message % {"limit": limits.id_chars})
    if not raw.isprintable() and any(unicodedata.category(char) in _CONTROL for char in raw):
        fail("id", "bad_id", _("An id may not hold control characters."))
    return raw


def meta(given: object, others: Values, limits: Limits) -> dict[str, Any]:  # Any: JSON
    """The row's `meta` with the keys that mean nothing to the site."""
    if given is not None and not isinstance(given, dict):
        fail("meta", "bad_meta", _("“meta” is an object."))
    both = {**others, **(given or {})}
    if len(both) != len(others) + len(given or {}):
        twice = next(name for name in others if name in (given or {}))
        fail("meta", "duplicate_key", _("“%(name)s” stands in the row and in its meta.") % {"name": twice[:60]})
    if _count_keys(both) > limits.meta_keys:
        fail("meta", "meta_too_large", _("“meta” may have %(limit)d keys at most.") % {"limit": limits.meta_keys})
    return both


def _count_keys(value: object) -> int:
    number = 0
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            number += len(item)
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return number

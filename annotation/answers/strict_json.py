"""JSON as the contract takes it: bounded depth; no NaN, huge numbers, doubled keys, NUL or lone surrogates."""

import json
import re
from typing import Any

MAX_NUMBER_CHARS = 400
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


class StrictJSONError(ValueError):
    """`code` is one of the contract's row error codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def loads(raw: str | bytes, *, max_depth: int = 32) -> Any:  # Any: JSON
    """Parse one JSON text. Raises StrictJSONError."""
    text = _decode(raw)
    if _too_deep(text, max_depth):
        raise StrictJSONError("too_deep", f"JSON may be nested {max_depth} levels deep at most.")
    try:
        value = json.loads(
            text, parse_int=_integer, parse_float=_float, parse_constant=_constant, object_pairs_hook=_object
        )
    except StrictJSONError:
        raise
    except (ValueError, RecursionError) as error:
        raise StrictJSONError("bad_json", f"This is not JSON: {error}.") from error
    if "\\u" in text or "\0" in text:
        _check_strings(value)
    return value


def _decode(raw: str | bytes) -> str:
    if isinstance(raw, str):
        return raw
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StrictJSONError("bad_encoding", f"Not UTF-8 at byte {error.start}.") from error


def _too_deep(text: str, limit: int) -> bool:
    """Depth by counting brackets outside strings, so that no parser recursion is at stake."""
    if text.count("[") + text.count("{") <= limit:
        return False
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        token = found.group()
        if token in "[{":
            depth += 1
        elif token in "]}":
            depth -= 1
        if depth > limit:
            return True
    return False


def _integer(digits: str) -> int:
    if len(digits) > MAX_NUMBER_CHARS:
        raise StrictJSONError("bad_number", "A number has too many digits.")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise StrictJSONError("bad_number", "A number is too large.")
    return value


def _constant(name: str) -> float:
    raise StrictJSONError("bad_number", f"{name} is not a number in JSON.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:  # Any: JSON
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise StrictJSONError("duplicate_key", f"The key “{twice[:60]}” stands twice in one object.")
    return result


def _check_strings(value: Any) -> None:  # Any: JSON
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            check_string(item)
        elif isinstance(item, dict):
            stack.extend(item.keys())
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


def check_string(text: str) -> None:
    """Raises StrictJSONError for what PostgreSQL or UTF-8 can't hold."""
    if "\0" in text:
        raise StrictJSONError("nul_char", "NUL characters can't be stored.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise StrictJSONError("lone_surrogate", "A lone surrogate is not a character.") from error

"""Whether two answers say the same, whatever the order of their labels and spans. Pure."""

import json
from collections.abc import Mapping
from typing import Any

JsonValues = Mapping[str, Any]  # Any: the wire form differs by kind


def same_key(answer: JsonValues) -> str:
    """Equal for answers that say the same: nothing, null, an empty text and an empty list are one."""
    values = {name: _canonical(value) for name, value in answer.items() if value not in (None, "", [])}
    return json.dumps(values, sort_keys=True)


def says_same(one: JsonValues, other: JsonValues) -> bool:
    return same_key(one) == same_key(other)


def _canonical(value: Any) -> Any:  # Any: see above
    return sorted(json.dumps(item, sort_keys=True) for item in value) if isinstance(value, list) else value

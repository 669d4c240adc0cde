"""How the annotation screen behaves for one person: what may be kept, and how it is changed."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from annotation.people.models import User

MAX_BYTES = 64 * 1024
_COMMAND_OR_LABEL = re.compile(r"[a-z][a-z0-9_-]{0,39}|label:.{1,190}")

Preferences = dict[str, Any]  # Any: JSON


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_granularity(value: object) -> bool:
    return value in ("word", "character")


def _is_keys(value: object) -> bool:
    """Command, or "label:<label set>/<label>", -> its keys; no key at all switches a command's shortcut off."""
    return _is_lists(value, items=5, chars=30) and all(_COMMAND_OR_LABEL.fullmatch(name) for name in _mapping(value))


def _is_favorites(value: object) -> bool:
    """Name of a list, such as "12:Category" -> the labels last used, the newest first, as often as they were used."""
    return _is_lists(value, items=100, chars=100)


def _mapping(value: object) -> Mapping[str, Any]:  # Any: JSON
    return value if isinstance(value, Mapping) else {}


def _is_lists(value: object, *, items: int, chars: int) -> bool:
    return isinstance(value, Mapping) and all(
        len(name) <= 200
        and isinstance(texts, list)
        and len(texts) <= items
        and all(isinstance(text, str) and 0 < len(text) <= chars for text in texts)
        for name, texts in value.items()
    )


# `single_keys`: shortcuts of one letter work (WCAG 2.1.4 asks for a way to switch them off). `why`: words that drove
# a prediction are shown. `guidelines_open`: they stand beside the document.
_RULES: dict[str, Callable[[object], bool]] = {
    "keys": _is_keys,
    "single_keys": _is_flag,
    "why": _is_flag,
    "granularity": _is_granularity,
    "guidelines_open": _is_flag,
    "favorites": _is_favorites,
}


@transaction.atomic
def change_preferences(*, user: User, changes: Mapping[str, Any]) -> Preferences:  # Any: JSON
    """What is not named stays; null takes a preference away. Returns all of them."""
    _check(changes)
    row = User.objects.select_for_update().get(pk=user.pk)
    merged = {**row.preferences, **changes}
    kept = {name: value for name, value in merged.items() if value is not None}
    if len(json.dumps(kept).encode()) > MAX_BYTES:
        message = _("Preferences take at most %(limit)d bytes.") % {"limit": MAX_BYTES}
        raise ValidationError({next(iter(changes)): ValidationError(message, code="too_large")})
    row.preferences = kept
    row.save(update_fields=["preferences"])
    user.preferences = kept
    return kept


def _check(changes: Mapping[str, Any]) -> None:  # Any: JSON
    problems = {}
    for name, value in changes.items():
        if name not in _RULES:
            problems[name[:100]] = ValidationError(_("There is no such preference."), code="unknown_preference")
        elif value is not None and not _RULES[name](value):
            problems[name] = ValidationError(_("This preference has another form."), code="bad_preference")
    if problems:
        raise ValidationError(problems)

"""Whose work a row brings: people of other tools, found among a project's members. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

IGNORE = "ignore"
People = dict[str, str] | str


@dataclass(frozen=True, slots=True)
class Members:
    """`by_name`: user id by username; `by_email` by e-mail in lower case; `people`: username by a name elsewhere."""

    by_name: Mapping[str, int]
    by_email: Mapping[str, int] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    is_ignoring: bool = False

    def find(self, person: Any) -> int | None:  # Any: JSON from outside
        """A username, an e-mail, another tool's id, or an object that holds one of these."""
        for name in names_of(person):
            known = self.people.get(name, name)
            found = self.by_name.get(known) or self.by_email.get(known.lower())
            if found is not None:
                return found
        return None


def names_of(person: Any) -> list[str]:  # Any: JSON from outside
    if isinstance(person, Mapping):
        keys = ("email", "username", "id")
        return [str(person[key]) for key in keys if person.get(key) not in (None, "")]
    if isinstance(person, bool) or not isinstance(person, (str, int)):
        return []
    return [str(person)]


def people_of(raw: object) -> People:
    """`ignore`, or usernames by the id or e-mail elsewhere. Raises ValidationError."""
    if raw in (None, ""):
        return {}
    if raw == IGNORE:
        return IGNORE
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except (ValueError, RecursionError):
            raw = None
    if not isinstance(raw, dict) or not all(isinstance(name, str) for name in raw.values()):
        message = _("Say “ignore”, or a JSON object of usernames by the id or e-mail elsewhere.")
        raise ValidationError({"people": ValidationError(message, code="bad_people")})
    return {str(key): name for key, name in raw.items()}


def check_people(people: People, usernames: frozenset[str]) -> None:
    """Raises ValidationError for usernames that are no members."""
    named = people.items() if isinstance(people, dict) else ()
    problems = {
        f"people.{key[:60]}": ValidationError(
            _("“%(name)s” is not a member of this project.") % {"name": name[:60]}, code="unknown_person"
        )
        for key, name in named
        if name not in usernames
    }
    if problems:
        raise ValidationError(problems)

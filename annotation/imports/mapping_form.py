"""A select for each column of a file, and the role where it becomes a part."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from annotation.answers.rules import LabelSetRule
from annotation.imports.mapping import BY, ID, LABEL_SET, LEAVE_OUT, META, PART, TEXT
from annotation.imports.row_text import MAX_ROLE_CHARS

Choice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ColumnField:
    """`number` makes the names of its fields: column-0, target-0, role-0."""

    number: int
    column: str
    example: str
    choices: Sequence[Choice]
    chosen: str
    role: str
    errors: Sequence[str] = ()
    max_role_chars: int = MAX_ROLE_CHARS


def fields_of(
    examples: Mapping[str, str],
    mapping: Mapping[str, str],
    rules: Sequence[LabelSetRule],
    errors: Mapping[str, Sequence[str]],
) -> Iterator[ColumnField]:
    """`mapping` and `errors` by column."""
    choices = _choices(rules)
    roles = sorted({rule.part_role for rule in rules if rule.part_role})
    for number, (column, example) in enumerate(examples.items()):
        target = mapping.get(column, "")
        is_part = target.startswith(f"{PART}:")
        role = target.partition(":")[2] if is_part else (column if column in roles else column[:MAX_ROLE_CHARS])
        chosen = PART if is_part else target
        yield ColumnField(number, column, example, choices, chosen, role, errors.get(column, ()))


def _choices(rules: Sequence[LabelSetRule]) -> list[Choice]:
    return [
        ("", _("As its name says")),
        (TEXT, _("Text")),
        (PART, _("A part of the text, with a role")),
        (ID, _("Id")),
        *((f"{LABEL_SET}:{rule.name}", _("Gold: %(name)s") % {"name": rule.name}) for rule in rules),
        (BY, _("Who gave the gold answer")),
        (META, _("Keep beside the text")),
        (LEAVE_OUT, _("Leave out")),
    ]


def posted_mapping(posted: Mapping[str, str]) -> dict[str, str]:
    """The targets by column, as the form sends them."""
    found: dict[str, str] = {}
    number = 0
    while (column := posted.get(f"column-{number}")) is not None:
        target = posted.get(f"target-{number}", "")
        if target == PART:
            target = f"{PART}:{posted.get(f'role-{number}', '')}"
        if target:
            found[column] = target
        number += 1
    return found

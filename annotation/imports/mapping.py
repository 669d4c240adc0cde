"""Which column of a file means what: {column: target}, as a manager or a client says it. Pure.

A target is `text`, `id`, `by`, `meta`, `leave_out`, `part:<role>` or `label_set:<name>`. A column that is not named
means what its own name says.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from annotation.answers.rules import LabelSetRule
from annotation.imports.row_text import MAX_ROLE_CHARS, fail

Values = dict[str, Any]  # Any: JSON from outside
TEXT, ID, BY, META, LEAVE_OUT, PART, LABEL_SET = "text", "id", "by", "meta", "leave_out", "part", "label_set"
PLAIN = (TEXT, ID, BY, META, LEAVE_OUT)
MAX_COLUMNS = 1_000
# What a column may not share with another.
_ONCE = (TEXT, ID, BY, LABEL_SET)


class _Parts(list[Values]):
    """Parts made of columns."""


@dataclass(frozen=True, slots=True)
class Target:
    """`name`: the role of a part or the name of a label set."""

    kind: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.kind in (PART, LABEL_SET) else self.kind

    @classmethod
    def of(cls, word: object) -> "Target | None":
        if word in PLAIN:
            return cls(str(word))
        kind, mark, name = str(word).partition(":")
        if isinstance(word, str) and mark and kind == PART and len(name) <= MAX_ROLE_CHARS:
            return cls(kind, name)
        return cls(kind, name) if isinstance(word, str) and kind == LABEL_SET and name else None


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    targets: Mapping[str, Target] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.targets)

    def as_json(self) -> dict[str, str]:
        return {column: str(target) for column, target in self.targets.items()}

    def rules_by_column(self, rules: Mapping[str, LabelSetRule]) -> dict[str, LabelSetRule]:
        """The label sets by the column that holds their answers; the other label sets by their own names."""
        own = {name: rule for name, rule in rules.items() if name not in self.targets}
        mapped = {
            column: rules[target.name]
            for column, target in self.targets.items()
            if target.kind == LABEL_SET and target.name in rules
        }
        return own | mapped

    def text_columns(self) -> frozenset[str]:
        """Columns of which a table must have one."""
        own = {name for name in ("text", "parts") if name not in self.targets}
        return frozenset(own | {column for column, target in self.targets.items() if target.kind in (TEXT, PART)})

    def applied(self, values: Values) -> Values:
        """The row with its columns under the names that this site reads. Raises AnswerError where two meet."""
        if not self.targets:
            return values
        row = {name: value for name, value in values.items() if name not in self.targets}
        answer: Values = {}
        for column, target in self.targets.items():
            if column in values:
                self._put(row, answer, (column, target), values[column])
        given = row.get("answer")
        if answer and (given is None or isinstance(given, dict)):
            row["answer"] = {**(given or {}), **answer}
        return row

    def _put(self, row: Values, answer: Values, place: tuple[str, Target], value: object) -> None:
        column, target = place
        if target.kind == PART:
            _put_part(row, column, {"role": target.name, "text": value})
        elif target.kind == META:
            _put_meta(row, column, value)
        elif target.kind == LABEL_SET:
            answer |= {target.name: value} if value is not None else {}
        elif target.kind != LEAVE_OUT:
            if target.kind in row:
                message = _("“%(column)s” stands for “%(name)s”, and the row has a “%(name)s” of its own.")
                fail(column, "duplicate_key", message % {"column": column[:60], "name": target.kind})
            row[target.kind] = value


def _put_part(row: Values, column: str, part: Values) -> None:
    parts = row.setdefault("parts", _Parts())
    if not isinstance(parts, _Parts):
        fail(column, "duplicate_key", _("The row has “parts” of its own."))
    parts.append(part)


def _put_meta(row: Values, column: str, value: object) -> None:
    kept = row.get("meta") or {}
    if not isinstance(kept, dict) or column in kept:
        fail(column, "duplicate_key", _("“%(name)s” stands in the row and in its meta.") % {"name": column[:60]})
    row["meta"] = {**kept, column: value}


def mapping_of(raw: object) -> ColumnMapping:
    """From a JSON object or its text. Raises ValidationError that names each column with a wrong target."""
    given = _object(raw)
    targets: dict[str, Target] = {}
    problems: dict[str, ValidationError] = {}
    for column, word in given.items():
        target = Target.of(word)
        if target is None:
            message = _(
                "The column “%(column)s” can't become “%(target)s”. "
                "Say text, id, by, meta, leave_out, part:… or label_set:…"
            )
            problems[_field(column)] = ValidationError(
                message % {"column": column[:60], "target": str(word)[:60]}, code="bad_mapping"
            )
        else:
            targets[column] = target
    problems |= dict(_clashes(targets))
    if problems:
        raise ValidationError(problems)
    return ColumnMapping(targets)


def check_label_sets(mapping: ColumnMapping, names: frozenset[str]) -> None:
    """Raises ValidationError for label sets that the project has not."""
    problems = {
        _field(column): ValidationError(
            _("The column “%(column)s” goes to “%(name)s”, which is no label set of this project.")
            % {"column": column[:60], "name": target.name[:60]},
            code="unknown_label_set",
        )
        for column, target in mapping.targets.items()
        if target.kind == LABEL_SET and target.name not in names
    }
    if problems:
        raise ValidationError(problems)


def _object(raw: object) -> dict[str, object]:
    if isinstance(raw, str):
        try:
            raw = json.loads(raw) if raw.strip() else {}
        except (ValueError, RecursionError):
            raw = None
    if not isinstance(raw, dict) or len(raw) > MAX_COLUMNS:
        message = _("A mapping is a JSON object: {column: target}.")
        raise ValidationError({"mapping": ValidationError(message, code="bad_mapping")})
    return raw


def _clashes(targets: Mapping[str, Target]) -> Iterator[tuple[str, ValidationError]]:
    seen: dict[str, str] = {}
    for column, target in targets.items():
        other = seen.get(str(target)) if target.kind in _ONCE else None
        if target.kind in (TEXT, PART):
            other = other or seen.get(PART if target.kind == TEXT else TEXT)
        if other is not None:
            message = _(
                "The columns “%(one)s” and “%(other)s” can't both become “%(target)s”; several texts are parts."
            )
            values = {"one": other[:60], "other": column[:60], "target": str(target)}
            yield _field(column), ValidationError(message % values, code="bad_mapping")
        seen.setdefault(str(target), column)
        seen.setdefault(target.kind, column)


def _field(column: str) -> str:
    return f"mapping.{column[:60]}"

"""The cells of a csv row as the values a JSON row would have. An empty cell says nothing. Pure; raises AnswerError."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from annotation.answers.rules import LabelSetRule
from annotation.answers.strict_json import StrictJSONError, loads
from annotation.imports.mapping import TEXT, ColumnMapping
from annotation.imports.row_text import check_storable, fail

_JSON_COLUMNS = ("parts", "meta", "answer", "prediction", "annotations")


def values_of(
    cells: Mapping[str, str], rules: Mapping[str, LabelSetRule], mapping: ColumnMapping
) -> dict[str, Any]:  # Any: JSON
    """`rules`: label sets by the column that holds their answers."""
    for name, cell in cells.items():
        if "\0" in cell:
            check_storable(cell, name)
    return {
        name: _value(name, cell, rules.get(name), is_mapped=name in mapping.targets)
        for name, cell in cells.items()
        if cell or (_is_text(name, mapping) and not cells.get("parts"))
    }


def _is_text(column: str, mapping: ColumnMapping) -> bool:
    target = mapping.targets.get(column)
    return target.kind == TEXT if target else column == "text"


def _value(name: str, cell: str, rule: LabelSetRule | None, *, is_mapped: bool) -> Any:  # Any: JSON
    if (name in _JSON_COLUMNS and not is_mapped) or (rule is not None and rule.kind == "span"):
        return _json(name, cell)
    if rule is not None and rule.kind == "choices":
        return _json(name, cell) if cell.startswith("[") else [label.strip() for label in cell.split("|")]
    return cell


def _json(name: str, cell: str) -> Any:  # Any: JSON
    try:
        return loads(cell)
    except StrictJSONError as error:
        message = _("The column “%(name)s” holds JSON: %(why)s")
        fail(name, error.code, message % {"name": name, "why": error})

"""One row from outside, checked: what to write, or why not. Pure: no database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from annotation.answers.answer import Answer, Span
from annotation.answers.problems import AnswerError
from annotation.documents.new import NewDocument
from annotation.imports import cells
from annotation.imports.readers.shapes import Row, RowProblem
from annotation.imports.row_answers import AnswerCheck, NewPrediction, new_prediction, raw_answer
from annotation.imports.row_text import Limits, external_id, fail, meta, text_and_parts

Values = dict[str, Any]  # Any: JSON from outside
Dialect = Callable[[Values], Values]

_OWN_KEYS = {"id", "text", "parts", "meta", "answer", "prediction"}


@dataclass(frozen=True, slots=True)
class NewRow:
    number: int
    line: int
    document: NewDocument
    gold: Answer | None = None
    by_id: int | None = None
    prediction: NewPrediction | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowCheck:
    """What rows are checked against. `members`: user id by username; `has_cells`: all values are texts (csv);
    `dialect` turns another tool's row into this site's form.
    """

    answers: AnswerCheck
    limits: Limits
    members: Mapping[str, int]
    has_cells: bool = False
    dialect: Dialect = dict


def check_row(row: Row, check: RowCheck) -> NewRow | RowProblem:
    """The first problem stands for the row: one row, one error."""
    check.answers.start_row()
    try:
        checked = _checked(row, check)
    except AnswerError as error:
        first = error.problems[0]
        return RowProblem(row.number, row.line, first.field, first.code, first.message)
    check.answers.keep_row()
    return checked


def _checked(row: Row, check: RowCheck) -> NewRow:
    names = {name: rule for name, rule in check.answers.rules.items() if name not in _OWN_KEYS}
    values = check.dialect(cells.values_of(row.values, names) if check.has_cells else row.values)
    text, parts = text_and_parts(values, check.limits)
    found_id = external_id(values.get("id"), check.limits)
    raw = raw_answer(values, names)
    gold = check.answers.check(raw, text, parts) if raw is not None else None
    own_keys = _OWN_KEYS | names.keys() | ({"by"} if gold else set())
    others = {name: value for name, value in values.items() if name not in own_keys}
    prediction = values.get("prediction")
    return NewRow(
        number=row.number,
        line=row.line,
        document=NewDocument(text, parts, found_id, meta(values.get("meta"), others, check.limits), gold is not None),
        gold=gold,
        by_id=_person(values.get("by"), check) if gold else None,
        prediction=new_prediction(prediction, check.answers, text, parts) if prediction is not None else None,
        warnings=row.warnings + _warnings(text, gold),
    )


def _person(by: Any, check: RowCheck) -> int | None:  # Any: JSON from outside
    if by is None:
        return None
    person = check.members.get(by) if isinstance(by, str) else None
    if person is None:
        fail("by", "unknown_person", _("“%(name)s” is not a member of this project.") % {"name": str(by)[:60]})
    return person


def _warnings(text: str, gold: Answer | None) -> tuple[str, ...]:
    spans = [span for value in gold.values.values() if isinstance(value, tuple) for span in value] if gold else []
    has_edge_space = any(
        isinstance(span, Span) and (text[span.start].isspace() or text[span.end - 1].isspace()) for span in spans
    )
    return ("span_has_edge_space",) if has_edge_space else ()

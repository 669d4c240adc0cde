"""One row from outside, checked: what to write, or why not. Pure: no database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from annotation.answers.answer import Answer, Span
from annotation.answers.problems import AnswerError
from annotation.answers.rules import LabelSetRule
from annotation.documents.new import NewDocument
from annotation.imports import cells
from annotation.imports.dialects.own_lines import GROUP_KEY, own_cells
from annotation.imports.mapping import ColumnMapping
from annotation.imports.people import Members
from annotation.imports.readers.shapes import Row, RowProblem
from annotation.imports.row_annotations import GivenAnnotation, annotations_and_answer, unknown_person
from annotation.imports.row_answers import AnswerCheck, NewPrediction, new_prediction, raw_answer
from annotation.imports.row_text import Limits, external_id, meta, text_and_parts

Values = dict[str, Any]  # Any: JSON from outside
Dialect = Callable[[Values], Values]

_OWN_KEYS = {"id", "text", "parts", "meta", "answer", "prediction", "annotations"}


@dataclass(frozen=True, slots=True)
class NewRow:
    number: int
    line: int
    document: NewDocument
    gold: Answer | None = None
    by_id: int | None = None
    prediction: NewPrediction | None = None
    annotations: tuple[GivenAnnotation, ...] = ()
    # Rows of one document without an id of its own, as an export of annotations has them.
    group: str = ""
    warnings: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class RowCheck:
    """What rows are checked against. `has_cells`: all values are texts (csv); `mapping` renames columns;
    `dialect` turns another tool's row into this site's form.
    """

    answers: AnswerCheck
    limits: Limits
    members: Members
    has_cells: bool = False
    mapping: ColumnMapping = field(default_factory=ColumnMapping)
    dialect: Dialect = dict


def check_row(row: Row, check: RowCheck) -> NewRow | RowProblem:
    """The first problem stands for the row: one row, one error."""
    check.answers.start_row()
    try:
        checked = _checked(row, check)
    except AnswerError as error:
        first = error.problems[0]
        return RowProblem(row.number, row.line, first.field, first.code, first.message, row.file)
    check.answers.keep_row()
    return checked


def _checked(row: Row, check: RowCheck) -> NewRow:
    names = {name: rule for name, rule in check.answers.rules.items() if name not in _OWN_KEYS}
    values = _named(row, check, names)
    group = values.pop(GROUP_KEY, "")
    text, parts = text_and_parts(values, check.limits)
    found_id = external_id(values.get("id"), check.limits)
    given, raw = annotations_and_answer(values, raw_answer(values, names), check.members)
    gold = check.answers.check(raw, text, parts) if raw is not None else None
    own_keys = _OWN_KEYS | names.keys() | ({"by"} if gold else set())
    others = {name: value for name, value in values.items() if name not in own_keys}
    prediction = values.get("prediction")
    annotations = tuple(
        GivenAnnotation(person, check.answers.check(item, text, parts), seconds) for person, item, seconds in given
    )
    return NewRow(
        number=row.number,
        line=row.line,
        document=NewDocument(text, parts, found_id, meta(values.get("meta"), others, check.limits), gold is not None),
        gold=gold,
        by_id=_person(values.get("by"), check) if gold else None,
        prediction=new_prediction(prediction, check.answers, text, parts) if prediction is not None else None,
        annotations=annotations,
        group=group if found_id is None else "",
        warnings=row.warnings + _warnings(text, gold),
        file=row.file,
    )


def _named(row: Row, check: RowCheck, names: Mapping[str, LabelSetRule]) -> Values:
    """The row's values under the names that this site reads."""
    values = row.values
    if check.has_cells:
        values = own_cells(values)
        values = cells.values_of(values, check.mapping.rules_by_column(names), check.mapping)
    return dict(check.dialect(check.mapping.applied(values)))


def _person(by: Any, check: RowCheck) -> int | None:  # Any: JSON from outside
    if by is None:
        return None
    person = check.members.find(by)
    if person is None and not check.members.is_ignoring:
        raise unknown_person("by", by)
    return person


def _warnings(text: str, gold: Answer | None) -> tuple[str, ...]:
    spans = [span for value in gold.values.values() if isinstance(value, tuple) for span in value] if gold else []
    has_edge_space = any(
        isinstance(span, Span) and (text[span.start].isspace() or text[span.end - 1].isspace()) for span in spans
    )
    return ("span_has_edge_space",) if has_edge_space else ()

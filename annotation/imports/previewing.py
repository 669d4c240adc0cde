"""What a file would become, by the first rows of it: read and checked as the import does it, nothing written."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from django.utils.translation import gettext as _

from annotation.answers.label_sets import rules_for
from annotation.imports import storage
from annotation.imports.checking import read_options, row_check
from annotation.imports.dialects import own_lines
from annotation.imports.formats import DELIMITERS, READERS, format_of_stored
from annotation.imports.mapping import BY, ID, LABEL_SET, META, TEXT, ColumnMapping, Target, mapping_of
from annotation.imports.models import Import
from annotation.imports.readers.shapes import FileError, Row, RowProblem
from annotation.imports.rows import NewRow, RowCheck, check_row
from annotation.imports.sources import Source, check_encodings, sources_of
from annotation.imports.writing import without_duplicates

ROWS_CHECKED = 200
ROWS_SHOWN = 10
CELL_CHARS = 120
# Of larger files the rows are not counted but reckoned by the bytes that the first ones take.
COUNTED_BYTES = 5 * 1024 * 1024
# Names whose values have a form of their own, which a mapping would take apart.
_STRUCTURED = ("parts", "meta", "answer", "prediction", "annotations")


@dataclass
class Preview:
    """`mapping`: as saved, and for columns that nobody has spoken of as their names and contents suggest."""

    columns: list[str] = field(default_factory=list)
    examples: dict[str, str] = field(default_factory=dict)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    mapping: ColumnMapping = field(default_factory=ColumnMapping)
    problems: list[RowProblem] = field(default_factory=list)
    count: int = 0
    is_exact: bool = True
    duplicates: int = 0
    checked: int = 0
    error: str = ""


@dataclass
class _Head:
    """The first rows, each with whether its file holds nothing but texts."""

    rows: list[tuple[Row | RowProblem, bool]] = field(default_factory=list)
    count: int = 0
    is_exact: bool = True


def preview(row: Import) -> Preview:
    """What can't be read at all is told in `error`."""
    try:
        check = row_check(row)
        head = _head(row, check)
    except FileError as error:
        return Preview(error=str(error))
    except UnicodeError:
        return Preview(error=_("This file is not %(encoding)s.") % {"encoding": row.options["encoding"]})
    raw = [item for item, _has_cells in head.rows if isinstance(item, Row)]
    columns = list(dict.fromkeys(name for item in raw for name in item.values))
    mapping = ColumnMapping() if row.options["dialect"] else _mapping(row, columns, raw)
    found = Preview(columns=columns, mapping=mapping, count=head.count, is_exact=head.is_exact, checked=len(head.rows))
    found.examples = {name: _example(name, raw) for name in columns}
    found.rows = [(item.number, [shown(item.values.get(name)) for name in columns]) for item in raw[:ROWS_SHOWN]]
    _check(row, head, replace(check, mapping=mapping), found)
    return found


def _head(row: Import, check: RowCheck) -> _Head:
    path = storage.path_of(str(row.file))
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            stored = format_of_stored(row.format)
            if size <= COUNTED_BYTES:
                check_encodings(file, stored, row.options["encoding"])
            head = _Head()
            for source in sources_of(file, stored):
                _read(source, row, check, head)
                if size > COUNTED_BYTES and len(head.rows) == ROWS_CHECKED:
                    head.is_exact = False
                    head.count = max(head.count, round(head.count * size / max(file.tell(), 1)))
                    break
    except FileNotFoundError as error:
        raise FileError("file_missing", _("The uploaded file is gone. Send it again.")) from error
    if not head.rows:
        raise FileError("empty_file", _("This file holds no rows."))
    return head


def _read(source: Source, row: Import, check: RowCheck, head: _Head) -> None:
    options = replace(read_options(row, source.format, check), text_columns=frozenset(), wanted_columns=frozenset())
    with source.open() as stream:
        rows: Iterator[Row | RowProblem] = READERS[source.format.name](stream, options)
        has_cells = source.format.name in DELIMITERS
        first = [(item, has_cells) for item in islice(rows, ROWS_CHECKED - len(head.rows))]
        head.rows += first
        head.count += len(first)
        if storage.path_of(str(row.file)).stat().st_size <= COUNTED_BYTES:
            head.count += sum(1 for _item in rows)


def _mapping(row: Import, columns: Sequence[str], rows: Sequence[Row]) -> ColumnMapping:
    saved = mapping_of(row.options.get("mapping")).targets
    if any(own_lines.is_own(item.values) for item in rows):
        return ColumnMapping({name: saved[name] for name in columns if name in saved})
    proposed = _proposed(row.project_id, columns, rows)
    if saved:
        proposed = {name: target for name, target in proposed.items() if target.kind != TEXT or name == "text"}
    return ColumnMapping(proposed | {name: saved[name] for name in columns if name in saved})


def _proposed(project_id: int, columns: Sequence[str], rows: Sequence[Row]) -> dict[str, Target]:
    label_sets = {rule.name for rule in rules_for(project_id)}
    found = {name: _by_name(name, label_sets) for name in columns if name not in _STRUCTURED}
    if not {"text", "parts"} & set(columns):
        longest = max(found, key=lambda name: _mean_chars(name, rows), default=None)
        if longest is not None and _mean_chars(longest, rows) and found[longest].kind == META:
            found[longest] = Target(TEXT)
    return found


def _by_name(column: str, label_sets: set[str]) -> Target:
    if column in (TEXT, ID, BY):
        return Target(column)
    return Target(LABEL_SET, column) if column in label_sets else Target(META)


def _mean_chars(column: str, rows: Sequence[Row]) -> float:
    found = [len(value) for item in rows if isinstance(value := item.values.get(column), str)]
    return sum(found) / len(rows) if rows else 0.0


def _check(row: Import, head: _Head, check: RowCheck, found: Preview) -> None:
    checked = [
        check_row(item, replace(check, has_cells=has_cells)) if isinstance(item, Row) else item
        for item, has_cells in head.rows
    ]
    good = without_duplicates(row.project_id, [item for item in checked if isinstance(item, NewRow)])
    bad = [item for item in checked if isinstance(item, RowProblem)]
    found.duplicates = len(good.duplicates)
    found.problems = sorted(bad + good.problems, key=lambda problem: problem.row)


def _example(column: str, rows: Sequence[Row]) -> str:
    return next((text for item in rows if (text := shown(item.values.get(column)))), "")


def shown(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= CELL_CHARS else f"{text[: CELL_CHARS - 1]}…"

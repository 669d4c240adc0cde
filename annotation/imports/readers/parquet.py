"""Rows of a Parquet file, a small batch at a time. Columns for JSON (`meta`, `answer`) may hold it as text. Pure.

Binary columns are texts in UTF-8, as writers without a type for texts leave them.
"""

import math
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import pyarrow as pa
from django.utils.translation import gettext as _
from pyarrow import parquet

from annotation.answers.strict_json import StrictJSONError, check_string, loads
from annotation.imports.readers.columns import check_columns
from annotation.imports.readers.jsonl import too_large
from annotation.imports.readers.shapes import FileError, ReadOptions, Row, RowProblem

_ROWS_AT_ONCE = 256
_BATCH_BYTES = 256 * 1024 * 1024
_JSON_COLUMNS = ("parts", "meta", "answer", "prediction", "annotations")
_BROKEN = (pa.ArrowException, OSError, ValueError)


def rows(stream: BinaryIO, options: ReadOptions) -> Iterator[Row | RowProblem]:
    with tempfile.TemporaryFile() as spooled:
        if not stream.seekable():
            shutil.copyfileobj(stream, spooled)
            spooled.seek(0)
            stream = spooled
        number = 0
        for batch in _batches(stream, options):
            for values in batch:
                number += 1
                yield _row(values, number, options)


def _batches(stream: BinaryIO, options: ReadOptions) -> Iterator[list[dict[str, Any]]]:  # Any: cells of a column file
    try:
        table = parquet.ParquetFile(stream, memory_map=False, pre_buffer=False)
        check_columns(table.schema_arrow.names, options.csv_columns)
        for batch in table.iter_batches(batch_size=_ROWS_AT_ONCE):
            if batch.nbytes > _BATCH_BYTES:
                raise FileError("archive_too_large", _("This file unpacks to more than the site takes at a time."))
            yield batch.to_pylist()
    except FileError:
        raise
    except OverflowError as error:
        raise FileError("bad_parquet", _("A time in this file lies outside the years 1 to 9999.")) from error
    except _BROKEN as error:
        raise FileError("bad_parquet", _("This is no Parquet file, or it is damaged.")) from error


def _row(values: dict[str, Any], number: int, options: ReadOptions) -> Row | RowProblem:
    given = {name: value for name, value in values.items() if value is not None}
    size = sum(len(value) * 4 for value in given.values() if isinstance(value, str))
    if size > options.row_bytes and sum(len(str(value).encode()) for value in given.values()) > options.row_bytes:
        return too_large(number, number, options)
    values = {}
    for name, value in given.items():
        try:
            values[name] = _value(name, value, options)
        except StrictJSONError as error:
            return RowProblem(number, number, name, error.code, str(error))
    return Row(number, number, values)


def _value(name: str, value: Any, options: ReadOptions) -> Any:  # Any: JSON
    if name in _JSON_COLUMNS and isinstance(value, str):
        return loads(value, max_depth=options.json_depth)
    return _plain(value)


def _plain(value: Any) -> Any:  # Any: JSON
    """A cell as JSON has it: times as ISO 8601, decimals as texts, structs as objects."""
    if isinstance(value, bytes):
        value = _decoded(value)
    if isinstance(value, str):
        check_string(value)
    if isinstance(value, dict):
        return {_plain(name): _plain(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise StrictJSONError("bad_number", _("A number is not finite."))
    return value


def _decoded(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StrictJSONError("bad_text", f"Not UTF-8 at byte {error.start}.") from error

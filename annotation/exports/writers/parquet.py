"""A Parquet file: a column a label set in its own type, the rest as JSON lines have it. Pure."""

import io
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from annotation.answers.rules import LabelSetRule
from annotation.exports.formats import Layout
from annotation.exports.rows import Line

_ROWS_AT_ONCE = 1_000
_SPAN = pa.struct([("start", pa.int64()), ("end", pa.int64()), ("label", pa.string()), ("text", pa.string())])
_PART = pa.struct([("role", pa.string()), ("start", pa.int64()), ("end", pa.int64())])
_TYPES = {"span": pa.list_(_SPAN), "choices": pa.list_(pa.string())}
_PLAIN = (
    *(("id", pa.int64()), ("external_id", pa.string()), ("text", pa.string()), ("parts", pa.list_(_PART))),
    *(("source", pa.string()), ("by", pa.string()), ("version", pa.int64()), ("changed_at", pa.string())),
)
_AS_JSON = ("meta", "confidence", "answer")
_FIXED = {name for name, _ in _PLAIN} | set(_AS_JSON)


class _Sink(io.BytesIO):
    """Takes what the writer gives, and hands it on in pieces."""

    def __init__(self) -> None:
        super().__init__()
        self.place = 0

    def tell(self) -> int:
        return self.place + super().tell()

    def taken(self) -> bytes:
        data = self.getvalue()
        self.place += len(data)
        self.seek(0)
        self.truncate()
        return data

    def close(self) -> None:
        """The last piece is still to be taken."""


def write(lines: Iterable[Line], layout: Layout) -> Iterator[bytes]:
    own = [rule for rule in layout.rules if rule.name not in _FIXED]
    schema = _schema(own)
    sink = _Sink()
    rows = iter(lines)
    with parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        while chunk := list(islice(rows, _ROWS_AT_ONCE)):
            writer.write_table(pa.Table.from_pylist([_row(line, own) for line in chunk], schema=schema))
            yield sink.taken()
    yield sink.taken()


def _schema(own: list[LabelSetRule]) -> pa.Schema:
    columns = [*_PLAIN, *((name, pa.string()) for name in _AS_JSON)]
    return pa.schema([*columns, *((rule.name, _TYPES.get(rule.kind, pa.string())) for rule in own)])


def _row(line: Line, own: list[LabelSetRule]) -> dict[str, Any]:  # Any: cells of a column file
    """Label sets that are called like a column stay in `answer`."""
    row: dict[str, Any] = {name: line.get(name) for name, _ in _PLAIN}  # Any: as above
    names = {rule.name for rule in own}
    rest = {name: value for name, value in line["answer"].items() if name not in names}
    for name, value in (("meta", line["meta"]), ("confidence", line.get("confidence")), ("answer", rest)):
        row[name] = json.dumps(value, ensure_ascii=False) if value else None
    return row | {name: line["answer"].get(name) for name in names}

"""The formats of an export. A writer's module loads with its first use: some need large libraries. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module

from annotation.answers.rules import LabelSetRule
from annotation.exports.rows import Line


@dataclass(frozen=True, slots=True)
class Layout:
    """What a writer must know of the project. `span_set`: the label set whose spans become tags."""

    rules: Sequence[LabelSetRule]
    span_set: str = ""


Write = Callable[[Iterable[Line], Layout], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """`only_codepoints`: the format fixes how offsets count."""

    name: str
    module: str
    ending: str
    content_type: str
    needs_spans: bool = False
    only_codepoints: bool = False

    def writer(self) -> Write:
        write: Write = import_module(f"annotation.exports.writers.{self.module}").write
        return write


FORMATS = {
    made.name: made
    for made in (
        ExportFormat("jsonl", "jsonl", "jsonl", "application/x-ndjson; charset=utf-8"),
        ExportFormat("csv", "csv_rows", "csv", "text/csv; charset=utf-8"),
        ExportFormat("parquet", "parquet", "parquet", "application/vnd.apache.parquet"),
        ExportFormat("conll", "conll", "conll", "text/plain; charset=utf-8", needs_spans=True, only_codepoints=True),
        ExportFormat("spacy", "spacy_docs", "spacy", "application/octet-stream", only_codepoints=True),
        ExportFormat("label-studio", "label_studio", "json", "application/json", only_codepoints=True),
        ExportFormat("doccano", "doccano", "jsonl", "application/x-ndjson; charset=utf-8"),
    )
}

import csv
import io
import json
from collections.abc import Iterable, Iterator

from annotation.answers.spreadsheets import disarmed
from annotation.exports.formats import Layout
from annotation.exports.rows import Line

FIXED = ("id", "external_id", "text", "meta", "source", "by", "version", "changed_at")


def write(lines: Iterable[Line], layout: Layout) -> Iterator[bytes]:
    """A header, then a row a document; spans and lists as JSON; a leading quote disarms formulas."""
    label_sets = [rule.name for rule in layout.rules]
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([*FIXED, *map(disarmed, label_sets)])
    for line in lines:
        writer.writerow(
            [_cell(line.get(name)) for name in FIXED] + [_cell(line["answer"].get(name)) for name in label_sets]
        )
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return disarmed(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))

import json
from collections.abc import Iterable, Iterator

from annotation.exports.formats import Layout
from annotation.exports.rows import Line


def write(lines: Iterable[Line], layout: Layout) -> Iterator[bytes]:
    """One JSON object a line, UTF-8, texts as they are."""
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    for line in lines:
        yield f"{encode(line)}\n".encode()

from collections.abc import Iterable, Iterator

import msgspec

from annotation.exports.formats import Layout
from annotation.exports.rows import Line


def write(lines: Iterable[Line], layout: Layout) -> Iterator[bytes]:
    """One JSON object a line, UTF-8, texts as they are."""
    encode = msgspec.json.encode
    for line in lines:
        yield encode(line) + b"\n"

"""One style sheet instead of many: a sheet of imports with the sheets that it imports in their place.

The sources stay small files that a browser can load as they are; the site sends one request for all of them.
"""

import posixpath
import re
from collections.abc import Callable

_IMPORT = re.compile(r'^@import "(\./[\w./-]+\.css)";\n', re.MULTILINE)
_COMMENT = re.compile(r"^ */\*[^*]*\*/\n", re.MULTILINE)


def joined_styles(entry: str, read: Callable[[str], str]) -> str:
    """The sheet of `entry` with its imports; `read(name)` gives the source of a sheet by its path."""

    def imported(match: re.Match[str]) -> str:
        return joined_styles(posixpath.normpath(posixpath.join(posixpath.dirname(entry), match[1])), read)

    return _IMPORT.sub(imported, _COMMENT.sub("", read(entry)))

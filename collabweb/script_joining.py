"""One script instead of many: an ES module with everything that it imports, in order and without comments.

The sources stay small files that a browser can load as they are; the site sends one request for all of them.
Works on named and bare imports of relative paths, without renaming: top-level names must differ, which a test holds.
"""

import posixpath
import re
from collections.abc import Callable

from rjsmin import jsmin

_IMPORT = re.compile(r'^import (?:\{[^}]*\} from )?"(\.{1,2}/[\w./-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const|class|function|async)", re.MULTILINE)
_TOP_LEVEL = re.compile(r"^(?:export )?(?:const|let|class|function|async function) (\w+)", re.MULTILINE)


def joined(entry: str, read: Callable[[str], str]) -> str:
    """The script of `entry` and its imports; `read(name)` gives the source of a module by its path."""
    sources = (_EXPORT.sub("", _IMPORT.sub("", read(name))) for name in modules_of(entry, read))
    script: str = jsmin("\n".join(sources))
    return script + "\n"


def modules_of(entry: str, read: Callable[[str], str]) -> list[str]:
    """The paths of `entry` and of everything it imports, a module after those it needs."""
    order: dict[str, None] = {}
    _collect(entry, read, order, set())
    return list(order)


def top_level_names(source: str) -> list[str]:
    return _TOP_LEVEL.findall(source)


def _collect(name: str, read: Callable[[str], str], order: dict[str, None], seen: set[str]) -> None:
    if name in seen:
        return
    seen.add(name)
    for imported in _IMPORT.findall(read(name)):
        _collect(posixpath.normpath(posixpath.join(posixpath.dirname(name), imported)), read, order, seen)
    order[name] = None

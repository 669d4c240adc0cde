from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from servestatic.storage import CompressedManifestStaticFilesStorage

from collabweb.script_joining import joined
from collabweb.style_joining import joined_styles

# Pages whose modules travel as one script, and sheets that travel with what they import.
ENTRIES = ("js/desk/annotation-desk.js", "js/review/review-desk.js")
STYLES = ("css/desk.css",)

Sources = dict[str, tuple[Any, str]]  # Any: a storage


class ModuleStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # servestatic ships no types
    """Hash file names inside our own ES modules (`import "./x.js"`); leave vendored scripts as they are."""

    support_js_module_import_aggregation = True

    def post_process(self, paths: Sources, *args: Any, **options: Any) -> Iterator[Any]:  # Any: Django's own
        yield from super().post_process({**paths, **_joined_entries(paths)}, *args, **options)

    def url_converter(self, name: str, hashed_files: dict[str, str], template: str | None = None) -> Callable[..., Any]:
        if name.endswith(".js") and not name.startswith("js/"):
            return lambda match: match.group(0)
        converter: Callable[..., Any] = super().url_converter(name, hashed_files, template)
        return converter


def _joined_entries(paths: Sources) -> Sources:
    def read(name: str) -> str:
        storage, path = paths[name]
        with storage.open(path) as file:
            source: str = file.read().decode()
        return source

    memory = InMemoryStorage()
    made: Sources = {}
    for join, entries in ((joined, ENTRIES), (joined_styles, STYLES)):
        for entry in entries:
            if entry in paths:
                memory.save(entry, ContentFile(join(entry, read).encode()))
                made[entry] = (memory, entry)
    return made

from collections.abc import Callable
from typing import Any

from servestatic.storage import CompressedManifestStaticFilesStorage


class ModuleStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # servestatic ships no types
    """Hash file names inside our own ES modules (`import "./x.js"`); leave vendored scripts as they are."""

    support_js_module_import_aggregation = True

    def url_converter(self, name: str, hashed_files: dict[str, str], template: str | None = None) -> Callable[..., Any]:
        if name.endswith(".js") and not name.startswith("js/"):
            return lambda match: match.group(0)
        converter: Callable[..., Any] = super().url_converter(name, hashed_files, template)
        return converter

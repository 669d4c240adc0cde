"""Compiles the translated words (.po) to what gettext reads (.mo), without the tools of the operating system."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from collabweb.stack.places import REPOSITORY

FOLDER = REPOSITORY / "collabweb" / "locale"


def compile_translations(folder: Path = FOLDER) -> list[Path]:
    """Compile every catalog that is newer than its compiled file; the files written."""
    return [_compile(source) for source in sorted(folder.glob("*/LC_MESSAGES/*.po")) if _is_stale(source)]


def _is_stale(source: Path) -> bool:
    target = source.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime < source.stat().st_mtime


def _compile(source: Path) -> Path:
    target = source.with_suffix(".mo")
    draft = source.with_suffix(".mo.new")
    with source.open("rb") as file:
        catalog = read_po(file)
    with draft.open("wb") as file:
        write_mo(file, catalog)
    draft.replace(target)
    return target

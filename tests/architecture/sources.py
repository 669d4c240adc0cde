"""The files of the project by kind: what it wrote itself, without migrations and vendored files."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("collabweb", "annotation", "modelops", "tests", "clients")


def python_files() -> list[Path]:
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def script_files() -> list[Path]:
    return sorted((ROOT / "static" / "js").rglob("*.js"))


def style_files() -> list[Path]:
    return sorted((ROOT / "static" / "css").rglob("*.css"))


def template_files() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))

"""One log file a process under `<home>/log/`; the one before is kept when a file has grown too large."""

from pathlib import Path

MAX_BYTES = 10_000_000
TAIL_LINES = 25


def rotate(folder: Path) -> None:
    """Only while nothing writes, so at the start of a stack."""
    for path in folder.glob("*.log"):
        if path.stat().st_size > MAX_BYTES:
            path.replace(path.with_suffix(".log.1"))


def tail(path: Path, lines: int = TAIL_LINES) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 200 * lines))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])

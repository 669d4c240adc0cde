"""Processor time of the processes of one stack, by what they are."""

from collections.abc import Mapping
from pathlib import Path

import psutil

# What stands in the command of each, and how it is called in a table.
KINDS = {
    "collabweb.web": "web",
    "uvicorn": "live",
    "-Q fast": "worker fast",
    "-Q": "other workers",
    "beat": "other workers",
    "postgres": "database",
    "valkey": "broker",
}


class SiteWork:
    """The stack whose home this is."""

    def __init__(self, home: str) -> None:
        self._roots = [process for process in psutil.process_iter(["environ"]) if _is_of(process, home)]

    def seconds(self) -> dict[str, float]:
        """Processor time so far, of threads that still run."""
        found = dict.fromkeys(KINDS.values(), 0.0)
        family = {child for root in self._roots for child in (root, *root.children(recursive=True))}
        for process in family:
            try:
                kind, seconds = _kind(" ".join(process.cmdline())), _seconds(process.pid)
            except (psutil.NoSuchProcess, OSError):
                continue
            if kind is not None:
                found[kind] += seconds
        return found


def since(before: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    return {kind: value - before[kind] for kind, value in now.items()}


def _seconds(pid: int) -> float:
    """In nanoseconds, where the ticks of proc_stat(5) step by a hundredth of a second."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def _is_of(process: psutil.Process, home: str) -> bool:
    environ = process.info.get("environ") or {}
    return bool(environ.get("COLLABWEB_HOME") == home and process.pid != psutil.Process().pid)


def _kind(command: str) -> str | None:
    return next((kind for mark, kind in KINDS.items() if mark in command), None)

"""Wait until nothing else is at work: a fresh site trains on its sample, and imports are embedded in the background."""

import time
from pathlib import Path

IDLE_SHARE = 0.9
QUIET_SECONDS = 4
LONGEST_WAIT = 300


def wait_for_idle() -> float:
    """The share of all processors that was idle at last, 0 to 1; after five minutes whatever it is then."""
    until = time.monotonic() + LONGEST_WAIT
    while True:
        share = _idle_share(QUIET_SECONDS)
        if share >= IDLE_SHARE or time.monotonic() > until:
            return share


def _idle_share(seconds: float) -> float:
    before = _ticks()
    time.sleep(seconds)
    idle, total = (after - then for after, then in zip(_ticks(), before, strict=True))
    return idle / max(1, total)


def _ticks() -> tuple[int, int]:
    """Idle and all clock ticks of the processors since the start of the machine (proc_stat(5))."""
    numbers = [int(number) for number in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return numbers[3] + numbers[4], sum(numbers)

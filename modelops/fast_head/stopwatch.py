"""Where the time of a refit goes; kept with it and shown by the benchmark."""

import time


class Stopwatch:
    """`started_at` is in seconds since 1970; `laps` are seconds by name."""

    def __init__(self) -> None:
        self.started_at = time.time()
        self.laps: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name], self._last = round(now - self._last, 4), now

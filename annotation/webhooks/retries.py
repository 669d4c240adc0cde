"""When a failed delivery is tried again. Pure."""

from datetime import timedelta

# About three days in all; then the webhook stops, and a person starts it again.
_PAUSES_SECONDS = (5, 30, 120, 600, 3_600, 6 * 3_600, 24 * 3_600, 36 * 3_600)
MOST_ATTEMPTS = len(_PAUSES_SECONDS) + 1


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed attempts; None when that was the last."""
    if attempts > len(_PAUSES_SECONDS):
        return None
    return timedelta(seconds=_PAUSES_SECONDS[attempts - 1])

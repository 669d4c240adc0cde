"""The loop on one page: what starts when something happened. Only this file listens to signals and sends messages."""


def listen() -> None:
    """Connect the receivers; called once when Django is ready."""

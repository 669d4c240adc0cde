"""Predictions, training runs and the versions that come of them."""

from collections.abc import Iterable
from typing import Any

from collabweb_client.asking import get, pages, send
from collabweb_client.jobs import Run, Version
from collabweb_client.shapes import Explanation, PredictedText
from collabweb_client.uploads import CHUNK_BYTES, grouped
from collabweb_client.wire import Feed, Flow, Found, Pause, Ref, encode, number_of

TEXTS = 256


def predict(project: Ref, texts: Iterable[str]) -> Feed[PredictedText]:
    """What the version in production answers, in the order of the texts; asked for in batches as the caller goes on."""
    for batch in grouped((encode(text) for text in texts), TEXTS, CHUNK_BYTES):
        body = b'{"texts":[' + b",".join(batch) + b"]}"
        answered = yield from send("POST", f"projects/{number_of(project)}/predict/", body, repeat=True)
        version = answered["version"]
        yield Found([PredictedText.of({**row, "version": version}) for row in answered["predictions"]])


def explain(prediction: Ref) -> Flow[Explanation]:
    """Which words drove the answers of kind choice and choices, strongest first.

    Raises Forbidden where the manager hides it, Conflict for an imported prediction.
    """
    return Explanation.of((yield from send("POST", f"predictions/{number_of(prediction)}/explanation/", repeat=True)))


def runs(project: Ref) -> Feed[Run]:
    """Training runs, newest first."""
    return pages(f"projects/{number_of(project)}/runs/", Run.of)


def run(run: Ref) -> Flow[Run]:
    return Run.of((yield from get(f"runs/{number_of(run)}/")))


def start_run(project: Ref, *, reason: str = "", **arguments: Any) -> Flow[Run]:
    """Queue a training run; raises Conflict while another one is active, whose id is `error.body["run"]`."""
    body = {"arguments": arguments, "reason": reason}
    return Run.of((yield from send("POST", f"projects/{number_of(project)}/runs/", body)))


def cancel_run(run: Ref) -> Flow[Run]:
    return Run.of((yield from send("POST", f"runs/{number_of(run)}/cancel/")))


def wait_for_run(run: Ref, *, poll_seconds: float = 5.0) -> Flow[Run]:
    """The run when it is over, well or not."""
    while True:
        present = Run.of((yield from get(f"runs/{number_of(run)}/")))
        if present.is_over:
            return present
        yield Pause(poll_seconds)


def versions(project: Ref) -> Feed[Version]:
    """The registry, newest first."""
    return pages(f"projects/{number_of(project)}/versions/", Version.of)


def version(version: Ref) -> Flow[Version]:
    return Version.of((yield from get(f"versions/{number_of(version)}/")))


def promote(version: Ref, *, force: bool = False, reason: str = "") -> Flow[Version]:
    """Put a version in production; raises Conflict, with `error.body["comparison"]`, where the gate finds it worse."""
    body = {"force": force, "reason": reason}
    return Version.of((yield from send("POST", f"versions/{number_of(version)}/promote/", body)))


def rollback(project: Ref) -> Flow[Version]:
    """Bring back the version that was in production before."""
    return Version.of((yield from send("POST", f"projects/{number_of(project)}/rollback/")))

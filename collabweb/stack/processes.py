"""The processes of one stack: what is started, with what, and how it is asked to end."""

import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from collabweb.stack.environment import has_own_broker, has_own_database
from collabweb.stack.places import REPOSITORY, Places
from collabweb.stack.postgres import postgres_of
from collabweb.stack.valkey import valkey_of

LARGEST_MESSAGE_BYTES = 64 * 1024


@dataclass(frozen=True)
class Process:
    name: str
    command: list[str]
    popen_options: dict[str, Any] = field(default_factory=dict)  # Any: the keyword arguments of subprocess.Popen
    stop_signal: signal.Signals = signal.SIGTERM
    prepare: Callable[[], None] = lambda: None
    """Runs before every start, the first and those after a crash."""
    is_ready: Callable[[], bool] = lambda: True


def service_processes(environ: Mapping[str, str]) -> list[Process]:
    """Database and broker, as far as the environment does not name others."""
    places = Places.of(environ)
    own = []
    if has_own_database(environ):
        own.append(_database(places))
    if has_own_broker(environ):
        own.append(_broker(places))
    return own


def _database(places: Places) -> Process:
    postgres = postgres_of(places)
    return Process(
        "postgres",
        postgres.command(),
        postgres.popen_options(),
        # SIGINT ends the sessions of clients; SIGTERM would wait for them.
        stop_signal=signal.SIGINT,
        prepare=postgres.prepare,
        is_ready=postgres.is_ready,
    )


def _broker(places: Places) -> Process:
    valkey = valkey_of(places)
    return Process(
        "valkey", valkey.command(), {"cwd": places.broker_data}, prepare=valkey.prepare, is_ready=valkey.is_ready
    )


def site_processes(environ: Mapping[str, str]) -> list[Process]:
    places = Places.of(environ)
    beat_schedule = places.home / "run" / "beat-schedule"
    return [
        _python("web", _web(environ), environ, OMP_NUM_THREADS="1"),
        _python("live", _live(environ), environ),
        _python("worker-bulk", _worker("bulk"), environ),
        _python("worker-live", _worker("live"), environ, OMP_NUM_THREADS=environ.get("OMP_NUM_THREADS") or "1"),
        _python("worker-fast", _worker("fast"), environ, OMP_NUM_THREADS=environ.get("OMP_NUM_THREADS") or "1"),
        _python("worker-train", _worker("train"), environ, OMP_NUM_THREADS=_train_threads(environ)),
        _python("beat", ["celery", *_celery("beat"), "--schedule", str(beat_schedule), "--pidfile="], environ),
    ]


def _python(name: str, arguments: list[str], environ: Mapping[str, str], **extra: str) -> Process:
    command = [sys.executable, "-m", *arguments]
    return Process(name, command, {"cwd": REPOSITORY, "env": {**environ, "PYTHONUNBUFFERED": "1", **extra}})


def _web(environ: Mapping[str, str]) -> list[str]:
    return [
        *("collabweb.web", "--interface", "wsgi", "--no-ws", "--respawn-failed-workers"),
        *("--host", environ["COLLABWEB_HOST"], "--port", environ["COLLABWEB_PORT"]),
        *("--workers", environ.get("COLLABWEB_WEB_WORKERS") or "2", "--blocking-threads", "4"),
        *("--workers-kill-timeout", "5", "--log-level", "warning", "collabweb.wsgi:application"),
    ]


def _live(environ: Mapping[str, str]) -> list[str]:
    return [
        *("uvicorn", "--host", environ["COLLABWEB_HOST"], "--port", environ["COLLABWEB_LIVE_PORT"]),
        *("--ws-max-size", str(LARGEST_MESSAGE_BYTES), "--timeout-graceful-shutdown", "2"),
        *("--no-access-log", "--log-level", "warning", "collabweb.asgi:application"),
    ]


def _celery(*words: str) -> list[str]:
    return ["--app", "collabweb.celery_app", *words, "--loglevel", "INFO"]


def _worker(queue: str) -> list[str]:
    options = ("-Q", queue, "--pool", "solo", "-n", f"{queue}@%h", "--without-gossip", "--without-mingle")
    return ["celery", *_celery("worker"), *options]


def _train_threads(environ: Mapping[str, str]) -> str:
    # One by default: on a small box that has other work, two threads of torch are slower than one.
    return environ.get("COLLABWEB_TRAIN_THREADS") or "1"

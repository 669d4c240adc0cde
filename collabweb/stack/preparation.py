"""What has to be true before the site starts, each step safe to repeat. One process, so that Django loads once."""

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands

from collabweb.stack.places import Places
from collabweb.stack.translations import compile_translations


def main() -> None:
    step("translations", compile_translations)
    django.setup()
    command("database tables", "migrate", verbosity=0, interactive=False)
    collect_static()
    prepare_encoder()
    if os.environ.get("COLLABWEB_ENV") != "production":
        command("sample project", "load_sample")


def collect_static() -> None:
    """Only where a file has changed: hashing all of them takes seconds."""
    with unless_done("static", static_fingerprint(), Path(settings.STATIC_ROOT)) as is_due:
        if is_due:
            command("static files", "collectstatic", verbosity=0, interactive=False)


def prepare_encoder() -> None:
    """Only where its folder is absent: the command loads torch to look."""
    folder = Path(settings.ENCODERS) / settings.DEFAULT_ENCODER
    with unless_done("encoder", str(folder), folder) as is_due:
        if is_due:
            command("encoder", "prepare_encoder")


@contextlib.contextmanager
def unless_done(name: str, wanted: str, result: Path) -> Iterator[bool]:
    """Yields whether the work is due; remembers that it was done when the block ends without an error."""
    stamp = Places.of(os.environ).home / "run" / f"{name}.stamp"
    is_due = not (result.is_dir() and stamp.exists() and stamp.read_text() == wanted)
    yield is_due
    if is_due:
        stamp.write_text(wanted)


def static_fingerprint() -> str:
    digest = hashlib.sha256(str(settings.STATIC_ROOT).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def step(label: str, work: Callable[[], object]) -> None:
    print(f"{label} ...", flush=True)
    started = time.monotonic()
    work()
    print(f"{label}: done in {time.monotonic() - started:.1f} s", flush=True)


def command(label: str, name: str, **options: object) -> None:
    if name in get_commands():
        step(label, lambda: call_command(name, **options))


if __name__ == "__main__":
    main()

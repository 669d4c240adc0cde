"""What has to be true before the site starts, each step safe to repeat. One process, so that Django loads once."""

import hashlib
import os
import time
from collections.abc import Callable
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
    command("encoder", "prepare_encoder")
    if os.environ.get("COLLABWEB_ENV") != "production":
        command("sample project", "load_sample")


def collect_static() -> None:
    """Only where a file has changed: hashing all of them takes seconds."""
    stamp = Places.of(os.environ).home / "run" / "static.stamp"
    wanted = static_fingerprint()
    if stamp.exists() and stamp.read_text() == wanted and Path(settings.STATIC_ROOT).is_dir():
        return
    command("static files", "collectstatic", verbosity=0, interactive=False)
    stamp.write_text(wanted)


def static_fingerprint() -> str:
    digest = hashlib.sha256(str(settings.STATIC_ROOT).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = os.stat(storage.path(name))
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

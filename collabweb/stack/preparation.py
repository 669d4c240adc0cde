"""What has to be true before the site starts, each step safe to repeat. One process, so that Django loads once."""

import os
import time
from collections.abc import Callable

import django
from django.core.management import call_command, get_commands

from collabweb.stack.translations import compile_translations


def main() -> None:
    step("translations", compile_translations)
    django.setup()
    command("database tables", "migrate", verbosity=0, interactive=False)
    command("static files", "collectstatic", verbosity=0, interactive=False)
    command("encoder", "prepare_encoder")
    if os.environ.get("COLLABWEB_ENV") != "production":
        command("sample project", "load_sample")


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

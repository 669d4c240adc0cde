"""Runs the tests against a real PostgreSQL and Valkey: browser tests in a call of their own, the others two at once."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from collabweb.stack.places import REPOSITORY
from collabweb.stack.services import run_once, running

NO_TESTS = 5
TEST_HOME = REPOSITORY / "var" / "test"
BROWSER, OTHERS = ("-m", "browser"), ("-m", "not browser")
PROCESSES = "2"
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def run_tests(arguments: list[str]) -> int:
    """Both calls count: the exit code is that of the first call that failed."""
    chromium = find_chromium() or install_chromium()
    with running(TEST_HOME) as environ:
        if chromium:
            environ["COLLABWEB_CHROMIUM"] = chromium
        pytest = [sys.executable, "-m", "pytest", *arguments]
        codes = [run_once([*pytest, *call], environ) for call in (BROWSER, _others(arguments))]
    # Chosen tests may well be all of one kind; the whole set may not.
    passed = {0, NO_TESTS} if arguments else {0}
    return next((code for code in codes if code not in passed), 0)


def _others(arguments: list[str]) -> tuple[str, ...]:
    """The whole set in processes beside each other; chosen tests in one, where a debugger works."""
    return OTHERS if arguments else (*OTHERS, "-p", "tests.parallel", "-n", PROCESSES, "--dist", "loadfile")


def find_chromium(environ: Mapping[str, str] = os.environ) -> str | None:
    given = environ.get("COLLABWEB_CHROMIUM")
    if given and Path(given).is_file():
        return given
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def install_chromium() -> str | None:
    """As root on a system with apt; elsewhere the browser tests say why they are skipped."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print("No Chromium found: install it for the browser tests, or set COLLABWEB_CHROMIUM.", file=sys.stderr)
        return None
    print("No Chromium found; installing it with apt-get ...", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (("update", "-q"), ("install", "-y", "-q", "--no-install-recommends", "chromium")):
        if subprocess.run(["apt-get", *words], env=quiet, check=False).returncode != 0:
            print(f"`apt-get {words[0]}` failed; browser tests will be skipped.", file=sys.stderr)
            return None
    return find_chromium()

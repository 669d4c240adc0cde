"""Starting and stopping a stack from a terminal: up, down, status."""

import os
import signal
import subprocess
import sys
import time
import webbrowser
from collections.abc import Mapping
from pathlib import Path

from collabweb.stack.environment import environment
from collabweb.stack.places import REPOSITORY, Places
from collabweb.stack.records import POLL_SECONDS, State, held, read_state
from collabweb.stack.site import address
from collabweb.stack.supervisor import sweep

DOWN_SECONDS = 60.0
SAMPLE_USERS = (("alice", "annotator"), ("bob", "annotator"), ("rui", "reviewer"), ("mia", "manager"))


def up(given: Mapping[str, str]) -> int:
    """Start the stack unless it runs, show its progress, and return when it answers."""
    environ = environment(given)
    places = Places.of(environ)
    places.make()
    if _is_held(places):
        print("The stack already runs.")
        return _wait_and_welcome(places, environ, popen=None)
    log = places.logs / "serve.log"
    with log.open("wb") as output:
        popen = subprocess.Popen(
            [sys.executable, "-m", "collabweb.stack", "serve"],
            cwd=REPOSITORY,
            env=dict(given),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return _wait_and_welcome(places, environ, popen)


def down(given: Mapping[str, str]) -> int:
    """Stop what this home started, and nothing else."""
    places = Places.of(given)
    if not places.state.exists() and not _is_held(places):
        print("Nothing runs.")
        return 0
    deadline = time.monotonic() + DOWN_SECONDS
    asked = False
    while _is_held(places):
        supervisor = read_state(places.state).supervisor
        if supervisor and supervisor.is_alive and not asked:
            os.kill(supervisor.pid, signal.SIGTERM)
            asked = True
        if time.monotonic() > deadline and supervisor and supervisor.is_alive:
            os.kill(supervisor.pid, signal.SIGKILL)
        time.sleep(POLL_SECONDS)
    with held(places.lock) as is_ours:
        if is_ours:
            sweep(places)
    print("Stopped.")
    return 0


def status(given: Mapping[str, str]) -> int:
    """Exit code 0 where the stack is ready, 3 where it is not."""
    places = Places.of(given)
    if not places.state.exists():
        print(f"Nothing runs on {places.home}.")
        return 3
    state = read_state(places.state)
    print(f"{places.home}: {state.phase if state.is_supervised else 'left by a killed supervisor'}, port {state.port}")
    for name, child in state.children.items():
        life = "running" if child.identity.is_alive else "down"
        print(f"  {name:<13} {life:<8} pid {child.identity.pid:<8} started again {child.restarts} times")
    return 0 if state.is_ready else 3


def _is_held(places: Places) -> bool:
    if not places.lock.exists():
        return False
    with held(places.lock) as is_ours:
        return not is_ours


def _wait_and_welcome(places: Places, environ: Mapping[str, str], popen: subprocess.Popen[bytes] | None) -> int:
    log = places.logs / "serve.log"
    shown = 0 if popen else log.stat().st_size if log.exists() else 0
    try:
        while not (state := read_state(places.state)).is_ready:
            shown = _show_new(log, shown)
            if (popen is None or popen.poll() is not None) and not _is_held(places):
                _show_new(log, shown)
                print(f"The start failed; the logs are in {places.logs}.", file=sys.stderr)
                return 1
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        print("\nThe start goes on in the background; `make down` ends it.", file=sys.stderr)
        return 130
    _show_new(log, shown)
    _welcome(state, environ, is_new=popen is not None)
    return 0


def _show_new(log: Path, shown: int) -> int:
    """Print what the supervisor wrote since; how much is shown now."""
    if not log.exists():
        return shown
    with log.open("rb") as file:
        file.seek(shown)
        fresh = file.read()
    sys.stdout.write(fresh.decode(errors="replace"))
    sys.stdout.flush()
    return shown + len(fresh)


def _welcome(state: State, environ: Mapping[str, str], *, is_new: bool) -> None:
    running = {**environ, "COLLABWEB_PORT": state.port, "COLLABWEB_LIVE_PORT": state.live_port}
    url = f"http://{address(running)}/"
    print(f"\nCollabweb is ready:  {url}")
    print(f"Live events:         ws://{address(running, 'COLLABWEB_LIVE_PORT')}/")
    if password := environ.get("COLLABWEB_DEMO_PASSWORD"):
        people = ", ".join(f"{name} ({role})" for name, role in SAMPLE_USERS)
        print(f"Sign in as:          {people}\nPassword:            {password}")
    print("Stop it with:        make down")
    if is_new and _is_desktop(environ):
        webbrowser.open(url)


def _is_desktop(environ: Mapping[str, str]) -> bool:
    has_screen = sys.platform == "darwin" or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
    remote = any(environ.get(name) for name in ("SSH_CONNECTION", "CI"))
    return sys.stdout.isatty() and has_screen and not remote and os.geteuid() != 0

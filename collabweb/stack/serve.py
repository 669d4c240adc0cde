"""The whole stack in the foreground, from the database to the last worker, until somebody ends it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping

from collabweb.stack import logs, site
from collabweb.stack.environment import environment
from collabweb.stack.places import REPOSITORY, Places, StackError
from collabweb.stack.processes import service_processes, site_processes
from collabweb.stack.records import State, held, identity_of, stop_groups
from collabweb.stack.services import start_services
from collabweb.stack.supervisor import POLL_SECONDS, Stopped, Supervisor, stopping_on_signals, sweep
from collabweb.stack.valkey import choose_port

GREEN_SECONDS = 120.0
ALREADY_RUNNING = 3


def serve(given: Mapping[str, str]) -> int:
    """Exit code: 0 after a wanted end, 1 after a failed start, 3 where this home already runs."""
    places = Places.of(given)
    with held(places.lock) as is_ours:
        if not is_ours:
            return ALREADY_RUNNING
        if left := sweep(places):
            print(f"ended {left} processes left by a stack that was killed", flush=True)
        places.make()
        choose_port(places)
        environ = environment(given)
        logs.rotate(places.logs)
        state = State(identity_of(os.getpid()), "starting", environ["COLLABWEB_PORT"], environ["COLLABWEB_LIVE_PORT"])
        supervisor = Supervisor(places, state)
        with stopping_on_signals(supervisor):
            return _run(supervisor, given, environ)


def _run(supervisor: Supervisor, given: Mapping[str, str], environ: Mapping[str, str]) -> int:
    try:
        site.refuse_taken_ports(environ)
        _start(supervisor, given, environ)
        while True:
            supervisor.check()
            time.sleep(POLL_SECONDS)
    except Stopped:
        return 0
    except StackError as error:
        print(f"\n{error}", flush=True)
        return 1
    finally:
        supervisor.stop_all()
        supervisor.places.state.unlink(missing_ok=True)


def _start(supervisor: Supervisor, given: Mapping[str, str], environ: Mapping[str, str]) -> None:
    started = time.monotonic()
    print("database and broker ...", flush=True)
    start_services(supervisor, service_processes(given))
    print(f"database and broker: ready in {time.monotonic() - started:.1f} s", flush=True)
    _prepare(supervisor, environ)
    print("site ...", flush=True)
    started = time.monotonic()
    for process in site_processes(environ):
        supervisor.start(process)
    try:
        supervisor.wait_for(lambda: not site.trouble(environ), what="The site", seconds=GREEN_SECONDS)
    except StackError as error:
        raise StackError(f"{error} {site.trouble(environ)}\n{_guilty_log(supervisor)}") from error
    print(f"site: green in {time.monotonic() - started:.1f} s", flush=True)
    supervisor.set_phase("ready")


def _prepare(supervisor: Supervisor, environ: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "collabweb.stack.preparation"]
    with subprocess.Popen(command, cwd=REPOSITORY, env=dict(environ), start_new_session=True) as popen:
        try:
            while popen.poll() is None:
                supervisor.check()
                time.sleep(POLL_SECONDS)
        finally:
            stop_groups([identity_of(popen.pid)], signal.SIGTERM, 5)
    if popen.returncode != 0:
        raise StackError("The preparation above failed; nothing was started.")


def _guilty_log(supervisor: Supervisor) -> str:
    """The log of the process that died most often, of web where none did."""
    restarts = supervisor.restarts_of()
    name = max(restarts, key=lambda name: (restarts[name], name == "web"))
    path = supervisor.places.logs / f"{name}.log"
    return f"{name} was started again {restarts[name]} times. The end of {path}:\n{logs.tail(path)}"

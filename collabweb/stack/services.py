"""Only the database and the broker, for tests, benchmarks and single commands."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

from collabweb.stack import logs
from collabweb.stack.environment import environment
from collabweb.stack.places import Places, StackError
from collabweb.stack.processes import Process, service_processes
from collabweb.stack.records import State, held, identity_of
from collabweb.stack.supervisor import Supervisor, sweep
from collabweb.stack.translations import compile_translations
from collabweb.stack.valkey import choose_port

READY_SECONDS = 60.0


@contextlib.contextmanager
def running(home: Path, environ: Mapping[str, str] | None = None) -> Iterator[dict[str, str]]:
    """Database and broker of this home as long as the block runs, with the translations compiled; yields the
    environment to reach them.

    Raises StackError where a stack already runs on this home.
    """
    compile_translations()
    given = dict(os.environ if environ is None else environ) | {"COLLABWEB_HOME": str(home)}
    places = Places.of(given)
    with held(places.lock) as is_ours:
        if not is_ours:
            raise StackError(f"A stack already runs on {places.home}.")
        sweep(places)
        places.make()
        choose_port(places)
        ready = environment(given)
        logs.rotate(places.logs)
        supervisor = Supervisor(places, State(supervisor=identity_of(os.getpid())))
        try:
            start_services(supervisor, service_processes(given))
            yield ready
        finally:
            supervisor.stop_all()
            places.state.unlink(missing_ok=True)


def start_services(supervisor: Supervisor, processes: list[Process]) -> None:
    for process in processes:
        supervisor.start(process)
    for process in processes:
        supervisor.wait_for(process.is_ready, what=process.name, seconds=READY_SECONDS)


def run_with_services(home: Path, command: list[str]) -> int:
    """Run one command while database and broker are up; its exit code."""
    with running(home) as environ:
        if not command:
            print(f"Database and broker run on {home}; Ctrl-C ends them.", flush=True)
            signal.pause()
        return run_once(command, environ)


def run_once(command: list[str], environ: Mapping[str, str]) -> int:
    with subprocess.Popen(command, env=dict(environ)) as popen:
        try:
            return popen.wait()
        except KeyboardInterrupt:
            _end_family(psutil.Process(popen.pid))
            raise


def _end_family(leader: psutil.Process) -> None:
    family = [*leader.children(recursive=True), leader]
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(family, timeout=5)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()

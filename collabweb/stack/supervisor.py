"""Starts processes, starts them again when they die, and stops all of them."""

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType

from collabweb.stack.places import Places, StackError
from collabweb.stack.processes import Process
from collabweb.stack.records import Child, Identity, State, identity_of, read_state, stop_groups

POLL_SECONDS = 0.1
FIRST_DELAY_SECONDS = 0.2
LONGEST_DELAY_SECONDS = 10.0
STEADY_SECONDS = 30.0
GRACE_SECONDS = 10.0
HOPELESS_DEATHS = 5


class Stopped(Exception):
    """Somebody asked this stack to end."""


@dataclass
class Running:
    process: Process
    popen: subprocess.Popen[bytes]
    identity: Identity
    started: float
    quick_deaths: int = 0
    restarts: int = 0
    next_start: float | None = None


@dataclass
class Supervisor:
    places: Places
    state: State
    running: list[Running] = field(default_factory=list)
    is_stopping: bool = False

    def start(self, process: Process) -> None:
        process.prepare()
        popen = self._open(process)
        self.running.append(Running(process, popen, identity_of(popen.pid), time.monotonic()))
        self._record()

    def check(self) -> None:
        """Look after every child once. Raises Stopped where an end was asked for."""
        if self.is_stopping:
            raise Stopped
        for running in self.running:
            self._tend(running)

    def wait_for(self, condition: Callable[[], bool], *, what: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise StackError(f"{what} did not answer within {seconds:.0f} s.")
            self.check()
            self.fail_on_endless_deaths()
            time.sleep(POLL_SECONDS)

    def fail_on_endless_deaths(self) -> None:
        """Raises StackError where a process dies again and again."""
        for running in self.running:
            if running.quick_deaths >= HOPELESS_DEATHS:
                raise StackError(f"{running.process.name} keeps ending right after its start.")

    def restarts_of(self) -> dict[str, int]:
        return {running.process.name: running.restarts for running in self.running}

    def stop_all(self) -> None:
        """Site first and together, then broker and database, so that nobody loses what they stand on."""
        services = [running for running in self.running if running.process.name in ("postgres", "valkey")]
        site = [running for running in self.running if running not in services]
        for group in (site, services[::-1]):
            for number in {running.process.stop_signal for running in group}:
                leaders = [running.identity for running in group if running.process.stop_signal == number]
                stop_groups(leaders, number, GRACE_SECONDS)
            for running in group:
                running.popen.wait()
                self.running.remove(running)
        self._record()

    def set_phase(self, phase: str) -> None:
        self.state.phase = phase
        self._record()

    def _tend(self, running: Running) -> None:
        now = time.monotonic()
        if running.next_start is None:
            code = running.popen.poll()
            if code is not None:
                self._plan_restart(running, code, now)
        elif now >= running.next_start:
            self._restart(running)

    def _plan_restart(self, running: Running, code: int, now: float) -> None:
        steady = now - running.started > STEADY_SECONDS
        running.quick_deaths = 0 if steady else running.quick_deaths + 1
        delay = min(FIRST_DELAY_SECONDS * 2**running.quick_deaths, LONGEST_DELAY_SECONDS)
        running.next_start = now + delay
        print(f"{running.process.name} ended (exit code {code}); starts again in {delay:.1f} s", flush=True)

    def _restart(self, running: Running) -> None:
        # Workers that outlive their leader would still hold its port.
        stop_groups([running.identity], signal.SIGKILL, 0)
        try:
            running.process.prepare()
        except (StackError, OSError) as error:
            print(f"{running.process.name}: {error}", flush=True)
        running.popen = self._open(running.process)
        running.identity = identity_of(running.popen.pid)
        running.started = time.monotonic()
        running.next_start = None
        running.restarts += 1
        self._record()

    def _open(self, process: Process) -> subprocess.Popen[bytes]:
        with (self.places.logs / f"{process.name}.log").open("ab") as log:
            return subprocess.Popen(
                process.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **process.popen_options,
            )

    def _record(self) -> None:
        self.state.children = {
            running.process.name: Child(running.identity, running.restarts) for running in self.running
        }
        self.state.write(self.places.state)


def sweep(places: Places) -> int:
    """End what a killed supervisor left running. Only while the lock of the home is held."""
    leaders = [child.identity for child in read_state(places.state).children.values()]
    left = [leader for leader in leaders if leader.is_alive]
    database = [child.identity for name, child in read_state(places.state).children.items() if name == "postgres"]
    stop_groups([leader for leader in leaders if leader not in database], signal.SIGTERM, GRACE_SECONDS)
    stop_groups(database, signal.SIGINT, GRACE_SECONDS)
    places.state.unlink(missing_ok=True)
    return len(left)


@contextlib.contextmanager
def stopping_on_signals(supervisor: Supervisor) -> Iterator[None]:
    """A flag, not an exception: an exception between start and record would lose a child."""

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        supervisor.is_stopping = True

    before = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""Processes by pid and time of birth, so that a reused pid is never taken for one of ours."""

import contextlib
import fcntl
import json
import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Identity:
    pid: int
    birth: str

    @property
    def is_alive(self) -> bool:
        return birth_of(self.pid) == self.birth


@dataclass
class Child:
    identity: Identity
    restarts: int = 0


@dataclass
class State:
    """What is written down about a running stack."""

    supervisor: Identity | None = None
    phase: str = ""
    port: str = ""
    live_port: str = ""
    children: dict[str, Child] = field(default_factory=dict)

    @property
    def is_supervised(self) -> bool:
        return self.supervisor is not None and self.supervisor.is_alive

    @property
    def is_ready(self) -> bool:
        return self.phase == "ready" and self.is_supervised

    def write(self, path: Path) -> None:
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(asdict(self), indent=1))
        draft.replace(path)


def read_state(path: Path) -> State:
    try:
        data = json.loads(path.read_text())
    except FileNotFoundError:
        return State()
    children = {
        name: Child(identity=Identity(**child["identity"]), restarts=child["restarts"])
        for name, child in data["children"].items()
    }
    supervisor = Identity(**data["supervisor"]) if data["supervisor"] else None
    return State(supervisor, data["phase"], data["port"], data["live_port"], children)


def birth_of(pid: int) -> str | None:
    """A text that no other process ever shares, None where no such process runs (a zombie does not run)."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        if not psutil.LINUX:
            return str(process.create_time())
        # Ticks since boot; psutil's wall-clock time moves with the clock.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}:{fields[19]}"
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
        return None


def identity_of(pid: int) -> Identity:
    return Identity(pid=pid, birth=birth_of(pid) or "gone")


def group_members(leader: Identity) -> list[int]:
    """Running processes of the group this process leads or led.

    While one member lives the system does not give the leader's pid away, so a stranger under that pid means
    that the whole group is gone.
    """
    birth = birth_of(leader.pid)
    if birth is not None and birth != leader.birth:
        return []
    return [pid for pid in psutil.pids() if _group_of(pid) == leader.pid and birth_of(pid) is not None]


def stop_groups(leaders: Iterable[Identity], number: signal.Signals, grace_seconds: float) -> None:
    """Ask every group to end, then kill what is left after the grace."""
    waiting = list(leaders)
    for leader in waiting:
        _signal(leader, number)
    deadline = time.monotonic() + grace_seconds
    while (waiting := [leader for leader in waiting if group_members(leader)]) and time.monotonic() < deadline:
        for leader in waiting:
            if not leader.is_alive:
                _signal_group(leader, number)
        time.sleep(POLL_SECONDS)
    while waiting := [leader for leader in waiting if group_members(leader)]:
        for leader in waiting:
            _signal_group(leader, signal.SIGKILL)
        time.sleep(POLL_SECONDS)


def _signal(leader: Identity, number: signal.Signals) -> None:
    """The leader tells its own workers; where it is dead its group hears it directly."""
    if not leader.is_alive:
        _signal_group(leader, number)
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(leader.pid, number)


def _signal_group(leader: Identity, number: signal.Signals) -> None:
    if group_members(leader):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader.pid, number)


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except (ProcessLookupError, PermissionError):
        return None


@contextlib.contextmanager
def held(lock: Path) -> Iterator[bool]:
    """Hold the lock of a home as long as the block runs; yields False where another process holds it."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from collabweb.stack.places import Places, StackError
from collabweb.stack.processes import Process
from collabweb.stack.records import State, group_members, identity_of, read_state
from collabweb.stack.supervisor import Stopped, Supervisor, sweep

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
# A leader with a worker in its group, like a web server.
FAMILY = ["/bin/sh", "-c", "sleep 60 & sleep 60"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)",
]


@pytest.fixture
def supervisor(home: Path) -> Iterator[Supervisor]:
    places = Places(home=home)
    places.make()
    supervisor = Supervisor(places, State(supervisor=identity_of(os.getpid())))
    yield supervisor
    supervisor.stop_all()


def wait_until(supervisor: Supervisor, condition: Callable[[], bool]) -> None:
    supervisor.wait_for(condition, what="the condition of a test", seconds=10)


def test_a_killed_child_starts_again(supervisor: Supervisor) -> None:
    supervisor.start(Process("sleeper", SLEEPER))
    killed = supervisor.running[0].identity

    os.kill(killed.pid, signal.SIGKILL)
    wait_until(supervisor, lambda: supervisor.restarts_of() == {"sleeper": 1})

    assert not killed.is_alive
    assert supervisor.running[0].identity.is_alive
    assert read_state(supervisor.places.state).children["sleeper"].identity == supervisor.running[0].identity


def test_workers_that_outlive_their_leader_end_before_it_starts_again(supervisor: Supervisor) -> None:
    supervisor.start(Process("family", FAMILY))
    killed = supervisor.running[0].identity
    wait_until(supervisor, lambda: len(group_members(killed)) == 3)

    os.kill(killed.pid, signal.SIGKILL)
    wait_until(supervisor, lambda: supervisor.restarts_of() == {"family": 1})

    assert group_members(killed) == []


def test_a_stop_ends_every_group(supervisor: Supervisor) -> None:
    supervisor.start(Process("family", FAMILY))
    supervisor.start(Process("sleeper", SLEEPER))
    leaders = [running.identity for running in supervisor.running]

    supervisor.stop_all()

    assert [group_members(leader) for leader in leaders] == [[], []]
    assert read_state(supervisor.places.state).children == {}


def test_a_child_deaf_to_sigterm_is_killed(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collabweb.stack.supervisor.GRACE_SECONDS", 0.2)
    supervisor.start(Process("deaf", DEAF))
    deaf = supervisor.running[0].identity
    wait_until(supervisor, lambda: (supervisor.places.logs / "deaf.log").stat().st_size > 0)

    supervisor.stop_all()

    assert not deaf.is_alive


def test_a_child_that_dies_at_once_again_and_again_is_reported(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collabweb.stack.supervisor.FIRST_DELAY_SECONDS", 0.001)
    supervisor.start(Process("broken", [sys.executable, "-S", "-c", "raise SystemExit(5)"]))

    with pytest.raises(StackError, match="broken keeps ending"):
        wait_until(supervisor, lambda: False)


def test_an_asked_end_interrupts_every_wait(supervisor: Supervisor) -> None:
    supervisor.is_stopping = True

    with pytest.raises(Stopped):
        wait_until(supervisor, lambda: False)


def test_sweep_ends_the_children_of_a_killed_supervisor_and_nobody_else(supervisor: Supervisor) -> None:
    supervisor.start(Process("family", FAMILY))
    supervisor.start(Process("stranger", SLEEPER))
    family, stranger = (running.identity for running in supervisor.running)
    state = read_state(supervisor.places.state)
    state.children["stranger"].identity = type(stranger)(pid=stranger.pid, birth="of an earlier process")
    state.write(supervisor.places.state)

    ended = sweep(supervisor.places)

    assert ended == 1
    assert group_members(family) == []
    assert stranger.is_alive
    assert not supervisor.places.state.exists()


def test_a_zombie_is_not_alive() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    identity = identity_of(child)
    deadline = time.monotonic() + 5
    while identity.is_alive and time.monotonic() < deadline:
        time.sleep(0.01)

    assert not identity.is_alive

    os.waitpid(child, 0)

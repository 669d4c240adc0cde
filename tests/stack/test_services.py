import os
import stat
import time
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from collabweb.stack.environment import broker_port
from collabweb.stack.places import OUTSIDE_ROOT, Places, StackError
from collabweb.stack.services import running


def processes_of(places: Places) -> list[str]:
    """Command lines that name a folder of this stack."""
    names = (str(places.home), places.stack_id)
    commands = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    return [command for command in commands if any(name in command for name in names)]


def test_data_outlives_a_stop_and_no_process_does(bare: dict[str, str], home: Path) -> None:
    with running(home, bare) as environ, psycopg.connect(environ["DATABASE_URL"]) as database:
        database.execute("CREATE TABLE kept (text text)")
        database.execute("INSERT INTO kept VALUES ('一二三 🙂')")
        redis.Redis.from_url(environ["BROKER_URL"]).set("kept", "yes")
    left = processes_of(Places(home=home))

    with running(home, bare) as environ, psycopg.connect(environ["DATABASE_URL"]) as database:
        row = database.execute("SELECT text FROM kept").fetchone()
        value = redis.Redis.from_url(environ["BROKER_URL"]).get("kept")

    assert left == []
    assert row == ("一二三 🙂",)
    assert value == b"yes"
    assert processes_of(Places(home=home)) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the database as another user")
def test_root_may_keep_its_home_below_a_private_folder(bare: dict[str, str], private_home: Path) -> None:
    with running(private_home, bare) as environ, psycopg.connect(environ["DATABASE_URL"]) as database:
        row = database.execute("SHOW data_directory").fetchone()

    assert row == (str(OUTSIDE_ROOT / Places(home=private_home).stack_id / "postgres"),)
    assert stat.S_IMODE(private_home.parent.stat().st_mode) == 0o700


def test_only_its_owner_reaches_the_broker(bare: dict[str, str], home: Path) -> None:
    with running(home, bare | {"DATABASE_URL": "postgres://elsewhere/x"}):
        port = broker_port(Places(home=home))

        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=port).ping()


def test_a_second_stack_on_the_same_home_is_refused(bare: dict[str, str], home: Path) -> None:
    given = bare | {"DATABASE_URL": "postgres://elsewhere/x"}

    with running(home, given) as environ:
        with pytest.raises(StackError, match="already runs"), running(home, given):
            pass

        assert redis.Redis.from_url(environ["BROKER_URL"]).ping()


def test_a_database_left_by_a_killed_parent_is_taken_down_first(bare: dict[str, str], home: Path) -> None:
    given = bare | {"BROKER_URL": "redis://elsewhere"}
    child = os.fork()
    if child == 0:
        with running(home, given):
            (home / "is-up").touch()
            time.sleep(60)
        os._exit(0)
    while not (home / "is-up").exists():
        time.sleep(0.02)
    os.kill(child, 9)
    os.waitpid(child, 0)
    orphans = processes_of(Places(home=home))

    with running(home, given) as environ, psycopg.connect(environ["DATABASE_URL"]) as database:
        row = database.execute("SELECT 1").fetchone()

    assert len(orphans) == 1
    assert row == (1,)
    assert processes_of(Places(home=home)) == []

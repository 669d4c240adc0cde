"""Where one stack keeps its files. Everything hangs on the data folder, called home."""

import os
import secrets
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

REPOSITORY = Path(__file__).resolve().parent.parent.parent
OUTSIDE_ROOT = Path("/var/lib/collabweb")


class StackError(Exception):
    """Something the person at the keyboard can put right; the message says how."""


@dataclass(frozen=True)
class Places:
    home: Path

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self:
        given = environ.get("COLLABWEB_HOME", "")
        home = Path(given).expanduser() if given else REPOSITORY / "var"
        return cls(home=(REPOSITORY / home).resolve())

    @property
    def logs(self) -> Path:
        return self.home / "log"

    @property
    def lock(self) -> Path:
        return self.home / "run" / "lock"

    @property
    def state(self) -> Path:
        return self.home / "run" / "state.json"

    @property
    def broker_data(self) -> Path:
        return self.home / "valkey"

    @property
    def database_data(self) -> Path:
        return self.home / "postgres"

    @property
    def sockets(self) -> Path:
        # Not under home: the path of a Unix socket may not be longer than about 100 bytes.
        return Path("/tmp") / f"collabweb-{self.stack_id}"

    @property
    def broker_port(self) -> Path:
        return self.home / "broker_port"

    @property
    def broker_password(self) -> Path:
        return self.home / "broker_password"

    @property
    def database_sockets(self) -> Path:
        return self.sockets / "postgres"

    @property
    def outside(self) -> Path:
        """For a database owner who cannot reach home; see `owner.py`."""
        return OUTSIDE_ROOT / self.stack_id

    @property
    def stack_id(self) -> str:
        # Random, not a hash of the path: a deleted and newly made home must not find the old database.
        return made_once(self.home / "stack_id", secrets.token_hex(6))

    def make(self) -> None:
        for folder in (self.home, self.logs, self.lock.parent, self.broker_data):
            folder.mkdir(parents=True, exist_ok=True)
        self.broker_data.chmod(0o700)
        _make_own_folder(self.sockets, 0o711 if os.geteuid() == 0 else 0o700)

    def forget_outside(self) -> None:
        """Delete what this stack keeps beside its home. Only for a stack that is down."""
        for folder in (self.sockets, self.outside):
            shutil.rmtree(folder, ignore_errors=True)


def made_once(path: Path, value: str) -> str:
    """The content of a small private file, written with this value when it is absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(value + "\n")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def _make_own_folder(folder: Path, mode: int) -> None:
    folder.mkdir(mode=mode, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise StackError(f"{folder} belongs to somebody else. Delete it, or set COLLABWEB_HOME to another folder.")
    folder.chmod(mode)

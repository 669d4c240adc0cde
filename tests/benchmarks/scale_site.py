"""The web process as the stack starts it, on the database of a benchmark, and clients that cost next to nothing."""

import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self
from urllib.parse import urlsplit

import psutil

from collabweb.stack.environment import environment, free_port
from collabweb.stack.places import REPOSITORY
from collabweb.stack.processes import site_processes

# Below the rate of a token (100 calls a second), which stays as it is.
LEAST_SECONDS_A_CALL = 0.011

Json = dict[str, Any]  # Any: JSON


class Web:
    """Started and asked over HTTP like any other."""

    def __init__(self, popen: "subprocess.Popen[bytes]", port: int) -> None:
        self.port = port
        self._process = psutil.Process(popen.pid)

    def megabytes(self) -> dict[str, float]:
        """Of all its processes together. PSS counts what they share once; RSS counts it in each."""
        family = [self._process, *self._process.children(recursive=True)]
        found = [process.memory_full_info() for process in family]
        return {"PSS": sum(one.pss for one in found) / 2**20, "RSS": sum(one.rss for one in found) / 2**20}


@contextmanager
def running_web(database_name: str) -> Iterator[Web]:
    """On this database of the server that the environment names."""
    port = free_port()
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database_name}").geturl()
    given = dict(os.environ) | {"DATABASE_URL": url, "COLLABWEB_PORT": str(port), "COLLABWEB_LIVE_PORT": str(port + 1)}
    filled = environment(given)
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput"],
        cwd=REPOSITORY,
        env=filled,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    web = next(process for process in site_processes(filled) if process.name == "web")
    with subprocess.Popen(web.command, start_new_session=True, **web.popen_options) as popen:
        try:
            _wait_for(port)
            yield Web(popen, port)
        finally:
            os.killpg(popen.pid, signal.SIGTERM)
            popen.wait()


def _wait_for(port: int) -> None:
    """Until both of its workers have answered, most likely."""
    for _ in range(600):
        try:
            for _ in range(8):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                connection.request("GET", "/accounts/login/")
                connection.getresponse().read()
                connection.close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("web does not answer")


class Caller:
    """One person with a token and a connection that stays open."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def call(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        content = None if body is None else json.dumps(body)
        self._connection.request(method, path, content, self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def next(self, project: int) -> Json | None:
        """The assignment, or None when none is left."""
        status, content = self.call("POST", f"/api/v1/projects/{project}/queue/next/", {"count": 1})
        if status == 204:
            return None
        lent: Json = checked(status, content, 200)["assignments"][0]
        return lent

    def submit(self, lent: Json) -> None:
        """Accept the prediction."""
        said = lent["prediction"]
        body = {"answer": said["answer"], "seconds": 3, "status": "submitted", "prediction": said["id"]}
        status, content = self.call("PUT", f"/api/v1/documents/{lent['document']['id']}/annotation/", body)
        checked(status, content, 200)


def checked(status: int, content: bytes, wanted: int) -> Json:
    if status != wanted:
        raise RuntimeError(f"answered {status}: {content[:500]!r}")
    found: Json = json.loads(content)
    return found


class Stopwatch:
    """Milliseconds by name; calls are paced so that no rate limit is met."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        seconds = time.perf_counter() - started
        self.times.setdefault(name, []).append(seconds * 1000)
        time.sleep(max(0.0, LEAST_SECONDS_A_CALL - seconds))

    def p50(self, name: str) -> float:
        return statistics.median(self.times[name])

    def p95(self, name: str) -> float:
        return ninety_fifth(self.times[name])


def ninety_fifth(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]

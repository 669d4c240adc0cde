"""A running site seen from outside: an API caller with a token, imports, runs, and the figures they end with."""

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx

from collabweb.stack.environment import environment
from collabweb.stack.places import REPOSITORY
from collabweb.stack.site import address

Json = dict[str, Any]  # Any: JSON
ENVIRON = environment()
BASE_URL = f"http://{address(ENVIRON)}"
DATA = Path(os.environ.get("COLLABWEB_SHARED") or REPOSITORY.parent / "shared") / "data"
FINISHED = ("succeeded", "failed", "cancelled")
POLL_SECONDS = 1.0


class NotAsPromised(Exception):
    """The site did something else than it should."""


def check(is_so: bool, claim: str) -> None:  # noqa: FBT001
    if not is_so:
        raise NotAsPromised(claim)
    print(f"ok: {claim}", flush=True)


class Caller:
    """One person's API client. It waits when the site asks it to slow down."""

    def __init__(self, username: str) -> None:
        self.http = httpx.Client(base_url=f"{BASE_URL}/api/v1/", timeout=120)
        found = self.post("token/", {"username": username, "password": ENVIRON["COLLABWEB_DEMO_PASSWORD"]})
        self.token: str = found["token"]
        self.http.headers["Authorization"] = f"Token {self.token}"

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:  # Any: httpx's own
        while True:
            response = self.http.request(method, path, **options)
            if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                return response
            time.sleep(float(response.headers["Retry-After"]))

    def call(self, method: str, path: str, **options: Any) -> Any:  # Any: httpx's own, JSON
        response = self.send(method, path, **options)
        if response.is_error:
            raise NotAsPromised(f"{method} {path}: {response.status_code} {response.text[:500]}")
        return response.json() if response.content else None

    def get(self, path: str, **params: str | int) -> Any:  # Any: JSON
        return self.call("GET", path, params=params)

    def post(self, path: str, body: object = None) -> Any:  # Any: JSON
        return self.call("POST", path, json={} if body is None else body)

    def patch(self, path: str, body: object) -> Any:  # Any: JSON
        return self.call("PATCH", path, json=body)

    def make_project(self, name: str, label_sets: list[Json], **settings: object) -> int:
        body = {"name": name, "label_sets": label_sets, "settings": settings}
        return int(self.post("projects/", body)["id"])

    def import_rows(self, project: int, rows: Iterable[Json]) -> Json:
        """All or nothing; follows the import where the site takes it into the background."""
        content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
        headers = {"Content-Type": "application/x-ndjson"}
        found: Json = self.call("POST", f"projects/{project}/documents/", content=content, headers=headers)
        while found.get("state") in ("queued", "running"):
            time.sleep(POLL_SECONDS)
            found = self.get(f"imports/{found['id']}/")
        if found.get("state") not in (None, "succeeded"):
            raise NotAsPromised(f"the import ended as {found}")
        return found

    def finished_run(self, run: int, *, minutes: float = 30) -> Json:
        """Wait until the run ends, however it ends; raises where it takes longer."""
        deadline = time.monotonic() + minutes * 60
        while (found := self.get(f"runs/{run}/"))["state"] not in FINISHED:
            if time.monotonic() > deadline:
                raise NotAsPromised(f"run {run} has not ended after {minutes} minutes: {found}")
            time.sleep(POLL_SECONDS)
        return dict(found)

    def exported(self, project: int, **params: str) -> Iterator[Json]:
        """The lines of a JSONL export, one after the other."""
        params = {"format": "jsonl", **params}
        with self.http.stream("GET", f"projects/{project}/export/", params=params) as response:
            if response.is_error:
                raise NotAsPromised(f"export: {response.status_code} {response.read()[:500]!r}")
            for line in response.iter_lines():
                yield json.loads(line)


def pages_of(caller: Caller, path: str) -> Iterator[Json]:
    """Every row of a paginated list."""
    url: str | None = f"{path}?limit=500"
    while url:
        page = caller.call("GET", url)
        yield from page["results"]
        url = page["next"]


def read_rows(name: str) -> list[Json]:
    with (DATA / name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def add_people(manager: Caller, project: int, usernames: Iterable[str]) -> None:
    for username in usernames:
        manager.post(f"projects/{project}/members/", {"username": username, "role": "annotator"})


def run_script(main: Any) -> None:  # Any: a function without arguments
    try:
        main()
    except NotAsPromised as failure:
        sys.exit(f"NOT OK: {failure}")

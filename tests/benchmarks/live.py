"""From one person's correction to a new prediction on another person's open page, on a whole site of its own.

10,000 gold answers over 77 labels. Alice submits an answer over HTTP; Bob's page is a WebSocket client with documents
in hand. The clock runs from Alice's first byte to Bob's event, nothing left out. The corrected texts lie near Bob's
and get the label that comes second there, so that there is something to say; a correction that changes none of Bob's
predictions by one percent is counted apart.
"""

import asyncio
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import django
import httpx
import numpy as np
import psycopg
from websockets.asyncio.client import ClientConnection, connect

from annotation.documents.texts import text_sha256
from collabweb.stack.environment import environment
from modelops.engine.encoders import ENCODERS
from tests.benchmarks.desk import api, site_environment, stack
from tests.benchmarks.embedded import DATA, ENCODER, Floats, embeddings
from tests.benchmarks.site_work import KINDS, SiteWork, since

SET = "tickets_en_banking77"
GOLD = 10_000
POOL = 1_500
LENT = 50
ROUNDS = 50
LONGEST_MEASURING_SECONDS = 150
# The sample project of a fresh site is embedded and trained on; that is work of the first minutes.
LONGEST_STARTING_SECONDS = 100
QUIET_SHARE = 0.1
TARGET = 1.0
WAIT_SECONDS = 3.0
PARTS = {
    "received": "correction -> other page",
    "save": "  save (whole call)",
    "message": "  save answered -> refit",
    "read": "  read",
    "refit": "  refit",
    "predict": "  predict",
    "store": "  store and event",
}

Json = dict[str, Any]  # Any: JSON


def main() -> int:
    if not (DATA / f"{SET}.jsonl").exists():
        print("live: the folder ../shared with the real data is absent; nothing measured")
        return 0
    vectors, rows = embeddings(SET)
    with tempfile.TemporaryDirectory(prefix="live") as home:
        settings = site_environment(Path(home)) | {"COLLABWEB_ENCODER": ENCODER, "COLLABWEB_API_RATE": "1000/second"}
        stack("up", settings)
        try:
            url = f"http://127.0.0.1:{settings['COLLABWEB_PORT']}"
            os.environ.update(environment(settings), DJANGO_SETTINGS_MODULE="collabweb.settings")
            django.setup()
            logging.getLogger("httpx").setLevel(logging.WARNING)
            site = Site(url, environment(settings), vectors, rows)
            started = time.monotonic()
            site.fill()
            print(f"live: filled and learned in {time.monotonic() - started:.0f} s", flush=True)
            found = asyncio.run(site.measure())
        finally:
            stack("down", settings)
    return report(found)


class Site:
    """A running site with one project; `ids`: the documents by row of the set."""

    def __init__(self, url: str, settings: Mapping[str, str], vectors: Floats, rows: Sequence[Json]) -> None:
        self.work = SiteWork(settings["COLLABWEB_HOME"])
        self.database, self.live_port = settings["DATABASE_URL"], settings["COLLABWEB_LIVE_PORT"]
        self.rows = rows[: GOLD + POOL]
        self.units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        self.vectors = vectors
        self.mia, self.alice, self.bob = (api(url, name) for name in ("mia", "alice", "bob"))
        self.labels = sorted({row["label"] for row in rows})
        self.project = 0
        self.row_of: dict[int, int] = {}

    def fill(self) -> None:
        label_set = {"name": "Intent", "kind": "choice", "labels": [{"name": name} for name in self.labels]}
        body = {"name": "Tickets", "label_sets": [label_set], "settings": {"train_after": 0, "selection": "random"}}
        self.project = self.mia.post("projects/", json=body).raise_for_status().json()["id"]
        for name in ("alice", "bob"):
            self.mia.post(f"projects/{self.project}/members/", json={"username": name, "role": "annotator"})
        self._store_vectors()
        order = np.random.default_rng(0).permutation(len(self.rows))
        gold, pool = order[:GOLD], order[GOLD:]
        for start in range(0, GOLD, 2000):
            lines = [
                {"text": self.rows[i]["text"], "id": str(i), "Intent": self.rows[i]["label"]}
                for i in gold[start : start + 2000]
            ]
            self._import(lines)
        self._import([{"text": self.rows[i]["text"], "id": str(i)} for i in pool])
        self._wait_until_learned()

    def _import(self, lines: list[Json]) -> None:
        answer = self.mia.post(f"projects/{self.project}/documents/", json=lines, timeout=300).raise_for_status()
        if answer.status_code != httpx.codes.CREATED:
            raise RuntimeError(answer.text[:300])

    def _store_vectors(self) -> None:
        """What the cache would hold after the minutes that embedding takes."""
        key = f"{ENCODER}@{ENCODERS[ENCODER].version}"
        with psycopg.connect(self.database) as database, database.cursor() as cursor:
            statement = "COPY modelops_embedding (text_sha256, encoder, vector) FROM STDIN"
            seen = {text_sha256(row["text"]): number for number, row in enumerate(self.rows)}
            with cursor.copy(statement) as copy:
                for sha256, number in seen.items():
                    copy.write_row((sha256, key, self.vectors[number].astype("<f2").tobytes()))

    def _wait_until_learned(self) -> None:
        deadline = time.monotonic() + 900
        while time.monotonic() < deadline:
            head = self.head()
            is_tuned = head and head["figures"].get("tuned", {}).get("gold", 0) >= GOLD
            if is_tuned and head["gold"] >= GOLD and self._answered() >= LENT:
                return
            time.sleep(1)
        raise RuntimeError(f"the fast head did not learn: {self.head()}")

    def _answered(self) -> int:
        """How many of the documents that come next the fast head has answered."""
        statement = """
            SELECT count(*) FROM (SELECT id FROM annotation_document WHERE project_id = %s AND slots > 0
                ORDER BY priority DESC, id LIMIT %s) AS next
            WHERE EXISTS (SELECT 1 FROM annotation_prediction WHERE document_id = next.id)
        """
        with psycopg.connect(self.database) as database:
            return int((database.execute(statement, [self.project, LENT]).fetchone() or (0,))[0])

    def head(self) -> Json:
        names = ("gold", "refits", "seconds", "figures", "error", "change")
        with psycopg.connect(self.database) as database:
            statement = f"SELECT {', '.join(names)} FROM modelops_fasthead WHERE project_id = %s"
            row = database.execute(statement, [self.project]).fetchone()
        return dict(zip(names, row, strict=True)) if row else {}

    async def measure(self) -> list[Json]:
        """One row a correction: seconds by part; no `received` where nothing came."""
        await self._quiet()
        lent = self._lend(self.bob)
        theirs = [int(one["document"]["external_id"]) for one in lent]
        mine = {int(one["document"]["external_id"]): one for _ in range(6) for one in self._lend(self.alice)}
        near = self._nearest([number for number, one in mine.items() if not self._is_test(one)], theirs)
        by_number = {int(one["document"]["external_id"]): one for one in lent}
        documents = {one["document"]["id"] for one in lent}
        token = self.bob.headers["Authorization"].split()[1]
        page = f"ws://127.0.0.1:{self.live_port}/ws/projects/{self.project}/?token={token}"
        found: list[Json] = []
        until = time.monotonic() + LONGEST_MEASURING_SECONDS
        async with connect(page) as socket:
            for number, other in near[:ROUNDS]:
                if time.monotonic() < until:
                    found.append(await self._correct(socket, mine[number], by_number[other], documents))
        return found

    def _lend(self, person: httpx.Client) -> list[Json]:
        answer = person.post(f"projects/{self.project}/queue/next/", json={"count": LENT}).raise_for_status()
        return list(answer.json()["assignments"]) if answer.content else []

    def _is_test(self, assignment: Json) -> bool:
        """What is corrected in a test document teaches nobody, by design."""
        with psycopg.connect(self.database) as database:
            statement = """
                SELECT salt, text_key FROM annotation_document AS document
                JOIN annotation_project AS project ON project.id = project_id WHERE document.id = %s
            """
            row = database.execute(statement, [assignment["document"]["id"]]).fetchone()
        from modelops.evaluation.split import is_test

        return row is not None and is_test(*row)

    def _nearest(self, mine: list[int], theirs: list[int]) -> list[tuple[int, int]]:
        """Alice's documents with the nearest of Bob's, the closest pairs first."""
        closeness = self.units[mine] @ self.units[theirs].T
        pairs = zip(mine, closeness.argmax(axis=1), closeness.max(axis=1), strict=True)
        return [(one, theirs[other]) for one, other, _ in sorted(pairs, key=lambda pair: -pair[2])]

    async def _quiet(self) -> None:
        """Until the site's own processes rest."""
        until, seconds = time.monotonic() + LONGEST_STARTING_SECONDS, 3.0
        while time.monotonic() < until:
            before = self.work.seconds()
            await asyncio.sleep(seconds)
            if sum(since(before, self.work.seconds()).values()) < QUIET_SHARE * seconds:
                return
        print(f"  the site's own processes did not rest within {LONGEST_STARTING_SECONDS} s")

    async def _settle(self) -> None:
        """Until nothing of the correction before is under way: its events must not be taken for this one's."""
        before: Json = {}
        while (now := await asyncio.to_thread(self.head)) != before:
            before = now
            await asyncio.sleep(1)

    async def _correct(self, socket: ClientConnection, assignment: Json, near: Json, theirs: set[int]) -> Json:
        """Alice gives the label that comes second for the nearest of Bob's documents."""
        label = list(near["prediction"]["confidence"]["Intent"])[1]
        await self._settle()
        await _drain(socket)
        before, started = self.work.seconds(), time.time()
        body = {"answer": {"Intent": label}, "status": "submitted", "seconds": 3}
        path = f"documents/{assignment['document']['id']}/annotation/"
        saved = await asyncio.to_thread(self.alice.put, path, json=body)
        saved.raise_for_status()
        parts: Json = {"save": time.time() - started}
        event = await _prediction(socket, theirs)
        parts["received"] = None if event is None else time.time() - started
        parts["work"] = since(before, self.work.seconds())
        await asyncio.sleep(0.5)
        head = await asyncio.to_thread(self.head)
        parts["message"] = head["figures"]["started_at"] - started - parts["save"]
        return {**parts, **head["figures"].get("laps", {}), "event": event}


async def _drain(socket: ClientConnection) -> None:
    while True:
        try:
            await asyncio.wait_for(socket.recv(), timeout=0.3)
        except TimeoutError:
            return


async def _prediction(socket: ClientConnection, documents: set[int]) -> Json | None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        try:
            event = json.loads(await asyncio.wait_for(socket.recv(), timeout=deadline - time.monotonic()))
        except TimeoutError:
            return None
        if event["type"] == "prediction.updated" and event["document"] in documents:
            return dict(event)
    return None


def show(title: str, values: Sequence[float], wanted: str = "") -> None:
    p50, p95 = np.quantile(values, [0.5, 0.95])
    print(f"  {title:26s}{p50:8.3f}{p95:8.3f}{max(values):9.3f}  {wanted}".rstrip())


def report(found: Sequence[Json]) -> int:
    seen = [one for one in found if one["received"] is not None]
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"live: {GOLD:,} gold, 77 labels, {len(found)} corrections, {machine}")
    print(f"  {len(found) - len(seen)} corrections changed none of the other person's {LENT} predictions")
    if not seen:
        return 1
    print(f"  {'seconds by the clock':26s}{'p50':>8s}{'p95':>8s}{'largest':>9s}  wanted")
    for name, title in PARTS.items():
        wanted = f"p95 <= {TARGET:g}" if name == "received" else ""
        show(title, [float(one[name]) for one in seen if one.get(name) is not None], wanted)
    worked = [sum(float(one.get(name) or 0) for name in list(PARTS)[1:]) for one in seen]
    show("  the rest", [float(one["received"]) - total for one, total in zip(seen, worked, strict=True)])
    print("  seconds of processors, until the event came")
    show("all processes", [sum(one["work"].values()) for one in seen])
    for kind in dict.fromkeys(KINDS.values()):
        show(f"  {kind}", [one["work"][kind] for one in seen])
    return 0


if __name__ == "__main__":
    sys.exit(main())

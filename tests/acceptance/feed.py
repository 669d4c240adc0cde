"""The feed and the live socket, read by three clients each while 5,000 saves come in and connections break."""

import asyncio
import contextlib
import json
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
from websockets.asyncio.client import connect

from collabweb.stack.site import address
from tests.acceptance.site import BASE_URL, ENVIRON, Caller, Json, add_people, check, run_script

DOCUMENTS, SAVES = 4_000, 5_000
WRITERS, READERS, RECONNECTS = 16, 3, 20
PEOPLE = ("alice", "bob", "rui", "mia")
LABELS = ("billing", "delivery", "other")
LABEL_SET = "Category"
IDLE_SECONDS = 0.05
LONGEST_SECONDS = 900


@dataclass
class Ledger:
    """What the site acknowledged: the labels of a document, in the order of its saves, and when the last one came."""

    labels: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    is_over: bool = False

    @property
    def saves(self) -> int:
        return sum(len(labels) for labels in self.labels.values())


@dataclass
class Seen:
    """What one reader has taken in. A connection is broken `RECONNECTS` times, spread over the saves."""

    entries: list[tuple[int, int, str]] = field(default_factory=list)
    reconnects: int = 0

    @property
    def since(self) -> int:
        return self.entries[-1][0] if self.entries else 0

    def is_due_to_break(self) -> bool:
        return self.reconnects < RECONNECTS and len(self.entries) >= (self.reconnects + 1) * SAVES // (RECONNECTS + 2)


def main() -> None:
    mia = Caller("mia")
    label_set = {"name": LABEL_SET, "kind": "choice", "required": True, "labels": [{"name": name} for name in LABELS]}
    project = mia.make_project("Feed", [label_set], train_after=0)
    add_people(mia, project, PEOPLE[:3])
    rows = ({"id": f"d{number}", "text": f"Message {number}: my parcel has not come."} for number in range(DOCUMENTS))
    mia.import_rows(project, rows)
    documents = [int(row["id"]) for row in listed(mia, project)]
    tokens = [mia.token, *(Caller(name).token for name in PEOPLE[:3])]
    ledger, feeds, sockets = Ledger(), [Seen() for _ in range(READERS)], [Seen() for _ in range(READERS)]
    started = time.monotonic()
    asyncio.run(run_all(project, tokens, documents, ledger, feeds, sockets))
    print(f"{SAVES} saves by {WRITERS} clients, read by {READERS}: {time.monotonic() - started:.1f} s", flush=True)
    check_feeds(mia, project, ledger, feeds)
    check_sockets(ledger, sockets)


def listed(caller: Caller, project: int) -> list[Json]:
    found: list[Json] = []
    page: Json = {"next": f"projects/{project}/documents/?limit=500"}
    while page["next"]:
        page = caller.call("GET", page["next"])
        found += page["results"]
    return found


async def run_all(
    project: int, tokens: list[str], documents: list[int], ledger: Ledger, feeds: list[Seen], sockets: list[Seen]
) -> None:
    async with asyncio.timeout(LONGEST_SECONDS), asyncio.TaskGroup() as group:
        for number, seen in enumerate(feeds):
            group.create_task(read_feed(project, tokens[number], ledger, seen, random.Random(number)))
        for number, seen in enumerate(sockets):
            group.create_task(read_socket(project, tokens[number], ledger, seen))
        again = set(documents[: SAVES - DOCUMENTS])
        async with asyncio.TaskGroup() as writers:
            for number in range(WRITERS):
                own = documents[number::WRITERS]
                # Some are answered twice, by the same person: the feed says both.
                turns = [*own, *(document for document in own if document in again)]
                writers.create_task(save_all(project, tokens[number % len(tokens)], turns, ledger))
        ledger.is_over = True


async def save_all(project: int, token: str, documents: list[int], ledger: Ledger) -> None:
    headers = {"Authorization": f"Token {token}"}
    async with httpx.AsyncClient(base_url=f"{BASE_URL}/api/v1/", headers=headers, timeout=60) as http:
        for document in documents:
            label = LABELS[(document + len(ledger.labels[document])) % len(LABELS)]
            body = {"answer": {LABEL_SET: label}, "seconds": 1.0, "status": "submitted"}
            response = await http.put(f"documents/{document}/annotation/", json=body)
            while response.status_code == httpx.codes.TOO_MANY_REQUESTS:
                await asyncio.sleep(float(response.headers["Retry-After"]))
                response = await http.put(f"documents/{document}/annotation/", json=body)
            response.raise_for_status()
            ledger.labels[document].append(label)


async def read_feed(project: int, token: str, ledger: Ledger, seen: Seen, chance: random.Random) -> None:
    """Ask on and on with pages of any size; some answers are dropped half read, as a lost connection would."""
    while not is_done(ledger, seen):
        headers = {"Authorization": f"Token {token}"}
        async with httpx.AsyncClient(base_url=f"{BASE_URL}/api/v1/", headers=headers, timeout=60) as http:
            while not seen.is_due_to_break() and not is_done(ledger, seen):
                query = {"since": seen.since, "limit": chance.randint(1, 200)}
                response = await http.get(f"projects/{project}/labels/", params=query)
                if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
                    await asyncio.sleep(float(response.headers["Retry-After"]))
                    continue
                rows = response.raise_for_status().json()["results"]
                seen.entries += [(row["seq"], row["document"], row["answer"][LABEL_SET]) for row in rows]
                await asyncio.sleep(0 if rows else IDLE_SECONDS)
            if seen.is_due_to_break():
                seen.reconnects += 1
                async with http.stream("GET", f"projects/{project}/labels/", params={"since": seen.since}) as response:
                    await anext(response.aiter_raw(16), None)


async def read_socket(project: int, token: str, ledger: Ledger, seen: Seen) -> None:
    url = f"ws://{address(ENVIRON, 'COLLABWEB_LIVE_PORT')}/ws/projects/{project}/?token={token}"
    while not is_done(ledger, seen):
        async with connect(f"{url}&since={seen.since}", max_queue=None) as socket:
            async for event in events_of(socket, ledger, seen):
                if event["type"] == "resync":
                    check(False, "the live socket has every event that a reader missed")
                if event["type"] == "annotation.submitted":
                    seen.entries.append((event["id"], event["document"], ""))
                if seen.is_due_to_break():
                    seen.reconnects += 1
                    break


async def events_of(socket: object, ledger: Ledger, seen: Seen) -> AsyncIterator[Json]:
    while not is_done(ledger, seen):
        with contextlib.suppress(TimeoutError):
            yield json.loads(await asyncio.wait_for(socket.recv(), timeout=1))  # type: ignore[attr-defined]


def is_done(ledger: Ledger, seen: Seen) -> bool:
    return ledger.is_over and len(seen.entries) >= ledger.saves


def check_feeds(mia: Caller, project: int, ledger: Ledger, feeds: list[Seen]) -> None:
    check(ledger.saves == SAVES, f"{SAVES} saves were acknowledged")
    afterwards = whole_feed(mia, project)
    check(len(afterwards) == SAVES, "the feed has as many changes")
    check(all(seen.reconnects == RECONNECTS for seen in feeds), f"each reader came back {RECONNECTS} times")
    check(all(seen.entries == afterwards for seen in feeds), f"{READERS} readers saw each change once, in order")
    told: defaultdict[int, list[str]] = defaultdict(list)
    for _, document, label in afterwards:
        told[document].append(label)
    check(told == ledger.labels, "what they saw is what was saved, document by document")


def whole_feed(mia: Caller, project: int) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    since = 0
    while page := mia.get(f"projects/{project}/labels/", since=since, limit=500)["results"]:
        found += [(row["seq"], row["document"], row["answer"][LABEL_SET]) for row in page]
        since = found[-1][0]
    return found


def check_sockets(ledger: Ledger, sockets: list[Seen]) -> None:
    check(all(seen.reconnects == RECONNECTS for seen in sockets), f"each page came back {RECONNECTS} times")
    ids = [[number for number, _, _ in seen.entries] for seen in sockets]
    check(all(found == sorted(set(found)) for found in ids), "each page saw an event once, and ids rose")
    check(all(seen.entries == sockets[0].entries for seen in sockets), f"{READERS} pages saw the same")
    expected = sorted(document for document, labels in ledger.labels.items() for _ in labels)
    check(sorted(document for _, document, _ in sockets[0].entries) == expected, "and an event for each save")


if __name__ == "__main__":
    run_script(main)

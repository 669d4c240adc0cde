"""16 clients empty a queue of 2,000 documents; some give back, some walk away. None is lent twice, none is lost."""

import asyncio
import random
import time
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from tests.acceptance.site import BASE_URL, Caller, add_people, check, run_script

CLIENTS, DOCUMENTS = 16, 2_000
LEASE_MINUTES = 0.5
ABANDONED = 20
LONGEST_SECONDS = 600
PEOPLE = ("alice", "bob", "rui", "mia")
LABELS = ("billing", "delivery", "other")
LABEL_SET = "Category"


@dataclass
class Ledger:
    """Who has what in hand, as the clients see it: a document is in one hand at a time."""

    until: dict[int, float] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)
    offered_again: set[int] = field(default_factory=set)
    twice: list[int] = field(default_factory=list)

    def lend(self, document: int, expires_at: str) -> None:
        now = time.time()
        # Clocks are those of one machine; the last tenth of a second of a lease is nobody's.
        if document in self.done or now < self.until.get(document, 0.0) - 0.1:
            self.twice.append(document)
        if document in self.left:
            self.offered_again.add(document)
        self.until[document] = datetime.fromisoformat(expires_at).timestamp()


def main() -> None:
    mia = Caller("mia")
    tokens = [mia.token, *(Caller(name).token for name in PEOPLE[:3])]
    label_set = {"name": LABEL_SET, "kind": "choice", "required": True, "labels": [{"name": name} for name in LABELS]}
    project = mia.make_project("Drain", [label_set], train_after=0, lease_minutes=LEASE_MINUTES)
    add_people(mia, project, PEOPLE[:3])
    rows = ({"id": f"d{number}", "text": f"Message {number}: my parcel has not come."} for number in range(DOCUMENTS))
    mia.import_rows(project, rows)
    ledger = Ledger()
    started = time.monotonic()
    asyncio.run(drain(project, tokens, ledger))
    seconds = time.monotonic() - started
    print(f"{CLIENTS} clients took {seconds:.1f} s, {DOCUMENTS / seconds:.0f} documents a second")
    check(ledger.twice == [], "no document was in two hands at a time")
    check(len(ledger.done) == DOCUMENTS, f"all {DOCUMENTS} documents were answered, none is stuck")
    check(len(ledger.left) == ABANDONED, f"{ABANDONED} leases were left alone")
    check(ledger.offered_again == ledger.left, "each of those documents was offered again, after its time")
    gold = sum(1 for _ in mia.exported(project, which="gold"))
    check(gold == DOCUMENTS, f"the site has {DOCUMENTS} gold answers")


async def drain(project: int, tokens: list[str], ledger: Ledger) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(CLIENTS):
            group.create_task(work(project, tokens[number % len(tokens)], ledger, random.Random(number)))


async def work(project: int, token: str, ledger: Ledger, chance: random.Random) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    headers = {"Authorization": f"Token {token}"}
    async with httpx.AsyncClient(base_url=f"{BASE_URL}/api/v1/", headers=headers, timeout=60) as http:
        while len(ledger.done) < DOCUMENTS and time.monotonic() < deadline:
            response = await send(http, "POST", f"projects/{project}/queue/next/", json={"count": chance.randint(1, 3)})
            if response.status_code == httpx.codes.NO_CONTENT:
                await asyncio.sleep(1)
                continue
            assignments = response.json()["assignments"]
            for assignment in assignments:
                ledger.lend(assignment["document"]["id"], assignment["expires_at"])
            for assignment in assignments:
                await finish(http, assignment["id"], assignment["document"]["id"], ledger, chance)


async def finish(
    http: httpx.AsyncClient, assignment: int, document: int, ledger: Ledger, chance: random.Random
) -> None:
    """Answer the document, give it back, or walk away."""
    fate = chance.random()
    if fate < 0.03 and len(ledger.left) < ABANDONED:
        ledger.left.add(document)
    elif fate < 0.06:
        ledger.until[document] = 0.0
        await send(http, "DELETE", f"assignments/{assignment}/")
    else:
        body = {"answer": {LABEL_SET: chance.choice(LABELS)}, "seconds": 1.0, "status": "submitted"}
        await send(http, "PUT", f"documents/{document}/annotation/", json=body)
        ledger.done.add(document)


async def send(http: httpx.AsyncClient, method: str, path: str, json: object = None) -> httpx.Response:
    while True:
        response = await http.request(method, path, json=json)
        if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
            response.raise_for_status()
            return response
        await asyncio.sleep(float(response.headers["Retry-After"]))


if __name__ == "__main__":
    run_script(main)

"""kill -9 of the worker at 20 random moments of imports of 100,000 rows: all rows or none, and each ends by itself."""

import json
import random
import statistics
import time
from dataclasses import dataclass, field

from tests.acceptance.kills import GREEN_SECONDS, is_green, kill, wait_until
from tests.acceptance.site import FINISHED, Caller, Json, check, pages_of, run_script

ROWS, KILLS = 100_000, 20
# With one more the site gives the import up: a file that kills its worker must not go round for ever.
KILLS_AN_IMPORT = 4
LABEL_SET = "Category"
LONGEST_SECONDS = 900
POLL_SECONDS = 0.1


@dataclass
class Watched:
    """One import as it is seen from outside."""

    caller: Caller
    project: int
    number: int
    progress: list[float] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def look(self) -> Json:
        found: Json = self.caller.get(f"imports/{self.number}/")
        self.progress.append(found["progress"])
        if found["state"] != "succeeded" and self.caller.get(f"projects/{self.project}/documents/", limit=1)["results"]:
            # It may have succeeded between the two questions.
            found = self.caller.get(f"imports/{self.number}/")
            if found["state"] != "succeeded":
                check(False, f"an import that is {found['state']} has written nothing")
        return found

    def wait_for_progress(self, least: float) -> Json:
        deadline = time.monotonic() + LONGEST_SECONDS
        while (found := self.look())["state"] not in FINISHED and found["progress"] < least:
            if time.monotonic() > deadline:
                check(False, f"the import gets on: {found}")
            time.sleep(POLL_SECONDS)
        return found

    def wait_for_new_attempt(self) -> None:
        """A worker that takes the import up begins at 0 again."""
        before = self.progress[-1]
        started = time.monotonic()
        while (found := self.look())["state"] not in FINISHED and not (
            found["state"] == "running" and found["progress"] < before
        ):
            if time.monotonic() - started > LONGEST_SECONDS:
                check(False, f"a killed import is taken up again: {found}")
            time.sleep(POLL_SECONDS)
        self.pauses.append(time.monotonic() - started)


def main() -> None:
    mia = Caller("mia")
    content = body()
    whole = start(mia, content)
    started = time.monotonic()
    whole.wait_for_progress(2.0)
    seconds = time.monotonic() - started
    print(f"without a kill: {seconds:.1f} s, {ROWS / seconds:.0f} rows a second", flush=True)
    check_all(whole)
    chance, kills, pauses = random.Random(20), 0, list[float]()
    while kills < KILLS:
        watched = start(mia, content)
        kills += killed(watched, min(KILLS_AN_IMPORT, KILLS - kills), chance)
        check_all(watched)
        pauses += watched.pauses
    print(f"{kills} kills; at work again after {statistics.median(pauses):.1f} s (median), {max(pauses):.1f} s (most)")
    check_given_up(start(mia, content))


def body() -> bytes:
    rows = (
        {"id": f"r{place}", "text": f"Ticket {place}: 我的包裹还没有到 📦", **({} if place % 10 else gold())}
        for place in range(ROWS)
    )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def gold() -> Json:
    return {"answer": {LABEL_SET: "delivery"}}


def start(mia: Caller, content: bytes) -> Watched:
    labels = [{"name": "billing"}, {"name": "delivery"}]
    label_set = {"name": LABEL_SET, "kind": "choice", "required": True, "labels": labels}
    project = mia.make_project("Import kills", [label_set], train_after=0)
    headers = {"Content-Type": "application/x-ndjson"}
    found = mia.call("POST", f"projects/{project}/documents/?async=1", content=content, headers=headers)
    return Watched(mia, project, int(found["id"]))


def killed(watched: Watched, most: int, chance: random.Random) -> int:
    """How often it was killed before it ended; each time at a random share of its way."""
    for number in range(most):
        found = watched.wait_for_progress(chance.uniform(0.001, 1.0))
        time.sleep(chance.uniform(0, 1))
        kill("worker-bulk")
        print(f"  at {found['progress']:.0%}", flush=True)
        wait_until(is_green, seconds=GREEN_SECONDS, what="the site is green")
        if watched.look()["state"] in FINISHED:
            return number + 1
        watched.wait_for_new_attempt()
    return most


def check_all(watched: Watched) -> None:
    found = watched.wait_for_progress(2.0)
    check(found["state"] == "succeeded", f"the import ended by itself: {found['error'] or 'succeeded'}")
    figures = (found["progress"], found["imported"], found["duplicates"], found["rejected_count"])
    check(figures == (1.0, ROWS, 0, 0), "its figures are those of the file")
    check(all(0 <= share <= 1 for share in watched.progress), "progress was between 0 and 1")
    rows = sum(1 for _ in pages_of(watched.caller, f"projects/{watched.project}/documents/"))
    golds = sum(1 for _ in watched.caller.exported(watched.project, which="gold"))
    check((rows, golds) == (ROWS, ROWS // 10), f"{ROWS} documents are there, and the gold of every tenth")


def check_given_up(watched: Watched) -> None:
    """An import whose every attempt dies is ended as failed, with nothing written."""
    while (found := watched.wait_for_progress(0.001))["state"] not in FINISHED:
        kill("worker-bulk")
        watched.wait_for_new_attempt()
    check((found["state"], found["error_code"]) == ("failed", "interrupted"), f"given up: {found['error']}")
    check(not list(pages_of(watched.caller, f"projects/{watched.project}/documents/")), "and nothing was written")


if __name__ == "__main__":
    run_script(main)

"""kill -9 of worker, broker, database and the worker's child at random moments of training runs.

Each run must end once, or fail with a reason, and go on within 30 seconds of the kill. `python -m
tests.acceptance.run_kills 10` does ten; 30 without a number.
"""

import os
import random
import signal
import statistics
import sys
import time
from dataclasses import dataclass
from datetime import datetime

import httpx
import psutil

from collabweb.stack.places import Places
from collabweb.stack.records import read_state
from tests.acceptance.kills import GREEN_SECONDS, LABEL_SET, RUN_MINUTES, is_green, kill, wait_until
from tests.acceptance.site import ENVIRON, FINISHED, Caller, Json, NotAsPromised, check, read_rows, run_script

RUNS, GOLD = 30, 120
VICTIMS = ("worker-train", "train process alone", "valkey", "postgres")
RESUMED_SECONDS = 30.0
SEED = 20
ARGUMENTS: Json = {"epochs": 5, "resume_seconds": 3, "lora_rank": 4}


@dataclass(frozen=True)
class Seen:
    """One run: what was killed where, how long it stood still, and how it ended."""

    victim: str
    progress: float
    paused: float | None
    state: str
    attempts: int
    error: str
    versions: int


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    rng = random.Random(SEED)
    mia = Caller("mia")
    project = make_project(mia)
    mia.finished_run(started(mia, project), minutes=RUN_MINUTES)
    rows = [killed(mia, project, VICTIMS[number % len(VICTIMS)], rng.uniform(0.03, 0.85)) for number in range(count)]
    report(rows)
    check(all(row.versions == (row.state == "succeeded") for row in rows), "each run that succeeded made one version")
    check(all(row.state == "succeeded" or row.error for row in rows), "each other one says why")
    pauses = [row.paused for row in rows if row.paused is not None]
    check(max(pauses, default=0.0) <= RESUMED_SECONDS, f"each went on within {RESUMED_SECONDS:.0f} s")


def make_project(mia: Caller) -> int:
    rows = [row for row in read_rows("tickets_en_banking77.jsonl") if row["split"] == "train"][:: 10_000 // GOLD][:GOLD]
    labels = [{"name": name} for name in sorted({row["label"] for row in rows})]
    label_set = {"name": LABEL_SET, "kind": "choice", "required": True, "labels": labels}
    project = mia.make_project("Kills in runs", [label_set], train_after=0, promote="manual")
    mia.import_rows(project, ({"text": row["text"], "answer": {LABEL_SET: row["label"]}} for row in rows))
    return project


def started(mia: Caller, project: int) -> int:
    return int(mia.post(f"projects/{project}/runs/", {"arguments": ARGUMENTS})["id"])


def killed(mia: Caller, project: int, victim: str, progress: float) -> Seen:
    before = len(mia.get(f"projects/{project}/versions/", limit=200)["results"])
    run = started(mia, project)
    at = reached(mia, run, progress)
    strike(victim)
    struck = time.monotonic()
    paused = moving_again(mia, run, at, struck)
    wait_until(is_green, seconds=GREEN_SECONDS, what="the site is green")
    found = patient(mia, run)
    while found["state"] not in FINISHED:
        if time.monotonic() - struck > 60 * RUN_MINUTES:
            check(False, f"run {run} ends")
        time.sleep(1)
        found = patient(mia, run)
    time.sleep(6)
    made = len(mia.get(f"projects/{project}/versions/", limit=200)["results"]) - before
    print(f"run {run}: {victim} at {at['progress']:.2f}: {found['state']}, stood still {paused} s", flush=True)
    return Seen(victim, at["progress"], paused, found["state"], found["attempt"], found["error"], made)


def reached(mia: Caller, run: int, progress: float) -> Json:
    found: Json = mia.get(f"runs/{run}/")
    while found["state"] not in FINISHED and not (found["state"] == "running" and found["progress"] >= progress):
        time.sleep(0.05)
        found = mia.get(f"runs/{run}/")
    return found


def strike(victim: str) -> None:
    """The whole group of a process as a crash would end it, or the one process that trains, without its group."""
    if victim != "train process alone":
        kill(victim)
        return
    worker = psutil.Process(read_state(Places.of(ENVIRON).state).children["worker-train"].identity.pid)
    target = (worker.children(recursive=True) or [worker])[-1]
    os.kill(target.pid, signal.SIGKILL)
    print(f"killed the train process (pid {target.pid})", flush=True)


def moving_again(mia: Caller, run: int, at: Json, struck: float) -> float | None:
    """Seconds until a worker is at it again or it has ended. None: the kill came after its end."""
    if at["state"] in FINISHED:
        return None
    while time.monotonic() - struck < 60 * RUN_MINUTES:
        found = patient(mia, run)
        is_new = found["attempt"] > at["attempt"]
        moves = found["attempt"] == at["attempt"] and found["progress"] > at["progress"] + 0.02
        if found["state"] in FINISHED or is_new or moves:
            return round(time.monotonic() - struck, 1)
        time.sleep(0.1)
    return None


def patient(mia: Caller, run: int) -> Json:
    """The run as soon as the site can say how it stands."""
    while True:
        try:
            return dict(mia.get(f"runs/{run}/"))
        except (httpx.HTTPError, NotAsPromised):
            time.sleep(0.1)


def report(rows: list[Seen]) -> None:
    print(f"\n{datetime.now().astimezone():%Y-%m-%d %H:%M}: {len(rows)} runs of {GOLD} gold answers")
    print("| killed | runs | succeeded | failed with a reason | attempts | stood still, median s | longest s |")
    print("|---|---|---|---|---|---|---|")
    for victim in VICTIMS:
        own = [row for row in rows if row.victim == victim]
        pauses = [row.paused for row in own if row.paused is not None]
        if own and pauses:
            good = sum(row.state == "succeeded" for row in own)
            attempts = max(row.attempts for row in own)
            middle, longest = statistics.median(pauses), max(pauses)
            print(f"| {victim} | {len(own)} | {good} | {len(own) - good} | {attempts} | {middle:.1f} | {longest:.1f} |")


if __name__ == "__main__":
    run_script(main)

"""kill -9 of the train worker in a run, of the web process during saves, of the broker with work in its queue."""

import os
import signal
import threading
import time
import uuid
from collections.abc import Callable

import httpx

from collabweb.stack.places import Places
from collabweb.stack.records import read_state
from tests.acceptance.site import BASE_URL, ENVIRON, FINISHED, Caller, Json, check, pages_of, read_rows, run_script

LABEL_SET = "Intent"
GOLD, OPEN = 400, 300
SAVERS = 4
GREEN_SECONDS = 90
RUN_MINUTES = 20


def main() -> None:
    mia = Caller("mia")
    project = make_project(mia)
    kill_web_during_saves(mia, project)
    kill_train_worker_in_a_run(mia, project)
    kill_broker_with_a_run_queued(mia, project)


def make_project(mia: Caller) -> int:
    rows = [row for row in read_rows("tickets_en_banking77.jsonl") if row["split"] == "train"][:: 10_000 // 700]
    labels = [{"name": name} for name in sorted({row["label"] for row in rows})]
    label_set = {"name": LABEL_SET, "kind": "choice", "required": True, "labels": labels}
    project = mia.make_project("Kills", [label_set], train_after=0, promote="manual")
    gold, open_rows = rows[:GOLD], rows[GOLD : GOLD + OPEN]
    mia.import_rows(project, ({"text": row["text"], "answer": {LABEL_SET: row["label"]}} for row in gold))
    mia.import_rows(project, ({"text": row["text"], "meta": {"true": row["label"]}} for row in open_rows))
    return project


def kill(name: str) -> None:
    """SIGKILL to the process and its children, as a crash of the whole group would be."""
    identity = read_state(Places.of(ENVIRON).state).children[name].identity
    os.killpg(os.getpgid(identity.pid), signal.SIGKILL)
    print(f"killed {name} (pid {identity.pid})", flush=True)


def wait_until(is_so: Callable[[], bool], *, seconds: float, what: str) -> None:
    started = time.monotonic()
    while not is_so():
        if time.monotonic() - started > seconds:
            check(False, what)
        time.sleep(0.2)
    print(f"ok: {what} after {time.monotonic() - started:.1f} s", flush=True)


def is_green() -> bool:
    try:
        return httpx.get(f"{BASE_URL}/healthz", timeout=10).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def kill_web_during_saves(mia: Caller, project: int) -> None:
    """Each saver repeats a save until it is acknowledged; what was acknowledged must be there at the end."""
    documents = [row for row in pages_of(mia, f"projects/{project}/documents/") if row["state"] == "new"]
    acknowledged: dict[int, Json] = {}
    savers = [
        threading.Thread(target=save_all, args=(mia.token, documents[number::SAVERS], acknowledged))
        for number in range(SAVERS)
    ]
    for saver in savers:
        saver.start()
    for share in (0.2, 0.6):
        wait_until(lambda: len(acknowledged) > share * len(documents), seconds=60, what=f"{share:.0%} saved")  # noqa: B023
        kill("web")
    for saver in savers:
        saver.join()
    wait_until(is_green, seconds=GREEN_SECONDS, what="the site is green after two kills of web")
    present = {row["document"]: row for row in pages_of(mia, f"projects/{project}/annotations/")}
    kept = sum(present.get(key, {}).get("answer") == answer for key, answer in acknowledged.items())
    check(kept == len(acknowledged) == len(documents), f"all {len(documents)} acknowledged annotations are there")
    check(all(row["version"] == 1 for row in present.values()), "none was saved twice")


def save_all(token: str, documents: list[Json], acknowledged: dict[int, Json]) -> None:
    with httpx.Client(base_url=f"{BASE_URL}/api/v1/", timeout=10) as http:
        for document in documents:
            answer: Json = {LABEL_SET: document["meta"]["true"]}
            headers = {"Authorization": f"Token {token}", "Idempotency-Key": uuid.uuid4().hex}
            body = {"answer": answer, "seconds": 1.0, "status": "submitted"}
            while not is_acknowledged(http, f"documents/{document['id']}/annotation/", body, headers):
                time.sleep(0.2)
            acknowledged[document["id"]] = answer


def is_acknowledged(http: httpx.Client, path: str, body: Json, headers: dict[str, str]) -> bool:
    try:
        return http.put(path, json=body, headers=headers).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def started_run(mia: Caller, project: int) -> int:
    return int(mia.post(f"projects/{project}/runs/")["id"])


def kill_train_worker_in_a_run(mia: Caller, project: int) -> None:
    before = len(mia.get(f"projects/{project}/versions/")["results"])
    run = started_run(mia, project)

    def is_in_the_middle() -> bool:
        found = mia.get(f"runs/{run}/")
        if found["state"] in FINISHED:
            check(False, f"run {run} is still at work when its worker is killed (it ended as {found['state']})")
        return bool(found["state"] == "running" and found["progress"] > 0.3)

    wait_until(is_in_the_middle, seconds=RUN_MINUTES * 60, what="the run is in its middle")
    kill("worker-train")
    check_one_end(mia, project, run, before)


def kill_broker_with_a_run_queued(mia: Caller, project: int) -> None:
    before = len(mia.get(f"projects/{project}/versions/")["results"])
    kill("valkey")
    run = started_run(mia, project)
    wait_until(is_green, seconds=GREEN_SECONDS, what="the site is green after the broker's death")
    check_one_end(mia, project, run, before)


def check_one_end(mia: Caller, project: int, run: int, versions_before: int) -> None:
    found = mia.finished_run(run, minutes=RUN_MINUTES)
    check(found["state"] == "succeeded", f"run {run} succeeded all the same ({found['error'] or 'no error'})")
    time.sleep(10)
    versions = mia.get(f"projects/{project}/versions/")["results"]
    check(len(versions) == versions_before + 1, "it ended once: one new version")
    open_runs = [row["id"] for row in mia.get(f"projects/{project}/runs/")["results"] if row["state"] not in FINISHED]
    check(open_runs == [], "no run waits or works on")


if __name__ == "__main__":
    run_script(main)

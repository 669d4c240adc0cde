"""77 intents of real support messages by API alone: 1,500 gold, 3,000 open, one run, a promotion, 3,000 predictions."""

import random
import time

from tests.acceptance.site import Caller, Json, check, read_rows, run_script

GOLD, OPEN = 1_500, 3_000
LABEL_SET = "Intent"
LOWEST_ACCURACY = 0.78
LONGEST_MINUTES = 15
PRELABEL_MINUTES = 20


def main() -> None:
    rows = read_rows("tickets_en_banking77.jsonl")
    labels = sorted({row["label"] for row in rows})
    random.Random(7).shuffle(rows)
    gold, open_rows = rows[:GOLD], rows[GOLD : GOLD + OPEN]
    mia = Caller("mia")
    project = make_project(mia, labels)
    import_all(mia, project, gold, open_rows)
    version = train(mia, project)
    promote(mia, project, version)
    check_predictions(mia, project, version, open_rows)


def make_project(mia: Caller, labels: list[str]) -> int:
    label_set = {"name": LABEL_SET, "kind": "choice", "required": True, "labels": [{"name": name} for name in labels]}
    # Runs and promotion by hand, so that each step can be timed alone.
    project = mia.make_project("Banking intents", [label_set], train_after=0, promote="manual")
    print(f"project {project} with {len(labels)} labels")
    return project


def import_all(mia: Caller, project: int, gold: list[Json], open_rows: list[Json]) -> None:
    started = time.monotonic()
    done = mia.import_rows(
        project, ({"id": row["id"], "text": row["text"], "answer": {LABEL_SET: row["label"]}} for row in gold)
    )
    check(done["imported"] == GOLD, f"{GOLD} documents imported as gold")
    done = mia.import_rows(project, ({"id": row["id"], "text": row["text"]} for row in open_rows))
    check(done["imported"] == OPEN, f"{OPEN} documents imported without an answer")
    print(f"both imports took {time.monotonic() - started:.1f} s")


def train(mia: Caller, project: int) -> Json:
    started = time.monotonic()
    run = mia.finished_run(mia.post(f"projects/{project}/runs/")["id"], minutes=2 * LONGEST_MINUTES)
    minutes = (time.monotonic() - started) / 60
    check(run["state"] == "succeeded", f"the run succeeded ({run['error'] or 'no error'})")
    version: Json = mia.get(f"projects/{project}/versions/")["results"][0]
    figures = version["metrics"]["label_sets"][LABEL_SET]
    print(
        f"{minutes:.1f} minutes; on {figures['documents']} test documents: accuracy {figures['accuracy']:.3f}, "
        f"macro F1 {figures['macro_f1']:.3f}"
    )
    check(minutes <= LONGEST_MINUTES, f"the run ended within {LONGEST_MINUTES} minutes")
    check(figures["accuracy"] >= LOWEST_ACCURACY, f"test accuracy is at least {LOWEST_ACCURACY}")
    return version


def promote(mia: Caller, project: int, version: Json) -> None:
    mia.post(f"versions/{version['id']}/promote/")
    stages = {row["id"]: row["stage"] for row in mia.get(f"projects/{project}/versions/")["results"]}
    check(stages[version["id"]] == "production", f"version {version['number']} is in production")


def check_predictions(mia: Caller, project: int, version: Json, open_rows: list[Json]) -> None:
    """Every open document gets a prediction of the version; the labels that were kept back say how many are right."""
    started = time.monotonic()
    truth = {row["id"]: row["label"] for row in open_rows}
    predicted: dict[str, Json] = {}
    while len(predicted) < OPEN and time.monotonic() - started < PRELABEL_MINUTES * 60:
        time.sleep(5)
        lines = mia.exported(project, which="predictions")
        predicted = {line["external_id"]: line for line in lines if line["external_id"] in truth}
    print(f"prelabeling took {time.monotonic() - started:.0f} s")
    check(len(predicted) == OPEN, f"all {OPEN} open documents have a prediction")
    named = sum(line["version"] == version["number"] for line in predicted.values())
    check(named == OPEN, f"each prediction names version {version['number']}")
    right = sum(line["answer"][LABEL_SET] == truth[key] for key, line in predicted.items())
    print(f"{right / OPEN:.3f} of the open documents are predicted right")


if __name__ == "__main__":
    run_script(main)

"""Entities: strict span F1 on the test split, in Chinese (with a floor) and in noisy English (as it is)."""

import random
import time

from tests.acceptance.site import Caller, Json, check, read_rows, run_script

GOLD = 1_500
LABEL_SET = "Entities"
LOWEST_CHINESE_F1 = 0.65
SETS = {"Chinese entities": "ner_zh_pd1998_part1.jsonl", "English entities": "ner_en_wnut17.jsonl"}


def main() -> None:
    mia = Caller("mia")
    found = {name: f1_of(mia, name, file) for name, file in SETS.items()}
    check(found["Chinese entities"] >= LOWEST_CHINESE_F1, f"strict span F1 in Chinese is at least {LOWEST_CHINESE_F1}")


def f1_of(mia: Caller, name: str, file: str) -> float:
    rows = read_rows(file)
    labels = sorted({entity["label"] for row in rows for entity in row["entities"]})
    random.Random(7).shuffle(rows)
    label_set = {"name": LABEL_SET, "kind": "span", "required": False, "labels": [{"name": label} for label in labels]}
    project = mia.make_project(name, [label_set], train_after=0, promote="manual")
    done = mia.import_rows(project, map(gold_row, rows[:GOLD]))
    started = time.monotonic()
    run = mia.finished_run(mia.post(f"projects/{project}/runs/")["id"], minutes=40)
    check(run["state"] == "succeeded", f"{name}: the run on {done['imported']} sentences succeeded")
    figures = mia.get(f"projects/{project}/versions/")["results"][0]["metrics"]["label_sets"][LABEL_SET]
    print(
        f"{name}: {(time.monotonic() - started) / 60:.1f} minutes, {figures['documents']} test documents, strict "
        f"precision {figures['precision']:.3f}, recall {figures['recall']:.3f}, F1 {figures['f1']:.3f}"
    )
    return float(figures["f1"])


def gold_row(row: Json) -> Json:
    spans = [{key: entity[key] for key in ("start", "end", "label")} for entity in row["entities"]]
    return {"id": row["id"], "text": row["text"], "answer": {LABEL_SET: spans}}


if __name__ == "__main__":
    run_script(main)

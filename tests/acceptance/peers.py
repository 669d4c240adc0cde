"""Exports for Label Studio and doccano, read by those packages' own code in environments of their own."""

import json
import os
import random
import subprocess
import venv
from html import escape
from pathlib import Path
from typing import Any

from collabweb.stack.places import REPOSITORY, Places
from tests.acceptance.site import ENVIRON, Caller, Json, NotAsPromised, check, run_script

DOCUMENTS = 300
# doccano 1.8 does not bound these, and does not start with what came after them.
PACKAGES = {
    "label_studio": ["label-studio-sdk"],
    "doccano": ["doccano", "marshmallow<4", "setuptools<80", "numpy<2"],
}
PIECES = [
    "a",
    "B",
    " ",
    "\r\n",
    "\n",
    "中",
    "文",
    "𠮷",
    "😀",
    "👩\u200d🔬",
    "e\u0301",
    "ש",
    "=",
    '"',
    ",",
    "<",
    "\u2028",
]
LABEL_SETS: list[Json] = [
    {"name": "Category", "kind": "choice", "labels": [{"name": "billing"}, {"name": "退款"}]},
    {"name": "Topics", "kind": "choices", "required": False, "labels": [{"name": "a"}, {"name": "b"}]},
    {"name": "Entities", "kind": "span", "required": False, "labels": [{"name": "PERSON"}, {"name": "ORG"}]},
    {"name": "Draft", "kind": "text", "required": False},
]
TAGS = {"choice": "Choices", "choices": "Choices", "span": "Labels", "text": "TextArea"}


def main() -> None:
    mia = Caller("mia")
    project = mia.make_project("Peers", LABEL_SETS, train_after=0)
    rows = generated()
    mia.import_rows(project, rows)
    folder = Path(Places.of(ENVIRON).home) / "peers"
    folder.mkdir(parents=True, exist_ok=True)
    check_label_studio(mia, project, rows, folder)
    check_doccano(mia, project, rows, folder)


def generated() -> list[Json]:
    draw = random.Random(5)
    rows = []
    for number in range(DOCUMENTS):
        text = "x" + "".join(draw.choices(PIECES, k=draw.randint(1, 40)))
        places = sorted(draw.sample(range(len(text) + 1), min(4, len(text) + 1)))
        spans = [
            {"start": start, "end": end, "label": draw.choice(["PERSON", "ORG"])}
            for start, end in zip(places[::2], places[1::2], strict=False)
        ]
        answer: Json = {"Category": draw.choice(["billing", "退款"]), "Topics": ["a", "b"][: draw.randint(0, 2)]}
        rows.append({"id": f"p{number}", "text": text, "answer": {**answer, "Entities": spans, "Draft": "Dear 😀"}})
    return rows


def seen_by(peer: str, folder: Path, *files: Path) -> Any:  # Any: JSON
    """What the peer's own code reads in these files; its package is installed with the first call."""
    home = Path(os.environ.get("COLLABWEB_PEERS") or folder) / peer
    python = home / "bin" / "python"
    if not python.exists():
        print(f"installing {PACKAGES[peer][0]} in {home}", flush=True)
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES[peer]], check=True)
    program = REPOSITORY / "tests" / "acceptance" / "peer_programs" / f"{peer}.py"
    done = subprocess.run([python, program, *files], check=False, capture_output=True, text=True, cwd=folder)
    if done.returncode:
        raise NotAsPromised(f"{peer} fails: {done.stderr[-1000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def exported(mia: Caller, project: int, path: Path, **params: str) -> Path:
    path.write_bytes(mia.send("GET", f"projects/{project}/export/", params=params).content)
    return path


def configuration() -> str:
    controls = []
    for label_set in LABEL_SETS:
        tag = TAGS[label_set["kind"]]
        child = "Choice" if tag == "Choices" else "Label"
        values = "".join(f'<{child} value="{escape(label["name"])}"/>' for label in label_set.get("labels", ()))
        more = ' choice="multiple"' if label_set["kind"] == "choices" else ""
        controls.append(f'<{tag} name="{label_set["name"]}" toName="text"{more}>{values}</{tag}>')
    return f'<View>{"".join(controls)}<Text name="text" value="$text"/></View>'


def check_label_studio(mia: Caller, project: int, rows: list[Json], folder: Path) -> None:
    config = folder / "config.xml"
    config.write_text(configuration(), "utf-8")
    tasks = exported(mia, project, folder / "tasks.json", format="label-studio")
    found = seen_by("label_studio", folder, config, tasks)
    wrong = [task["errors"] for task in found if task["errors"]]
    check(wrong == [], f"Label Studio's reader takes all {len(found)} tasks {wrong[:2]}")
    check([task["text"] for task in found] == [row["text"] for row in rows], "it reads the same texts")
    for task in found:
        units = task["text"].encode("utf-16-le")
        for span in task["spans"]:
            if units[span["start"] * 2 : span["end"] * 2].decode("utf-16-le") != span["text"]:
                check(False, f"a span marks its text in Label Studio: {span}")
    check(
        sum(len(task["spans"]) for task in found) == spans_in(rows), "every span is there, counted as its pages count"
    )


def check_doccano(mia: Caller, project: int, rows: list[Json], folder: Path) -> None:
    path = exported(mia, project, folder / "doccano.jsonl", format="doccano")
    found = seen_by("doccano", folder, path)
    check(found["errors"] == [], f"doccano's parser takes all {len(found['rows'])} lines {found['errors'][:2]}")
    told = [(row["text"], [[s["start"], s["end"], s["label"]] for s in row["answer"]["Entities"]]) for row in rows]
    check([(row["text"], row["spans"]) for row in found["rows"]] == told, "it reads the same texts and spans")
    categories = [[row["answer"]["Category"], *row["answer"]["Topics"]] for row in rows]
    check([row["categories"] for row in found["rows"]] == categories, "and the same categories")


def spans_in(rows: list[Json]) -> int:
    return sum(len(row["answer"]["Entities"]) for row in rows)


if __name__ == "__main__":
    run_script(main)

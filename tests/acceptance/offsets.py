"""Texts that break careless code go in and come out with the same bytes, and every span cuts out what was marked."""

from tests.acceptance.site import Caller, Json, check, run_script

LABEL_SET = "Entities"
TEXTS = {
    "emoji": ("Order 👍🏽 for 👨‍👩‍👧 Anna, please", "Anna"),
    "astral": ("请联系𠮷野家的𠮷田先生。", "𠮷田"),
    "crlf": ("First line\r\nNovember\r\n\r\nLast\r\n", "November"),
    "spaces": ("   \t indented Berlin  ", "Berlin"),
    "decomposed": ("Cafe\u0301 Zoe\u0308 wrote", "Zoe\u0308"),
    "marks": ("\u202bשלום\u202c to Tel\u00a0Aviv\u200b", "Tel\u00a0Aviv"),
}


def main() -> None:
    mia = Caller("mia")
    label_set = {"name": LABEL_SET, "kind": "span", "required": False, "labels": [{"name": "NAME"}]}
    project = mia.make_project("Offsets", [label_set], train_after=0)
    done = mia.import_rows(project, (gold_row(key) for key in TEXTS))
    check(done["imported"] == len(TEXTS), f"{len(TEXTS)} texts imported")
    check_documents(mia, project)
    check_exports(mia, project)
    check_feed(mia, project)


def gold_row(key: str) -> Json:
    text, marked = TEXTS[key]
    start = text.index(marked)
    span = {"start": start, "end": start + len(marked), "label": "NAME"}
    return {"id": key, "text": text, "answer": {LABEL_SET: [span]}}


def check_documents(mia: Caller, project: int) -> None:
    rows = mia.get(f"projects/{project}/documents/")["results"]
    same = all(row["text"].encode() == TEXTS[row["external_id"]][0].encode() for row in rows)
    check(same and len(rows) == len(TEXTS), "the document list returns every text byte for byte")


def check_exports(mia: Caller, project: int) -> None:
    for unit, cut in {"codepoint": cut_code_points, "utf16": cut_utf16, "utf8": cut_utf8}.items():
        lines = list(mia.exported(project, which="gold", offsets=unit))
        same = all(line["text"] == TEXTS[line["external_id"]][0] for line in lines)
        check(same and len(lines) == len(TEXTS), f"the export with {unit} offsets returns every text")
        found = {line["external_id"]: cut(line["text"], line["answer"][LABEL_SET][0]) for line in lines}
        check(found == {key: marked for key, (_, marked) in TEXTS.items()}, f"{unit} offsets cut out what was marked")


def check_feed(mia: Caller, project: int) -> None:
    texts = {row["id"]: row["external_id"] for row in mia.get(f"projects/{project}/documents/")["results"]}
    changes = mia.get(f"projects/{project}/labels/")["results"]
    for change in changes:
        text, marked = TEXTS[texts[change["document"]]]
        if cut_code_points(text, change["answer"][LABEL_SET][0]) != marked:
            check(False, f"the change feed marks {marked!r}")
    check(len(changes) == len(TEXTS), "the change feed has one line a document, and text[start:end] is the mark")


def cut_code_points(text: str, span: Json) -> str:
    return text[span["start"] : span["end"]]


def cut_utf16(text: str, span: Json) -> str:
    return text.encode("utf-16-le")[2 * span["start"] : 2 * span["end"]].decode("utf-16-le")


def cut_utf8(text: str, span: Json) -> str:
    return text.encode()[span["start"] : span["end"]].decode()


if __name__ == "__main__":
    run_script(main)

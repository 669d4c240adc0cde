"""What is exported comes back the same in every format that can hold it, read by the format's own library too."""

import io
import json
import random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotation.annotations.models import Gold
from annotation.documents.models import Document
from annotation.projects.models import Kind, Project
from tests import make

pytestmark = pytest.mark.django_db

LABEL_SETS: list[dict[str, Any]] = [
    {"name": "Category", "kind": Kind.CHOICE, "labels": ["billing", "delivery", "退款"]},
    {"name": "Topics", "kind": Kind.CHOICES, "labels": ["a", "b", "c"], "required": False},
    {"name": "Entities", "kind": Kind.SPAN, "labels": ["PERSON", "ORG"], "required": False},
    {"name": "Draft", "kind": Kind.TEXT, "labels": [], "required": False},
]
ALPHABET = [
    "a",
    "B",
    " ",
    "  ",
    "\r\n",
    "\n",
    "\t",
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
    "'",
    "\u2028",
]
DOCUMENTS = 250


def generated(seed: int, count: int = DOCUMENTS) -> list[dict[str, Any]]:
    """Documents with gold over texts from all planes; spans touch the edges and each other."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        text = "x" + "".join(draw.choices(ALPHABET, k=draw.randint(1, 40))) + draw.choice(["", " ", "\r\n", "終"])
        places = sorted(draw.sample(range(len(text) + 1), min(4, len(text) + 1)))
        spans = [
            {"start": start, "end": end, "label": draw.choice(["PERSON", "ORG"])}
            for start, end in zip(places[::2], places[1::2], strict=False)
        ]
        answer = {
            "Category": draw.choice(["billing", "delivery", "退款"]),
            "Topics": draw.sample(["a", "b", "c"], draw.randint(0, 3)),
            "Entities": spans,
            "Draft": draw.choice(["", "Dear\r\nyou 😀", "=1+1"]) or None,
        }
        rows.append({"id": f"n-{number}", "text": text, "meta": {"lang": "zh", "n": number}, "answer": answer})
    return rows


def project_with(rows: list[dict[str, Any]], name: str) -> Project:
    project = make.project(manager=make.user(name), label_sets=LABEL_SETS)
    lines = "\n".join(json.dumps(row) for row in rows)
    send(project, "rows.jsonl", lines.encode())
    return project


def send(project: Project, filename: str, content: bytes, **options: str) -> None:
    client = make.client(project.created_by)
    form = {"file": SimpleUploadedFile(filename, content), **options}
    answer = client.post(f"/api/v1/projects/{project.pk}/documents/", form, format="multipart")
    assert answer.status_code == 201, answer.json()


def export(project: Project, query: str) -> bytes:
    answer: Any = make.client(project.created_by).get(f"/api/v1/projects/{project.pk}/export/?{query}")
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def contents(project: Project) -> list[tuple[str | None, str, dict[str, Any], dict[str, Any]]]:
    golds = Gold.objects.filter(project=project).select_related("document").order_by("document_id")
    return [(gold.document.external_id, gold.document.text, gold.document.meta, normal(gold.answer)) for gold in golds]


def normal(answer: dict[str, Any]) -> dict[str, Any]:
    """An absent value and an empty one say the same."""
    return {name: value for name, value in answer.items() if value not in (None, [], "")}


@pytest.mark.parametrize(("query", "filename"), [("format=jsonl", "again.jsonl"), ("format=parquet", "again.parquet")])
def test_a_lossless_format_comes_back_exactly(query: str, filename: str) -> None:
    first = project_with(generated(1), "mia")
    second = make.project(manager=make.user("noa"), label_sets=LABEL_SETS)

    send(second, filename, export(first, query))

    assert contents(second) == contents(first)
    assert Document.objects.filter(project=second).count() == DOCUMENTS


def test_predictions_come_back_as_predictions() -> None:
    first = make.project(label_sets=LABEL_SETS, production_version=2)
    document = make.document(first, "Ada wants money", external_id="t-1")
    make.prediction(document, {"Category": "billing"}, version=2, confidence={"Category": {"billing": 0.75}})
    second = make.project(manager=make.user("noa"), label_sets=LABEL_SETS)

    send(second, "again.jsonl", export(first, "format=jsonl&which=predictions"))

    [copy] = Document.objects.filter(project=second)
    [prediction] = copy.predictions.all()
    assert (prediction.answer, prediction.source) == ({"Category": "billing"}, "2")
    assert prediction.confidence == {"Category": {"billing": 0.75}}
    assert not Gold.objects.filter(project=second).exists()


def test_label_studio_comes_back_with_its_utf16_offsets() -> None:
    first = project_with(generated(2, 60), "mia")
    tasks = json.loads(export(first, "format=label-studio"))
    second = make.project(manager=make.user("noa"), label_sets=LABEL_SETS)

    send(second, "tasks.json", json.dumps(tasks).encode(), dialect="label-studio")

    assert [(text, answer) for _, text, _, answer in contents(second)] == [
        (text, answer) for _, text, _, answer in contents(first)
    ]
    for task in tasks:
        units = task["data"]["text"].encode("utf-16-le")
        for result in task["annotations"][0]["result"]:
            if result["type"] == "labels":
                value = result["value"]
                assert units[value["start"] * 2 : value["end"] * 2].decode("utf-16-le") == value["text"]


@pytest.mark.parametrize("unit", ["codepoint", "utf16"])
def test_doccano_comes_back_in_the_unit_that_was_asked_for(unit: str) -> None:
    rows = [{**row, "answer": {"Entities": row["answer"]["Entities"]}} for row in generated(3, 60)]
    first = project_with(rows, "mia")
    second = make.project(manager=make.user("noa"), label_sets=LABEL_SETS)

    send(second, "doccano.jsonl", export(first, f"format=doccano&offsets={unit}"), dialect="doccano", offsets=unit)

    assert contents(second) == contents(first)


def test_doccanos_graphemes_become_code_points() -> None:
    project = make.project(label_sets=LABEL_SETS)
    line = {"id": 7, "text": "👩\u200d🔬 e\u0301 Ada", "label": [[4, 7, "PERSON"]]}

    send(project, "doccano.jsonl", json.dumps(line).encode(), dialect="doccano", offsets="grapheme")

    [(_, text, _, answer)] = contents(project)
    assert [text[span["start"] : span["end"]] for span in answer["Entities"]] == ["Ada"]


def test_conll_names_each_token_and_keeps_the_spans() -> None:
    first = make.project(label_sets=LABEL_SETS)
    make.gold(make.document(first, "Ada Lovelace 在上海 now", external_id="c 1"), {"Entities": [
        {"start": 0, "end": 12, "label": "PERSON"}, {"start": 14, "end": 16, "label": "ORG"},
    ]})  # fmt: skip

    exported = export(first, "format=conll").decode()

    assert exported == ("# id = c 1\nAda\tB-PERSON\nLovelace\tI-PERSON\n在\tO\n上\tB-ORG\n海\tI-ORG\nnow\tO\n\n")
    second = make.project(manager=make.user("noa"), label_sets=LABEL_SETS)
    send(second, "again.conll", exported.encode())
    [(name, text, _, answer)] = contents(second)
    assert name == "c 1"
    assert [text[span["start"] : span["end"]] for span in answer["Entities"]] == ["Ada Lovelace", "上海"]


def test_spacy_reads_its_docs_with_text_spans_and_categories() -> None:
    spacy = pytest.importorskip("spacy")
    first = project_with(generated(4, 40), "mia")

    doc_bin = spacy.tokens.DocBin().from_bytes(export(first, "format=spacy"))

    docs = list(doc_bin.get_docs(spacy.blank("xx").vocab))
    for doc, (name, text, _, answer) in zip(docs, contents(first), strict=True):
        assert doc.text == text
        assert doc.user_data["external_id"] == name
        found = [(span.start_char, span.end_char, span.label_) for span in doc.spans["Entities"]]
        assert found == [(span["start"], span["end"], span["label"]) for span in answer.get("Entities", [])]
        assert doc.cats[f"Category={answer['Category']}"] == 1.0


def test_parquet_is_read_by_its_own_library_with_typed_columns() -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    first = project_with(generated(5, 20), "mia")

    table = parquet.read_table(io.BytesIO(export(first, "format=parquet")))

    assert str(table.schema.field("Topics").type) == "list<element: string>"
    assert table.column("Category").to_pylist() == [answer["Category"] for _, _, _, answer in contents(first)]


def test_an_unknown_label_set_for_tags_is_refused() -> None:
    project = make.project(label_sets=LABEL_SETS)
    client = make.client(project.created_by)

    answer = client.get(f"/api/v1/projects/{project.pk}/export/?format=conll&label_set=Category")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "label_set"


def test_a_zip_of_several_formats_is_imported_and_problems_name_the_file() -> None:
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/rows.jsonl", '{"id": "1", "text": "one"}\n{"id": "2"}\n')
        archive.writestr("rows.csv", "id,text\n3,three\n")
    project = make.project(label_sets=LABEL_SETS)
    client = make.client(project.created_by)

    form = {"file": SimpleUploadedFile("all.zip", packed.getvalue()), "on_error": "skip"}
    answer = client.post(f"/api/v1/projects/{project.pk}/documents/", form, format="multipart")

    body = answer.json()
    assert answer.status_code == 201
    assert body["imported"] == 2
    assert [(problem["file"], problem["row"], problem["code"]) for problem in body["rejected"]] == [
        ("a/rows.jsonl", 2, "missing_text")
    ]

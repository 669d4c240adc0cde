"""Every format says what it can, and is read by its own library."""

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotation.annotations.models import Gold
from annotation.documents.models import Document
from tests import make
from tests.annotation.exports.round_trips import LABEL_SETS, contents, export, generated, project_with, send

pytestmark = pytest.mark.django_db


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

"""A file is looked at before it is imported: nothing is written, and what is shown is what comes."""

import json
import os
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotation import tasks
from annotation.annotations.models import Gold
from annotation.documents.models import Document
from annotation.imports import storage
from annotation.imports.models import Import, ImportState
from annotation.people.models import User
from annotation.projects.models import Project
from tests import make

pytestmark = pytest.mark.django_db

TICKETS = "num,body,kind,note\n1,Where is my parcel?,delivery,a\n2,You charged me twice,refund,b\n"


def _signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def _previewed(project: Project, body: bytes, name: str = "t.csv", **options: str) -> tuple[Client, str]:
    client = _signed_in(project.created_by)
    form = {"file": SimpleUploadedFile(name, body), "on_error": "reject", "encoding": "utf-8", "preview": "1"}
    response = client.post(reverse("import-new", args=[project.pk]), form | options)
    assert response.status_code == 302, response.content.decode()
    return client, response["Location"]


def _form(**targets: str) -> dict[str, str]:
    form = {"on_error": "reject", "encoding": "utf-8"}
    for number, (column, target) in enumerate(targets.items()):
        form |= {f"column-{number}": column, f"target-{number}": target, f"role-{number}": "customer"}
    return form


def test_a_preview_shows_rows_columns_and_proposals_and_writes_nothing() -> None:
    client, address = _previewed(make.project(), TICKETS.encode())

    response = client.get(address)
    page = response.content.decode()

    assert [field.column for field in response.context["fields"]] == ["num", "body", "kind", "note"]
    assert [field.chosen for field in response.context["fields"]] == ["meta", "text", "meta", "meta"]
    assert "Where is my parcel?" in page
    assert "Import 2 rows" in page
    assert (Document.objects.count(), Import.objects.get().state) == (0, ImportState.PREVIEW)


def test_problems_are_shown_by_row_and_field_once_a_column_is_gold() -> None:
    client, address = _previewed(make.project(), TICKETS.encode())

    client.post(address, _form(num="id", body="text", kind="label_set:Category", note="leave_out"))
    response = client.get(address)

    found = [(problem.row, problem.field, problem.code) for problem in response.context["problems"]]
    assert found == [(2, "Category", "unknown_label")]
    assert "refund" in response.content.decode()
    assert [field.chosen for field in response.context["fields"]][2] == "label_set:Category"


def test_the_mapped_file_is_imported_as_it_was_shown() -> None:
    project = make.project()
    body = TICKETS.replace("refund", "billing").encode()
    client, address = _previewed(project, body)
    form = _form(num="id", body="part", kind="label_set:Category", note="leave_out")

    response = client.post(address, form | {"start": "1"})

    row = Import.objects.get()
    assert response["Location"] == reverse("import", args=[project.pk, row.pk])
    assert (row.state, row.imported) == (ImportState.SUCCEEDED, 2)
    first = Document.objects.order_by("pk").first()
    assert first is not None
    assert (first.external_id, first.text, first.meta) == ("1", "Where is my parcel?", {})
    assert first.parts == [{"role": "customer", "start": 0, "end": 19}]
    assert [gold.answer for gold in Gold.objects.order_by("pk")] == [{"Category": "delivery"}, {"Category": "billing"}]
    assert storage.kept() == {}
    assert client.get(address)["Location"] == reverse("import", args=[project.pk, row.pk])


def test_a_wrong_mapping_is_said_at_its_column_and_nothing_starts() -> None:
    client, address = _previewed(make.project(), TICKETS.encode())

    response = client.post(address, _form(num="text", body="text") | {"start": "1"})

    assert response.status_code == 422
    assert response.context["fields"][1].errors
    assert (Document.objects.count(), Import.objects.get().state) == (0, ImportState.PREVIEW)


def test_another_encoding_or_delimiter_renews_the_preview() -> None:
    client, address = _previewed(make.project(), "text;note\n你好世界;一\n".encode("gb18030"))
    before = client.get(address)

    client.post(address, _form() | {"encoding": "gb18030", "delimiter": ";"})
    after = client.get(address)

    assert "not utf-8" in before.context["preview"].error
    assert after.context["preview"].columns == ["text", "note"]
    assert after.context["preview"].rows == [(1, ["你好世界", "一"])]


def test_keys_of_json_lines_are_columns_too_and_a_known_text_counts_as_one() -> None:
    project = make.project()
    make.document(project, "a", external_id="1")
    lines = [{"id": 1, "text": "a"}, {"id": 2, "text": "b", "lang": "en"}, {"id": 3}]
    client, address = _previewed(project, "\n".join(map(json.dumps, lines)).encode(), "t.jsonl")

    found = client.get(address).context["preview"]

    assert found.columns == ["id", "text", "lang"]
    assert (found.count, found.duplicates, [problem.code for problem in found.problems]) == (3, 1, ["missing_text"])


def test_a_discarded_file_is_gone() -> None:
    client, address = _previewed(make.project(), TICKETS.encode())

    client.post(address.replace("/preview/", "/discard/"))

    assert (Import.objects.count(), storage.kept()) == (0, {})


def test_the_tick_forgets_a_preview_after_an_hour_and_files_without_an_import() -> None:
    _previewed(make.project(), TICKETS.encode())
    orphan, _size = storage.keep([b"x"], limit=10)
    fresh, _size = storage.keep([b"x"], limit=10)
    old = (timezone.now() - timedelta(minutes=61)).timestamp()
    os.utime(storage.path_of(orphan), (old, old))

    tasks.tick()
    assert (Import.objects.count(), len(storage.kept()), orphan in storage.kept()) == (1, 2, False)
    Import.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=61))
    tasks.tick()

    assert (Import.objects.count(), set(storage.kept())) == (0, {fresh})


def test_only_managers_see_a_preview() -> None:
    project = make.project()
    _client, address = _previewed(project, TICKETS.encode())

    assert _signed_in(make.user("eve")).get(address).status_code == 404
    assert _signed_in(make.member(project, "bob")).get(address).status_code == 403

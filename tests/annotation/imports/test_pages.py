import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from annotation.documents.models import Document
from annotation.imports.models import Import
from annotation.people.models import User
from annotation.projects.models import Project
from tests import make

pytestmark = pytest.mark.django_db


def _signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def _upload(project: Project, body: bytes, name: str = "tickets.jsonl", **options: str) -> tuple[Client, str]:
    client = _signed_in(project.created_by)
    form = {"file": SimpleUploadedFile(name, body), "on_error": "reject", "encoding": "utf-8", **options}
    response = client.post(reverse("import-new", args=[project.pk]), form)
    assert response.status_code == 302, response.content.decode()
    return client, response["Location"]


def test_the_form_shows_examples_in_the_labels_of_the_project() -> None:
    project = make.project()

    page = _signed_in(project.created_by).get(reverse("import-new", args=[project.pk])).content.decode()

    assert "&quot;Category&quot;: &quot;billing&quot;" in page
    assert "id,text,Category,Sentiment,Entities" in page


def test_the_examples_can_be_imported_as_they_are() -> None:
    project = make.project()
    samples = _signed_in(project.created_by).get(reverse("import-new", args=[project.pk])).context["samples"]

    _upload(project, samples.jsonl.encode())
    _upload(project, samples.csv.encode(), "tickets.csv")

    assert [(row.state, row.imported, row.duplicates) for row in Import.objects.order_by("pk")] == [
        ("succeeded", 2, 0),
        ("succeeded", 0, 2),
    ]


def test_a_file_is_imported_and_its_outcome_shown() -> None:
    project = make.project()

    client, location = _upload(project, b'{"text":"a"}\n{"text":"a"}')

    page = client.get(location).content.decode()
    assert Document.objects.count() == 2
    assert "<dd>2</dd>" in page
    assert "1 text stands in the project more than once" in page
    assert reverse("import-new", args=[project.pk]) in page


def test_rows_that_are_bad_are_listed_with_their_words_and_nothing_is_imported() -> None:
    project = make.project()

    client, location = _upload(project, b'{"text":"a"}\n{"text":"a","Category":"<b>x</b>"}')

    page = client.get(location).content.decode()
    assert Document.objects.count() == 0
    assert "unknown_label" in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "<b>x</b>" not in page


def test_a_file_of_another_kind_is_refused_beside_its_field() -> None:
    project = make.project()
    form = {"file": SimpleUploadedFile("a.exe", b"x"), "on_error": "reject", "encoding": "utf-8"}

    response = _signed_in(project.created_by).post(reverse("import-new", args=[project.pk]), form)

    assert response.status_code == 422
    assert ".jsonl" in response.context["form"].errors["file"][0]
    assert Import.objects.count() == 0


def test_a_running_import_shows_its_bar_and_can_be_cancelled() -> None:
    project = make.project()
    row = Import.objects.create(project=project, created_by=project.created_by, filename="x.jsonl", state="running")
    client = _signed_in(project.created_by)

    page = client.get(reverse("import", args=[project.pk, row.pk])).content.decode()
    response = client.post(reverse("import-cancel", args=[project.pk, row.pk]))

    assert f'data-url="/api/v1/imports/{row.pk}/"' in page
    assert f"/ws/projects/{project.pk}/" in page
    row.refresh_from_db()
    assert (response.status_code, row.state) == (302, "cancelled")


def test_strangers_see_nothing_and_annotators_import_nothing() -> None:
    project = make.project()
    row = Import.objects.create(project=project, created_by=project.created_by, filename="x.jsonl", state="failed")
    eve, bob = _signed_in(make.user("eve")), _signed_in(make.member(project, "bob"))
    new, one = reverse("import-new", args=[project.pk]), reverse("import", args=[project.pk, row.pk])
    cancel = reverse("import-cancel", args=[project.pk, row.pk])

    assert [eve.get(new).status_code, eve.get(one).status_code, eve.post(cancel).status_code] == [404, 404, 404]
    assert [bob.get(new).status_code, bob.get(one).status_code, bob.post(cancel).status_code] == [403, 200, 403]
    assert Client().get(new).status_code == 302


def test_an_import_is_found_under_its_own_project_only() -> None:
    project, other = make.project(), make.project(manager=make.user("zoe"))
    row = Import.objects.create(project=project, created_by=project.created_by, filename="x", state="failed")

    assert _signed_in(other.created_by).get(reverse("import", args=[other.pk, row.pk])).status_code == 404

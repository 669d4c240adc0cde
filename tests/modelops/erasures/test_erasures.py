"""Erasing a document: everything of it goes, who had learned from it is kept, and a run without it is one step."""

import pytest
from django.test import Client
from django.utils import timezone

from annotation.annotations.models import Annotation, Gold, GoldChange, Status
from annotation.audit.models import AuditEntry
from annotation.comments.models import Comment, Flag
from annotation.documents.models import Document
from annotation.predictions.models import Prediction
from annotation.projects.models import Project, Role
from annotation.reviews.models import Review
from modelops.erasures.lineage import documents_behind, versions_taught_by
from modelops.erasures.models import Erasure
from modelops.erasures.services import erase, learn_anew, waiting_for_a_run
from modelops.evaluation.split import is_test
from modelops.live.models import Embedding
from modelops.registry.models import ModelVersion
from modelops.registry.services import NewVersion, register
from modelops.training.dataset import last_change, read_dataset
from modelops.training.models import Run, RunState
from tests import make

SECRET = "Anna Ahlborn, born on 4 May 1971, was charged twice"


def of_split(project: Project, count: int, *, tests: bool) -> list[Document]:
    """Documents with gold that all fall into one split."""
    found: list[Document] = []
    number = 0
    while len(found) < count:
        number += 1
        document = make.document(project, f"{SECRET} {number} {'t' if tests else 'l'}")
        if is_test(project.salt, document.text_key) == tests:
            make.gold(document, {"Category": "billing"})
            found.append(document)
        else:
            document.delete()
    return found


def a_version(project: Project) -> ModelVersion:
    """As a run makes it that learned from all gold of this moment."""
    version = register(project_id=project.pk, new=NewVersion("1/1", "0" * 64, "e", 10))
    Run.objects.create(
        project=project, state=RunState.SUCCEEDED, version=version, snapshot={"change": last_change(project.pk)}
    )
    return version


@pytest.fixture
def project(db: None) -> Project:
    return make.project()


def test_lineage_tells_versions_of_a_document_and_documents_of_a_version(project: Project) -> None:
    early, late = of_split(project, 2, tests=False)
    [tested] = of_split(project, 1, tests=True)
    GoldChange.objects.filter(document=late).delete()
    first = a_version(project)
    make.gold(make.document(project, "another"), {"Category": "other"})
    GoldChange.objects.create(project=project, document=late, answer={"Category": "billing"}, source="import")
    second = a_version(project)
    GoldChange.objects.create(project=project, document=early, source="import", deleted=True)
    a_version(project)

    assert versions_taught_by(early) == [1, 2]
    assert versions_taught_by(late) == [2, 3]
    assert versions_taught_by(tested) == []
    assert documents_behind(first) == [early.pk]
    assert {early.pk, late.pk} <= set(documents_behind(second))
    assert tested.pk not in documents_behind(second)
    assert documents_behind(second, after=late.pk) == [pk for pk in documents_behind(second) if pk > late.pk]


def test_everything_of_an_erased_document_is_gone_and_its_versions_are_kept(project: Project) -> None:
    document, other = of_split(project, 2, tests=False)
    bob = make.member(project, "bob")
    answer = Annotation.objects.create(document=document, user=bob, answer={}, status=Status.SUBMITTED)
    Review.objects.create(
        annotation=answer, annotation_version=1, reviewer=project.created_by, verdict="accept", answer={}
    )
    Comment.objects.create(document=document, user=bob, text="her birthday")
    Flag.objects.create(document=document, user=bob, created_at=timezone.now())
    make.prediction(document, {"Category": "billing"})
    for row in (document, other):
        Embedding.objects.create(text_sha256=row.text_sha256, encoder="e@1", vector=b"12")
    a_version(project)

    erasure = erase(document=document, user=project.created_by, reason="asked for by e-mail")

    assert (erasure.document_id, erasure.versions) == (document.pk, [1])
    assert list(Document.objects.values_list("pk", flat=True)) == [other.pk]
    for table in (Annotation, Comment, Flag, Prediction, Review):
        assert not table._default_manager.exists()
    assert [row.document_id for row in Gold.objects.all()] == [other.pk]
    assert [row.document_id for row in GoldChange.objects.all()] == [other.pk]
    assert [row.text_sha256 for row in Embedding.objects.all()] == [other.text_sha256]


def test_an_embedding_stays_while_another_document_has_the_same_text(project: Project) -> None:
    [document] = of_split(project, 1, tests=False)
    make.document(make.project(manager=make.user("eve"), name="Other"), document.text)
    Embedding.objects.create(text_sha256=document.text_sha256, encoder="e@1", vector=b"12")

    erase(document=document, user=project.created_by)

    assert Embedding.objects.count() == 1


def test_the_audit_log_says_that_and_why_and_nothing_of_the_content(project: Project) -> None:
    [document] = of_split(project, 1, tests=False)
    before = AuditEntry.objects.count()

    erase(document=document, user=project.created_by, reason="asked for by e-mail")

    entries = list(AuditEntry.objects.order_by("id")[before:])
    assert [(row.table, row.action) for row in entries] == [("modelops_erasure", "insert")]
    assert entries[0].changes["reason"] == [None, "asked for by e-mail"]
    assert SECRET not in str(entries[0].changes)


def test_a_run_learns_anew_without_what_was_erased(project: Project) -> None:
    document, other = of_split(project, 2, tests=False)
    a_version(project)
    erase(document=document, user=project.created_by)

    run = learn_anew(project=project, user=project.created_by)

    assert run.state == RunState.QUEUED
    assert str(document.pk) in run.reason
    assert [one.document_id for one in read_dataset(project, run.snapshot["change"]).train] == [other.pk]
    assert Erasure.objects.get().run == run
    assert not waiting_for_a_run(project.pk).exists()


def test_what_no_version_had_learned_waits_for_no_run(project: Project) -> None:
    [document] = of_split(project, 1, tests=True)
    a_version(project)
    erase(document=document, user=project.created_by)

    page = make.client(project.created_by).post(f"/api/v1/projects/{project.pk}/erasures/run/")

    assert page.status_code == 422
    assert Run.objects.count() == 1


def test_a_manager_erases_by_typing_the_name(project: Project) -> None:
    [document] = of_split(project, 1, tests=False)
    a_version(project)
    client, url = Client(), f"/projects/{project.pk}/documents/{document.pk}/erase/"
    client.force_login(project.created_by)

    asked = client.get(url)
    refused = client.post(url, {"name": "something else"})
    done = client.post(url, {"name": str(document), "reason": "asked for"})

    assert asked.context["versions"] == [1]
    assert refused.status_code == 422
    assert done.status_code == 302
    assert not Document.objects.exists()
    shown = client.get(f"/projects/{project.pk}/erasures/")
    assert shown.context["waiting"] == 1
    assert "asked for" in shown.content.decode()


def test_the_list_asks_as_much_for_many_as_for_one(project: Project, django_assert_max_num_queries: object) -> None:
    documents = of_split(project, 5, tests=False)
    a_version(project)
    for document in documents:
        erase(document=document, user=project.created_by)
    client = make.client(project.created_by)

    with django_assert_max_num_queries(9):  # type: ignore[operator]
        found = client.get(f"/api/v1/projects/{project.pk}/erasures/").json()

    assert [row["versions"] for row in found["results"]] == [[1]] * 5


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.REVIEWER])
def test_only_managers_erase(project: Project, role: Role) -> None:
    [document] = of_split(project, 1, tests=False)
    person, stranger = make.member(project, "bob", role), make.user("eve")

    assert make.client(person).post(f"/api/v1/documents/{document.pk}/erase/").status_code == 403
    assert make.client(stranger).post(f"/api/v1/documents/{document.pk}/erase/").status_code == 404
    assert make.client(person).get(f"/api/v1/documents/{document.pk}/versions/").status_code == 403
    assert Document.objects.exists()


def test_the_api_erases_and_tells_lineage(project: Project) -> None:
    document, other = of_split(project, 2, tests=False)
    version = a_version(project)
    client = make.client(project.created_by)

    assert client.get(f"/api/v1/documents/{document.pk}/versions/").json() == {"versions": [1]}
    assert client.get(f"/api/v1/versions/{version.pk}/documents/").json() == {
        "documents": [document.pk, other.pk],
        "after": None,
    }
    erased = client.post(f"/api/v1/documents/{document.pk}/erase/", {"reason": "asked"}, format="json")

    assert erased.status_code == 201
    assert erased.json()["versions"] == [1]
    assert client.get(f"/api/v1/versions/{version.pk}/documents/").json()["documents"] == [other.pk]
    assert client.post(f"/api/v1/projects/{project.pk}/erasures/run/").status_code == 201

"""Saved views, changes to many documents and their undo, and what is alike, with the client."""

import pytest

from annotation.documents.models import Document
from collabweb_client import Conflict, Forbidden, Invalid
from modelops.live.services import NotEmbedded
from tests import make
from tests.clients.conftest import Open

pytestmark = pytest.mark.django_db


def test_views_are_kept_listed_and_deleted(client_of: Open) -> None:
    project = make.project()
    make.document(project, "a", meta={"channel": "mail"})
    client = client_of(project.created_by)

    made = client.save_view(project.pk, "Mail", "meta.channel=mail", shared=True)

    assert list(client.views(project.pk)) == [made]
    assert (made.owner, made.shared, made.may_change) == ("mia", True, True)
    with pytest.raises(Forbidden):
        client_of(make.member(project, "alice")).delete_view(made)
    client.delete_view(made)
    assert list(client.views(project.pk)) == []


def test_a_change_is_made_by_rows_or_filters_and_taken_back(client_of: Open) -> None:
    project = make.project()
    for text in "abc":
        make.document(project, text, meta={"batch": text})
    client = client_of(project.created_by)
    rows = list(client.documents(project.pk))

    first = client.change_documents(project.pk, "first", rows[:2])
    last = client.change_documents(project.pk, "last", filters={"meta.batch": "c"})

    assert (first.changed, last.changed) == (2, 1)
    assert [change.id for change in client.document_changes(project.pk)] == [last.id, first.id]
    assert first.id is not None
    assert client.undo_change(first.id) == 2
    assert list(Document.objects.order_by("pk").values_list("urgency", flat=True)) == [0, 0, -1]
    with pytest.raises(Conflict):
        client.undo_change(first.id)


def test_deleting_wants_to_be_confirmed(client_of: Open) -> None:
    project = make.project()
    make.document(project)
    client = client_of(project.created_by)

    with pytest.raises(Invalid) as refused:
        client.change_documents(project.pk, "delete", filters={})

    assert refused.value.errors[0].code == "not_confirmed"
    assert client.change_documents(project.pk, "delete", filters={}, confirmed=True).changed == 1


def test_alike_documents_are_waited_for(client_of: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    from modelops.live.models import EmbeddingWork

    project = make.project()
    one, two = make.document(project, "a"), make.document(project, "b")
    work = EmbeddingWork.objects.create(project=project, total=2)
    answers = [NotEmbedded(work), ([(two.pk, 0.5)], work)]

    def similar_to(*_: object, **__: object) -> object:
        answer = answers.pop(0)
        if isinstance(answer, NotEmbedded):
            raise answer
        return answer

    pauses: list[float] = []
    monkeypatch.setattr("modelops.api.similar.similar_to", similar_to)
    monkeypatch.setattr("time.sleep", pauses.append)

    found = client_of(project.created_by).similar(project.pk, one.pk)

    assert [(row.document, row.similarity) for row in found] == [(two.pk, 0.5)]
    assert pauses == [2.0]

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from annotation.documents.models import Document
from annotation.projects.models import Project
from modelops.live.models import Embedding, EmbeddingWork
from modelops.live.services import (
    NotEmbedded,
    documents_without_embedding,
    embed_new_documents,
    make_rounds,
    request_embedding,
    similar_to,
    store,
)
from modelops.live.similar import to_bytes
from modelops.work.models import WorkState
from tests import make
from tests.conftest import Messages

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "multilingual-e5-small@1"


def embedded(*vectors: tuple[float, float], **fields: object) -> tuple[Project, list[Document]]:
    """A project with one document a vector, all in the cache."""
    project = make.project()
    documents = [make.document(project, f"ticket {number}") for number in range(len(vectors))]
    known = {
        document.text_sha256: to_bytes(np.array(vector, dtype=np.float32))
        for document, vector in zip(documents, vectors, strict=True)
    }
    store(known, KEY)
    total = len(documents)
    made = {"encoder": KEY, "state": WorkState.SUCCEEDED, "done": total, "total": total, **fields}
    EmbeddingWork.objects.create(project=project, **made)
    return project, documents


def test_the_first_question_starts_the_work(sent_messages: Messages) -> None:
    document = make.document(make.project())

    for _ in range(2):
        with pytest.raises(NotEmbedded) as refused:
            similar_to(document, count=5, only_open=False)

    assert (refused.value.work.state, refused.value.work.done, refused.value.work.total) == (WorkState.QUEUED, 0, 1)
    assert sent_messages == [("modelops.tasks.embed", (document.project_id,))]


def test_the_nearest_of_the_project_come_first_without_the_document_itself() -> None:
    _, documents = embedded((1, 0), (0, 1), (1, 1), (1, 0))
    stranger = make.document(make.project(manager=make.user("zoe")), "ticket 0")

    found, work = similar_to(documents[0], count=2, only_open=False)

    assert found == [(documents[3].pk, 1.0), (documents[2].pk, 0.7071)]
    assert (work.done, work.total) == (4, 4)
    assert stranger.pk not in dict(found)


def test_only_open_documents_when_so_asked() -> None:
    _, documents = embedded((1, 0), (1, 0), (0, 1))
    Document.objects.filter(pk=documents[1].pk).update(slots=0)

    found, _ = similar_to(documents[0], count=5, only_open=True)

    assert [pk for pk, _ in found] == [documents[2].pk]


def test_most_of_the_vectors_are_enough() -> None:
    _, documents = embedded((1, 0), (1, 0), done=9, total=10, state=WorkState.RUNNING)
    assert len(similar_to(documents[0], count=5, only_open=False)[0]) == 1

    EmbeddingWork.objects.update(done=8)

    with pytest.raises(NotEmbedded):
        similar_to(documents[0], count=5, only_open=False)


def test_another_encoder_of_the_project_starts_anew(sent_messages: Messages) -> None:
    project, documents = embedded((1, 0), (1, 0))
    Project.objects.filter(pk=project.pk).update(encoder="all-minilm-l6-v2")
    document = Document.objects.select_related("project").get(pk=documents[0].pk)

    with pytest.raises(NotEmbedded):
        similar_to(document, count=5, only_open=False)

    assert EmbeddingWork.objects.get().state == WorkState.QUEUED
    assert sent_messages == [("modelops.tasks.embed", (project.pk,))]


def test_failed_work_is_tried_again_after_a_while_only() -> None:
    _, documents = embedded((1, 0), state=WorkState.FAILED, done=0, heartbeat_at=timezone.now())
    with pytest.raises(NotEmbedded) as refused:
        similar_to(documents[0], count=5, only_open=False)
    assert refused.value.work.state == WorkState.FAILED

    EmbeddingWork.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=5))

    with pytest.raises(NotEmbedded) as again:
        similar_to(documents[0], count=5, only_open=False)
    assert again.value.work.state == WorkState.QUEUED


def test_without_fast_heads_documents_are_embedded_only_where_it_was_once_asked_for(sent_messages: Messages) -> None:
    project = make.project(fast_head="off")
    make.document(project)

    embed_new_documents(project.pk)
    assert sent_messages == []

    request_embedding(project)
    make.document(project, "another")
    embed_new_documents(project.pk)

    row = EmbeddingWork.objects.get()
    assert (row.total, row.attempt) == (2, 1)
    assert sent_messages == [("modelops.tasks.embed", (project.pk,))] * 2


def test_equal_texts_need_one_vector() -> None:
    project, documents = embedded((1, 0))
    make.document(project, documents[0].text)
    fresh = make.document(project, "something new")

    assert list(documents_without_embedding(project.pk, KEY)) == [fresh]
    assert documents_without_embedding(project.pk, "other@1").count() == 3
    store({documents[0].text_sha256: b"other"}, KEY)
    assert bytes(Embedding.objects.get().vector) != b"other"


def test_the_rounds_send_lost_work_again(sent_messages: Messages) -> None:
    row = request_embedding(make.project())
    EmbeddingWork.objects.update(created_at=timezone.now() - timedelta(seconds=10), attempt=3)
    sent_messages.clear()

    make_rounds()

    assert sent_messages == [("modelops.tasks.embed", (row.project_id,))]


def test_a_search_costs_the_same_however_many_documents(django_assert_num_queries: object) -> None:
    _, documents = embedded(*[(1.0, float(number)) for number in range(30)])
    document = Document.objects.select_related("project").get(pk=documents[0].pk)

    with django_assert_num_queries(3):  # type: ignore[operator]
        similar_to(document, count=5, only_open=True)

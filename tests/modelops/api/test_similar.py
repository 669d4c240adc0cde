import numpy as np
import pytest

from annotation.documents.models import Document
from annotation.projects.models import Project
from modelops.live.models import EmbeddingWork
from modelops.live.services import store
from modelops.live.similar import to_bytes
from modelops.work.models import WorkState
from tests import make

pytestmark = pytest.mark.django_db
KEY = "multilingual-e5-small@1"


def with_documents(count: int) -> tuple[Project, list[Document]]:
    project = make.project()
    documents = [make.document(project, f"ticket {number}") for number in range(count)]
    EmbeddingWork.objects.create(project=project, encoder=KEY, state=WorkState.SUCCEEDED, done=count, total=count)
    vectors = {
        document.text_sha256: to_bytes(np.array([1, place], dtype=np.float32))
        for place, document in enumerate(documents)
    }
    store(vectors, KEY)
    return project, documents


def address(project: Project) -> str:
    return f"/api/v1/projects/{project.pk}/similar/"


def test_similar_documents_come_nearest_first_at_a_fixed_cost(django_assert_max_num_queries: object) -> None:
    project, documents = with_documents(20)
    client = make.client(make.member(project, "bob"))

    with django_assert_max_num_queries(7):  # type: ignore[operator]
        answer = client.post(address(project), {"document": documents[0].pk, "count": 2}, format="json")

    assert answer.status_code == 200
    assert answer.json() == {
        "results": [
            {"document": documents[1].pk, "similarity": 0.7071},
            {"document": documents[2].pk, "similarity": 0.4472},
        ],
        "embedded": 20,
        "total": 20,
    }


def test_the_first_call_starts_the_work_and_tells_its_progress() -> None:
    project = make.project()
    document = make.document(project)
    client = make.client(project.created_by)

    answers = [client.post(address(project), {"document": document.pk}, format="json") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[1].json() == {"state": "queued", "embedded": 0, "total": 1}
    assert EmbeddingWork.objects.get().attempt == 0


def test_failed_work_is_a_conflict_with_the_reason() -> None:
    project, documents = with_documents(1)
    EmbeddingWork.objects.update(
        state=WorkState.FAILED, error="no such encoder", done=0, heartbeat_at="2999-01-01T00:00Z"
    )

    answer = make.client(project.created_by).post(address(project), {"document": documents[0].pk}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (409, "embedding_failed")
    assert "no such encoder" in answer.json()["detail"]


@pytest.mark.parametrize("body", [{}, {"document": "x"}, {"document": 0}, {"count": 5}])
def test_a_bad_question_is_refused(body: dict[str, object]) -> None:
    project = make.project()

    answer = make.client(project.created_by).post(address(project), body, format="json")

    assert answer.status_code == 422
    assert not EmbeddingWork.objects.exists()


def test_more_than_200_and_a_foreign_document_are_refused() -> None:
    project, documents = with_documents(2)
    foreign = make.document(make.project(manager=make.user("zoe")))
    client = make.client(project.created_by)

    many = client.post(address(project), {"document": documents[0].pk, "count": 201}, format="json")
    other = client.post(address(project), {"document": foreign.pk}, format="json")

    assert (many.status_code, many.json()["errors"][0]["field"]) == (422, "count")
    assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "unknown_document")


def test_a_stranger_finds_nothing() -> None:
    project, documents = with_documents(2)

    answer = make.client(make.user("eve")).post(address(project), {"document": documents[0].pk}, format="json")

    assert answer.status_code == 404

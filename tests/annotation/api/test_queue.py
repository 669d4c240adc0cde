import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import make

pytestmark = pytest.mark.django_db

ANSWER = {"Category": "billing", "Sentiment": "negative", "Entities": []}
# Statements that are no work of their own; the savepoints are the test's.
BOOKKEEPING = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")


def statements(captured: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(BOOKKEEPING)]


def test_next_lends_a_document_with_its_prediction() -> None:
    project = make.project(production_version=2)
    alice = make.member(project, "alice")
    document = make.document(project, " \r\n你好 😀")
    make.prediction(document, {"Category": "other"}, version=1)
    shown = make.prediction(document, {"Category": "billing"}, version=2)

    answer = make.client(alice).post(f"/api/v1/projects/{project.pk}/queue/next/", {"count": 3}, format="json")

    [assignment] = answer.json()["assignments"]
    assert assignment["document"]["text"] == " \r\n你好 😀"
    assert assignment["prediction"]["id"] == shown.pk
    assert assignment["prediction"]["version"] == 2
    mine = make.client(alice).get(f"/api/v1/projects/{project.pk}/queue/").json()
    assert [row["id"] for row in mine["assignments"]] == [assignment["id"]]


def test_an_empty_queue_answers_204() -> None:
    project = make.project()
    alice = make.member(project, "alice")

    assert make.client(alice).post(f"/api/v1/projects/{project.pk}/queue/next/").status_code == 204


def test_a_stranger_gets_404_everywhere() -> None:
    project = make.project()
    document = make.document(project)
    stranger = make.client(make.user("eve"))

    for path in ("", "queue/", "members/", "annotations/", "labels/", "export/", "documents/"):
        assert stranger.get(f"/api/v1/projects/{project.pk}/{path}").status_code == 404, path
    assert stranger.put(f"/api/v1/documents/{document.pk}/annotation/", {}, format="json").status_code == 404
    assert make.client().get(f"/api/v1/projects/{project.pk}/").status_code == 401


def test_next_and_submit_cost_eight_statements_at_most() -> None:
    project = make.project(production_version=1)
    alice = make.client(make.member(project, "alice"))
    for number in range(5):
        document = make.document(project, f"text {number}")
        make.prediction(document, {"Category": "other"}, version=1)
    alice.get(f"/api/v1/projects/{project.pk}/queue/")

    with CaptureQueriesContext(connection) as lending:
        answer = alice.post(f"/api/v1/projects/{project.pk}/queue/next/", {"count": 3}, format="json").json()
    assignment = answer["assignments"][0]
    body = {"answer": ANSWER, "seconds": 2.0, "status": "submitted", "prediction": assignment["prediction"]["id"]}
    with CaptureQueriesContext(connection) as saving:
        saved = alice.put(f"/api/v1/documents/{assignment['document']['id']}/annotation/", body, format="json")

    assert saved.status_code == 200
    assert len(statements(lending)) <= 8, statements(lending)
    assert len(statements(saving)) <= 8, statements(saving)


def test_an_old_version_answers_412_with_the_present_row() -> None:
    project = make.project()
    alice = make.client(make.member(project, "alice"))
    path = f"/api/v1/documents/{make.document(project).pk}/annotation/"
    first = alice.put(path, {"answer": ANSWER, "status": "draft"}, format="json")
    assert first["ETag"] == '"1"'

    alice.put(path, {"answer": {}, "status": "draft"}, format="json", HTTP_IF_MATCH='"1"')
    late = alice.put(path, {"answer": ANSWER, "status": "draft"}, format="json", HTTP_IF_MATCH='"1"')

    assert late.status_code == 412
    assert late.json()["present"]["answer"] == {}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"[]", 422),
        (b"[" * 100_000, 400),
        (b'{"answer": {"Category": NaN}}', 400),
        (b'{"answer": {"Category": "\\u0000"}}', 400),
        (b'{"answer": {}, "prediction": 99999999999999999999}', 422),
        (b'{"answer": {}, "prediction": true}', 422),
        (b'{"answer": {"Category": "billing"}, "seconds": -1}', 422),
        (b"\xff\xfe", 400),
    ],
)
def test_bad_bodies_have_a_clear_error(body: bytes, status: int) -> None:
    project = make.project()
    alice = make.client(make.member(project, "alice"))

    url = f"/api/v1/documents/{make.document(project).pk}/annotation/"
    answer = alice.put(url, body, content_type="application/json")

    assert answer.status_code == status, answer.content
    assert set(answer.json()) >= {"code", "detail", "errors"}

import json
from typing import Any

import pytest
from django.conf import settings
from pytest_django import DjangoAssertNumQueries

from annotation import signals
from annotation.documents.models import Document
from annotation.imports import job
from annotation.imports.models import Import
from annotation.projects.models import Project, Role
from tests import make

pytestmark = pytest.mark.django_db


def _post(project: Project, body: str | bytes, query: str = "", *, person: Any = None, **more: Any) -> Any:
    client = make.client(person or project.created_by)
    more.setdefault("content_type", "application/x-ndjson")
    return client.post(f"/api/v1/projects/{project.pk}/documents/{query}", body, **more)


def test_a_stranger_gets_404_an_annotator_403_and_nothing_is_kept() -> None:
    project = make.project()
    body = '{"text":"a"}'

    stranger = _post(project, body, person=make.user("eve"))
    annotator = _post(project, body, person=make.member(project, "bob"))
    nobody = make.client().post(f"/api/v1/projects/{project.pk}/documents/", body, content_type="application/x-ndjson")

    assert (stranger.status_code, annotator.status_code, nobody.status_code) == (404, 403, 401)
    assert (Document.objects.count(), Import.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-ndjson", '{"text":"a"}\n{"text":"b"}'),
        ("application/json", '[{"text":"a"},{"text":"b"}]'),
        ("text/csv; charset=utf-8", "text\na\nb\n"),
        ("text/tab-separated-values", "text\tx\na\t1\nb\t2"),
        ("text/plain", "a\nb"),
    ],
)
def test_a_body_of_each_content_type_is_imported(content_type: str, body: str) -> None:
    project = make.project()

    response = _post(project, body, content_type=content_type)

    assert response.status_code == 201, response.content
    answer = response.json()
    assert answer == {
        "id": Import.objects.get().pk,
        "imported": 2,
        "duplicates": 0,
        "rejected": [],
        "rejected_count": 0,
        "warnings": {},
    }
    assert sorted(Document.objects.values_list("text", flat=True)) == ["a", "b"]


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("application/x-ndjson", "", 422, "empty_file"),
        ("application/json", "[]", 422, "empty_file"),
        ("application/pickle", "x", 415, "unsupported_type"),
        ("multipart/form-data; boundary=x", "--x--\r\n", 422, "empty_file"),
    ],
)
def test_a_body_that_is_no_file_is_a_clear_error(content_type: str, body: str, status: int, code: str) -> None:
    response = _post(make.project(), body, content_type=content_type)

    assert (response.status_code, response.json()["code"]) == (status, code)


def test_text_comes_back_byte_equal() -> None:
    project = make.project()
    text = "  \t😀 𠀀𪚥 e\u0301\r\nline\u2028two\r tail \u200f\n"

    _post(project, json.dumps({"id": "x", "text": text}))

    listed = make.client(project.created_by).get(f"/api/v1/projects/{project.pk}/documents/").json()
    assert listed["results"][0]["text"] == text


def test_the_same_id_with_the_same_text_is_a_duplicate_and_with_another_an_error() -> None:
    project = make.project()
    _post(project, '{"id":7,"text":"a"}')

    again = _post(project, '{"id":"7","text":"a"}\n{"text":"new"}')
    other = _post(project, '{"id":"7","text":"b"}\n{"text":"newer"}')

    assert (again.status_code, again.json()["imported"], again.json()["duplicates"]) == (201, 1, 1)
    assert other.status_code == 422
    assert other.json()["errors"][0] | {"message": ""} == {
        "row": 1,
        "line": 1,
        "field": "id",
        "code": "duplicate_id",
        "message": "",
    }
    assert Document.objects.count() == 2


@pytest.mark.parametrize("body", ['{"text":"a"}', '{"text":""}'])
def test_a_key_sent_again_gives_the_first_result(body: str) -> None:
    project = make.project()

    first = _post(project, body, "?key=k1")
    second = _post(project, '{"text":"other"}', "?key=k1")

    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert Import.objects.count() == 1
    assert Document.objects.filter(text="other").count() == 0


def test_wrong_options_are_all_named() -> None:
    query = "?encoding=rot13&delimiter=ab&on_error=maybe&create_labels=perhaps&async=2"

    response = _post(make.project(), '{"text":"a"}', query)

    assert response.status_code == 422
    assert {error["code"] for error in response.json()["errors"]} == {"bad_encoding", "bad_delimiter", "bad_option"}
    assert Import.objects.count() == 0


def test_async_answers_202_and_the_worker_finishes(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make.project()
    asked: list[int] = []

    def hear(sender: object, import_id: int, **_: object) -> None:
        asked.append(import_id)

    signals.import_requested.connect(hear)
    with django_capture_on_commit_callbacks(execute=True):
        response = _post(project, '{"text":"a"}\n{"text":""}', "?async=1&on_error=skip")
    signals.import_requested.disconnect(hear)

    row = response.json()
    assert (response.status_code, row["state"], row["progress"], row["imported"]) == (202, "queued", 0.0, 0)
    assert asked == [row["id"]]
    job.run_now(row["id"])
    done = make.client(project.created_by).get(f"/api/v1/imports/{row['id']}/").json()
    assert (done["state"], done["progress"], done["imported"]) == ("succeeded", 1.0, 1)
    assert [problem["code"] for problem in done["rejected"]] == ["empty_text"]


def test_a_large_body_is_an_async_import_and_one_over_the_limit_is_refused(settings: Any) -> None:
    settings.COLLABWEB_LIMITS = settings.COLLABWEB_LIMITS | {"body_bytes": 100, "file_bytes": 1000}
    project = make.project()

    large = _post(project, json.dumps([{"text": "a" * 200}]), content_type="application/json")
    huge = _post(project, json.dumps([{"text": "a" * 2000}]), content_type="application/json")

    assert (large.status_code, large.json()["state"]) == (202, "queued")
    assert (huge.status_code, huge.json()["code"]) == (413, "too_large")
    assert Import.objects.count() == 1


def test_an_import_is_seen_by_members_and_cancelled_by_managers() -> None:
    project = make.project()
    row_id = _post(project, '{"text":"a"}', "?async=1").json()["id"]
    bob, eve = make.client(make.member(project, "bob")), make.client(make.user("eve"))
    manager = make.client(project.created_by)

    assert bob.get(f"/api/v1/imports/{row_id}/").status_code == 200
    assert eve.get(f"/api/v1/imports/{row_id}/").status_code == 404
    assert bob.post(f"/api/v1/imports/{row_id}/cancel/").status_code == 403
    assert eve.post(f"/api/v1/imports/{row_id}/cancel/").status_code == 404
    cancelled = manager.post(f"/api/v1/imports/{row_id}/cancel/")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert manager.post(f"/api/v1/imports/{row_id}/cancel/").status_code == 409
    job.run_now(row_id)
    assert Document.objects.count() == 0


def test_another_manager_of_another_project_sees_nothing() -> None:
    project, other = make.project(), make.project(manager=make.user("zoe"))
    row_id = _post(project, '{"text":"a"}').json()["id"]

    assert make.client(other.created_by).get(f"/api/v1/imports/{row_id}/").status_code == 404
    assert _post(project, '{"text":"b"}', person=other.created_by).status_code == 404
    assert Document.objects.count() == 1


def test_the_number_of_statements_does_not_grow_with_the_rows(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    project = make.project()
    body = "\n".join(json.dumps({"id": place, "text": f"t{place}", "Category": "billing"}) for place in range(1000))

    with django_assert_max_num_queries(40):
        response = _post(project, body)

    assert response.json()["imported"] == 1000
    assert project.memberships.get().role == Role.MANAGER
    assert settings.COLLABWEB_LIMITS["body_bytes"] == 5 * 1024 * 1024

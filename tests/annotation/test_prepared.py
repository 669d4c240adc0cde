import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from annotation.audit.models import AuditEntry
from annotation.prepared import prepared_cursor
from tests import make

pytestmark = pytest.mark.django_db

ADDED = "SELECT %s::int + 1"


def kept_by_the_server() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement = %s", [ADDED.replace("%s", "$1")])
        return int(cursor.fetchone()[0])


def test_a_statement_is_parsed_once_and_told_in_the_log_each_time() -> None:
    with CaptureQueriesContext(connection) as done:
        for number in range(3):
            with prepared_cursor() as cursor:
                cursor.execute(ADDED, [number])
                assert cursor.fetchone() == (number + 1,)
    assert len(done.captured_queries) == 3
    assert all("+ 1" in one["sql"] for one in done.captured_queries)
    assert kept_by_the_server() == 1
    assert kept_by_the_server() == 1, "a statement outside is not kept"


def test_nothing_is_kept_where_the_site_says_so(settings: Settings) -> None:
    settings.PREPARED_STATEMENTS = False
    with prepared_cursor() as cursor:
        cursor.execute(ADDED, [4])
        assert cursor.fetchone() == (5,)
    assert kept_by_the_server() == 0


def test_who_saved_is_written_down_although_the_statements_are_kept() -> None:
    project = make.project(review="none")
    for name in ("alice", "bob"):
        person, document = make.member(project, name), make.document(project)
        body = {"answer": {"Category": "billing", "Sentiment": "neutral"}, "status": "submitted"}
        answer = make.client(person).put(f"/api/v1/documents/{document.pk}/annotation/", body, format="json")
        assert answer.status_code == 200, answer.content
        for table in ("annotation_annotation", "annotation_gold"):
            entry = AuditEntry.objects.filter(table=table).order_by("-pk")[0]
            assert (entry.actor, entry.actor_id, entry.origin) == (name, person.pk, "api")

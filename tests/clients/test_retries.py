"""What is sent again and what is not; the faults are made in a transport, the site behind it is real."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from annotation.annotations.models import Annotation
from annotation.documents.models import Document
from annotation.projects.models import Project
from annotation.queue.models import Assignment
from collabweb_client import ConnectionLost, Retries, ServerError, TooManyRequests
from collabweb_client.retries import retry_after
from collabweb_client.wire import Lost, Reply, Request
from tests import make
from tests.clients.conftest import Open
from tests.clients.faults import Faults, answers, cut_off, refused

pytestmark = pytest.mark.django_db

ANSWER = {"Category": "billing", "Sentiment": "neutral", "Entities": []}


def test_a_busy_site_is_asked_again_until_it_answers(client_of: Open, faults: Faults) -> None:
    project = make.project(name="Tickets")
    client = client_of(project.created_by)
    faults.next = [answers(429, retry_after="0"), answers(503), refused, cut_off]

    name = client.project(project.pk).name

    assert name == "Tickets"
    assert len(faults.asked) == 5


def test_a_wait_longer_than_allowed_is_raised_at_once(client_of: Open, faults: Faults) -> None:
    project = make.project()
    client = client_of(project.created_by)
    faults.next = [answers(429, retry_after="3600")]

    with pytest.raises(TooManyRequests) as caught:
        client.project(project.pk)

    assert caught.value.retry_after == 3600
    assert len(faults.asked) == 1


def test_a_site_that_stays_away_ends_in_its_last_error(client_of: Open, faults: Faults) -> None:
    project = make.project()
    client = client_of(project.created_by)
    faults.next = [answers(503)] * 6

    with pytest.raises(ServerError) as caught:
        client.project(project.pk)

    assert (caught.value.status, caught.value.detail, len(faults.asked)) == (503, "The site answered 503.", 6)


def test_a_call_that_must_not_happen_twice_is_not_repeated(client_of: Open, faults: Faults) -> None:
    project = make.project()
    make.document(project, "one")
    make.document(project, "two, unlike the other")
    client = client_of(project.created_by)
    faults.next = [cut_off]

    with pytest.raises(ConnectionLost) as caught:
        client.next_assignments(project.pk)

    assert caught.value.was_sent
    assert Assignment.objects.count() == 1
    assert [lent.id for lent in client.assignments(project.pk)] == [Assignment.objects.get().pk]


def test_a_call_that_never_left_is_repeated_whatever_it_is(client_of: Open, faults: Faults) -> None:
    project = make.project()
    document = make.document(project)
    client = client_of(project.created_by)
    faults.next = [refused, answers(429)]

    lent = client.next_assignments(project.pk)

    assert [assignment.document.id for assignment in lent] == [document.pk]


def test_a_save_keeps_its_key_over_its_repeats(client_of: Open, faults: Faults) -> None:
    project = make.project()
    document = make.document(project)
    client = client_of(project.created_by)
    faults.next = [cut_off, answers(503)]

    saved = client.annotate(document.pk, ANSWER)

    assert saved.version == Annotation.objects.get().version == 1
    assert len({request.headers["idempotency-key"] for request in faults.asked}) == 1
    assert len(faults.asked) == 3


@pytest.mark.django_db(transaction=True)
def test_rows_whose_answer_was_lost_are_imported_once(client_of: Open, faults: Faults) -> None:
    project = make.project()
    client = client_of(project.created_by)
    faults.next = [cut_off]

    done = client.import_documents(project.pk, ["a text without an id"])

    assert (done.imported, done.duplicates, Document.objects.count()) == (1, 0, 1)


def test_a_deletion_whose_answer_was_lost_has_happened(client_of: Open, faults: Faults) -> None:
    project = make.project()
    client = client_of(project.created_by)
    faults.next = [cut_off]

    client.delete_project(project.pk)

    assert Project.objects.count() == 0


def test_pauses_double_up_to_the_longest_and_vary() -> None:
    retries = Retries(attempts=10, first_seconds=1, longest_seconds=8)
    request, gone = Request("GET", "x"), Lost("gone", was_sent=True)

    found = [[retries.pause_after(request, gone, tried) or 0 for _ in range(50)] for tried in range(1, 10)]

    for pauses, longest in zip(found, [1, 2, 4, 8, 8, 8, 8, 8, 8], strict=True):
        assert longest / 2 <= min(pauses) < max(pauses) <= longest
    assert retries.pause_after(request, gone, 10) is None
    assert retries.pause_after(request, Reply(500, {}, b""), 1) is None


def test_retry_after_is_seconds_or_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=20))

    assert retry_after({"retry-after": "7"}) == 7
    assert 15 < (retry_after({"retry-after": soon}) or 0) <= 20
    assert retry_after({"retry-after": "soon"}) is None
    assert retry_after({}) is None

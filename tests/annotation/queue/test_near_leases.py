import threading
from collections import defaultdict
from collections.abc import Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.documents.models import Document, State
from annotation.people.models import User
from annotation.projects.models import Project
from annotation.queue.models import Assignment
from annotation.queue.near_leases import without_others
from annotation.queue.services import give_back, lend
from tests import make

pytestmark = pytest.mark.django_db


def group(project: Project, *texts: str) -> list[Document]:
    documents = [make.document(project, text) for text in texts]
    for document in documents:
        document.near_group = documents[0].pk
    Document.objects.bulk_update(documents, ["near_group"])
    return documents


class Ledger:
    """Who has documents of which group in hand, as the callers see it."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.shared: list[int] = []
        self._holders: dict[int, set[int]] = defaultdict(set)
        self._guard = threading.Lock()

    def take(self, person: User, rows: Sequence[Assignment]) -> None:
        with self._guard:
            for row in rows:
                holders = self._holders[row.document.near_group or 0]
                holders.add(person.pk)
                self.shared.extend([row.document_id] if len(holders) > 1 else [])

    def finish(self, person: User, rows: Sequence[Assignment]) -> None:
        with self._guard:
            for row in rows:
                self._holders[row.document.near_group or 0].discard(person.pk)
                self.done.append(row.document_id)
            Assignment.objects.filter(pk__in=[row.pk for row in rows]).update(state="done")

    def work(self, person: User, project: Project, number: int) -> None:
        try:
            for _ in range(400):
                if len(self.done) == number:
                    return
                rows = lend(project=project, user=person, count=2)
                self.take(person, rows)
                self.finish(person, rows)
        finally:
            connection.close()


def test_two_people_are_not_lent_near_duplicates_and_one_person_is() -> None:
    project = make.project()
    alice, bob = make.user("alice"), make.user("bob")
    first, second, third = group(project, "a", "b", "c")
    other = make.document(project, "other")

    assert [row.document for row in lend(project=project, user=alice, count=1)] == [first]
    assert [row.document for row in lend(project=project, user=bob, count=5)] == [other]
    assert [row.document for row in lend(project=project, user=alice, count=5)] == [second, third]


def test_what_was_given_back_frees_the_others() -> None:
    project = make.project()
    alice, bob = make.user("alice"), make.user("bob")
    group(project, "a", "b")
    [assignment] = lend(project=project, user=alice, count=1)
    assert lend(project=project, user=bob, count=5) == []

    give_back(assignment=assignment)

    assert len(lend(project=project, user=bob, count=5)) == 2


def test_a_project_with_overlap_lends_near_duplicates_to_two() -> None:
    project = make.project(overlap=2)
    alice, bob = make.user("alice"), make.user("bob")
    documents = group(project, "a", "b")

    assert [row.document for row in lend(project=project, user=alice, count=5)] == documents
    assert [row.document for row in lend(project=project, user=bob, count=5)] == documents


def test_a_near_duplicate_that_was_lent_in_the_meantime_is_taken_back() -> None:
    project = make.project()
    alice, bob = make.user("alice"), make.user("bob")
    first, second = group(project, "a", "b")
    lend(project=project, user=alice, count=1)
    late = Assignment.objects.create(
        project=project, document=second, user=bob, expires_at=Assignment.objects.get().expires_at
    )
    Document.objects.filter(pk=second.pk).update(slots=0, state=State.ASSIGNED)

    assert without_others([late]) == []

    assert list(Assignment.objects.values_list("document", "user")) == [(first.pk, alice.pk)]
    assert Document.objects.values_list("slots", "state").get(pk=second.pk) == (1, State.NEW)


def test_documents_without_near_duplicates_cost_no_statement_more() -> None:
    project = make.project()
    alice = make.user("alice")
    make.document(project, "plain")
    with CaptureQueriesContext(connection) as plain:
        lend(project=project, user=alice, count=1)
    group(project, "a", "b")

    with CaptureQueriesContext(connection) as grouped:
        lend(project=project, user=alice, count=1)

    assert len(grouped) == len(plain) + 1


@pytest.mark.django_db(transaction=True)
def test_eight_people_at_once_never_have_near_duplicates_of_each_other() -> None:
    project = make.project()
    people = [make.user(f"person{number}") for number in range(8)]
    for number in range(10):
        group(project, *(f"text {number} {copy}" for copy in range(6)))
    ledger = Ledger()

    threads = [threading.Thread(target=ledger.work, args=(person, project, 60)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ledger.shared == []
    assert sorted(ledger.done) == sorted(Document.objects.values_list("id", flat=True))

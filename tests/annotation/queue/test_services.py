import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from annotation.documents.models import Document, State
from annotation.people.models import User
from annotation.projects.models import Project
from annotation.queue import services
from annotation.queue.models import Assignment
from annotation.queue.services import expire_all, give_back, lend, open_assignments
from tests import make

pytestmark = pytest.mark.django_db


def test_the_highest_priority_is_lent_first() -> None:
    project = make.project()
    alice = make.member(project, "alice")
    low = make.document(project, "low", priority=0.1)
    high = make.document(project, "high", priority=0.9)

    lent = lend(project=project, user=alice, count=2)

    assert [assignment.document for assignment in lent] == [high, low]
    assert Document.objects.get(pk=high.pk).state == State.ASSIGNED


def test_one_document_is_lent_to_one_person_and_two_where_the_project_overlaps() -> None:
    alone, both = make.project(), make.project(manager=make.user("ann"), overlap=2)
    alice, bob = make.user("alice"), make.user("bob")
    make.document(alone)
    make.document(both)

    assert len(lend(project=alone, user=alice, count=5)) == 1
    assert lend(project=alone, user=bob, count=5) == []
    assert len(lend(project=both, user=alice, count=5)) == 1
    assert len(lend(project=both, user=bob, count=5)) == 1
    assert lend(project=both, user=alice, count=5) == []


def test_a_lease_left_alone_is_offered_again_after_its_time() -> None:
    project = make.project(lease_minutes=10)
    alice, bob = make.user("alice"), make.user("bob")
    document = make.document(project)
    lend(project=project, user=alice, count=1)
    assert lend(project=project, user=bob, count=1) == []

    Assignment.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    lent = lend(project=project, user=bob, count=1)

    assert [assignment.document for assignment in lent] == [document]
    assert Assignment.objects.get(user=alice).state == "expired"
    assert Document.objects.get().slots == 0


def test_the_tick_returns_late_leases() -> None:
    project = make.project()
    make.document(project)
    lend(project=project, user=make.user(), count=1)
    Assignment.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    expire_all()
    expire_all()

    assert Document.objects.values_list("slots", "state").get() == (1, State.NEW)


def test_what_was_given_back_goes_to_somebody_else() -> None:
    project = make.project()
    alice, bob = make.user("alice"), make.user("bob")
    make.document(project)
    [assignment] = lend(project=project, user=alice, count=1)

    give_back(assignment=assignment)
    give_back(assignment=assignment)

    assert Document.objects.get().slots == 1
    assert lend(project=project, user=alice, count=1) == []
    assert len(lend(project=project, user=bob, count=1)) == 1


def test_a_person_sees_what_is_in_hand() -> None:
    project = make.project()
    alice = make.user()
    make.document(project)
    lent = lend(project=project, user=alice, count=1)

    assert open_assignments(project=project, user=alice) == lent


@pytest.mark.django_db(transaction=True)
def test_a_document_that_is_only_held_for_a_moment_is_waited_for() -> None:
    project, alice = make.project(), make.user()
    document = make.document(project)
    is_held, may_end = threading.Event(), threading.Event()

    def rank() -> None:
        try:
            with transaction.atomic():
                Document.objects.filter(pk=document.pk).update(priority=0.5)
                is_held.set()
                may_end.wait(10)
        finally:
            connection.close()

    ranking = threading.Thread(target=rank)
    ranking.start()
    is_held.wait(10)
    threading.Timer(0.3, may_end.set).start()
    lent = lend(project=project, user=alice, count=1)
    ranking.join()

    assert [row.document_id for row in lent] == [document.pk]


@pytest.mark.django_db(transaction=True)
def test_a_document_that_is_held_for_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "WAIT_FOR_ONE", "50ms")
    project, alice = make.project(), make.user()
    document = make.document(project)
    is_held, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                Document.objects.select_for_update().get(pk=document.pk)
                is_held.set()
                may_end.wait(10)
        finally:
            connection.close()

    holding = threading.Thread(target=hold)
    holding.start()
    is_held.wait(10)
    lent = lend(project=project, user=alice, count=1)
    may_end.set()
    holding.join()

    assert lent == []
    assert [row.document_id for row in lend(project=project, user=alice, count=1)] == [document.pk]


@pytest.mark.django_db(transaction=True)
def test_sixteen_people_at_once_never_get_the_same_document() -> None:
    project = make.project()
    people = [make.user(f"person{number}") for number in range(16)]
    for number in range(120):
        make.document(project, f"text {number}")
    lent: list[int] = []

    def drain(person: User, project: Project) -> None:
        try:
            while rows := lend(project=project, user=person, count=2):
                lent.extend(row.document_id for row in rows)
        finally:
            connection.close()

    threads = [threading.Thread(target=drain, args=(person, project)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(lent) == len(set(lent)) == 120

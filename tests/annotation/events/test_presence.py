from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from annotation.events.models import Event, Presence
from annotation.events.presence import (
    MAX_NAMED,
    keep_present,
    leave,
    present_people,
    take_away_stale,
    tell_presence,
)
from annotation.people.models import User
from annotation.projects.models import Project
from tests import make

pytestmark = pytest.mark.django_db


def come(project: Project, user: User) -> bool:
    return keep_present(project_id=project.pk, user_id=user.pk, connection_id=uuid4())


def age(seconds: float) -> None:
    for row in Presence.objects.all():
        Presence.objects.filter(pk=row.pk).update(seen_at=row.seen_at - timedelta(seconds=seconds))


def names(project: Project) -> list[str]:
    return [person["name"] for person in present_people(project.pk)["people"]]


def test_two_pages_of_one_person_are_one() -> None:
    project = make.project()
    alice, bob = make.member(project, "alice"), make.member(project, "bob")

    news = [come(project, alice), come(project, alice), come(project, bob)]

    assert news == [True, False, True]
    assert present_people(project.pk) == {
        "people": [{"id": alice.pk, "name": "alice"}, {"id": bob.pk, "name": "bob"}],
        "count": 2,
    }


def test_a_ping_and_a_close_cost_one_statement_each(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    project = make.project()
    alice = make.member(project, "alice")
    page = uuid4()

    with django_assert_num_queries(1):
        keep_present(project_id=project.pk, user_id=alice.pk, connection_id=page)
    with django_assert_num_queries(1):
        assert not keep_present(project_id=project.pk, user_id=alice.pk, connection_id=page)
    with django_assert_num_queries(1):
        leave(page)
    with django_assert_num_queries(1):
        present_people(project.pk)


def test_who_loads_the_page_again_has_not_left() -> None:
    project = make.project()
    alice = make.member(project, "alice")
    page = uuid4()
    keep_present(project_id=project.pk, user_id=alice.pk, connection_id=page)

    leave(page)
    is_new = come(project, alice)
    age(15)  # the closed page is stale by now, the new one is not

    assert not is_new
    assert take_away_stale() == 1
    assert names(project) == ["alice"]
    assert not Event.objects.exists()


def test_who_closes_the_page_has_left_after_a_moment_and_it_is_told_once() -> None:
    project = make.project()
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    page = uuid4()
    keep_present(project_id=project.pk, user_id=alice.pk, connection_id=page)
    come(project, bob)

    leave(page)
    assert take_away_stale() == 0
    age(12)
    assert take_away_stale() == 1
    assert take_away_stale() == 0

    event = Event.objects.get()
    assert event.type == "presence.changed"
    assert event.payload == {"people": [{"id": bob.pk, "name": "bob"}], "count": 1}


def test_what_a_killed_process_left_behind_heals() -> None:
    project = make.project()
    come(project, make.member(project, "alice"))

    age(61)

    assert names(project) == []  # even before the tick
    assert take_away_stale() == 1
    assert Event.objects.get().payload == {"people": [], "count": 0}
    assert not Presence.objects.exists()


def test_a_ping_after_a_long_sleep_brings_the_person_back() -> None:
    project = make.project()
    alice = make.member(project, "alice")
    page = uuid4()
    keep_present(project_id=project.pk, user_id=alice.pk, connection_id=page)
    age(61)
    take_away_stale()

    assert keep_present(project_id=project.pk, user_id=alice.pk, connection_id=page)
    assert names(project) == ["alice"]


def test_the_log_keeps_the_last_presence_of_each_project_only() -> None:
    project, other = make.project(), make.project(manager=make.user("zoe"))
    tell_presence(other.pk)
    for _ in range(5):
        tell_presence(project.pk)

    assert Event.objects.filter(project=project).count() == 1
    assert Event.objects.filter(project=other).count() == 1


def test_of_many_people_the_first_are_named_and_all_are_counted() -> None:
    project = make.project()
    now = timezone.now()
    people = User.objects.bulk_create(User(username=f"person{place:03}") for place in range(MAX_NAMED + 5))
    Presence.objects.bulk_create(
        Presence(connection=uuid4(), project=project, user=person, seen_at=now) for person in people
    )

    told = present_people(project.pk)

    assert (len(told["people"]), told["count"]) == (MAX_NAMED, MAX_NAMED + 5)


def test_each_project_has_its_own_people() -> None:
    project, other = make.project(), make.project(manager=make.user("zoe"))
    alice = make.member(project, "alice")

    come(project, alice)

    assert come(other, alice)
    age(61)
    take_away_stale()
    assert set(Event.objects.values_list("project_id", flat=True)) == {project.pk, other.pk}

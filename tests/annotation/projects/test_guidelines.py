import pytest
from django.core.exceptions import ValidationError
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from annotation.events.models import Event
from annotation.projects.guidelines import mark_seen, reading_of
from annotation.projects.models import GuidelinesSeen, GuidelinesVersion, Project
from annotation.projects.services import create_project, update_settings
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return create_project(user=make.user("mia"), name="Tickets", template="tickets", guidelines="Read well.")


def change(project: Project, text: str, note: str = "") -> None:
    update_settings(project=project, user=project.created_by, changes={"guidelines": text}, note=note)


def test_a_new_project_has_its_first_version(project: Project) -> None:
    version = GuidelinesVersion.objects.get(project=project)

    assert (version.number, version.text, version.created_by) == (1, "Read well.", project.created_by)


def test_every_change_is_a_version_and_the_same_text_is_none(
    project: Project, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        change(project, "Read twice.", "Once was not enough")
        change(project, "Read twice.")
        update_settings(project=project, user=project.created_by, changes={"name": "Mail"})

    rows = GuidelinesVersion.objects.filter(project=project)
    assert [(row.number, row.text, row.note) for row in rows] == [
        (2, "Read twice.", "Once was not enough"),
        (1, "Read well.", ""),
    ]
    event = Event.objects.get(type="guidelines.changed")
    assert event.payload == {"number": 2}


def test_who_has_never_looked_is_told_of_no_change(project: Project) -> None:
    alice = make.member(project, "alice")
    change(project, "Read twice.")

    reading = reading_of(project, alice.pk)

    assert (reading.number, reading.seen, reading.is_changed) == (2, 0, False)


def test_what_changed_since_the_last_look_is_marked_until_the_next(
    project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    alice = make.member(project, "alice")
    mark_seen(project=project, user=alice, number=1)
    change(project, "Read twice.\nAsk.")

    with django_assert_num_queries(1):
        reading = reading_of(project, alice.pk)
    assert reading.is_changed
    assert [line.change.value for line in reading.lines] == ["changed", "added"]
    mark_seen(project=project, user=alice, number=2)

    assert not reading_of(project, alice.pk).is_changed


def test_the_newest_look_counts(project: Project) -> None:
    alice = make.member(project, "alice")
    change(project, "Read twice.")

    assert mark_seen(project=project, user=alice, number=2) == 2
    assert mark_seen(project=project, user=alice, number=1) == 2
    with pytest.raises(ValidationError):
        mark_seen(project=project, user=alice, number=3)
    assert GuidelinesSeen.objects.get(user=alice).number == 2


def test_who_wrote_a_version_has_seen_it(project: Project) -> None:
    change(project, "Read twice.")

    assert not reading_of(project, project.created_by_id).is_changed

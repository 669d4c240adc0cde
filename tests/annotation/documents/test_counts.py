import pytest
from pytest_django import DjangoAssertNumQueries

from annotation.annotations.models import Status
from annotation.annotations.services import Save, save
from annotation.documents.counts import DocumentCount, documents_by_state, done_and_open, join_counts, open_documents
from annotation.documents.models import Document, State
from annotation.projects.models import Project
from annotation.queue.services import give_back, lend
from tests import make

pytestmark = pytest.mark.django_db

ANSWER = {"Category": "billing", "Sentiment": "neutral", "Entities": []}


def read(project: Project) -> dict[str, int]:
    """What counting the rows themselves finds."""
    rows = Document.objects.filter(project=project)
    return {state: rows.filter(state=state).count() for state in State.values}


def agrees(project: Project) -> bool:
    counted, open_now = read(project), Document.objects.filter(project=project).open().count()
    done = counted[State.ANNOTATED] + counted[State.GOLD] + counted[State.AUTO_ACCEPTED]
    kept = documents_by_state(project.pk), open_documents([project.pk]).get(project.pk, 0)
    return kept == (counted, open_now) and done_and_open(project.pk) == (done, open_now)


def test_a_project_without_documents_has_none_of_each_state() -> None:
    project = make.project()

    assert documents_by_state(project.pk) == dict.fromkeys(State.values, 0)
    assert open_documents([project.pk]) == {}


def test_counts_follow_what_happens_to_documents() -> None:
    project = make.project()
    alice = make.member(project, "alice")
    for number in range(6):
        make.document(project, f"text {number}")
    assert agrees(project)

    lent = lend(project=project, user=alice, count=3)
    assert agrees(project)
    give_back(assignment=lent[0])
    assert agrees(project)
    save(document=lent[1].document, user=alice, asked=Save(ANSWER, Status.SUBMITTED))
    save(document=lent[2].document, user=alice, asked=Save(ANSWER, Status.SKIPPED))
    assert agrees(project)
    Document.objects.filter(project=project, state=State.NEW).first().delete()  # type: ignore[union-attr]
    assert agrees(project)
    assert documents_by_state(project.pk)[State.GOLD] == 1
    assert sum(documents_by_state(project.pk).values()) == 5


def test_a_change_of_ranking_counts_as_none() -> None:
    project = make.project()
    make.document(project)
    before = DocumentCount.objects.count()

    Document.objects.filter(project=project).update(priority=0.5)

    assert DocumentCount.objects.count() == before


def test_many_changes_become_one_row_of_the_same_sum() -> None:
    project, other = make.project(), make.project(manager=make.user("max"))
    for number in range(60):
        make.document(project, f"text {number}")
    make.document(other)

    join_counts()

    assert DocumentCount.objects.filter(project=project).count() == 1
    assert agrees(project)
    assert agrees(other)


def test_counts_of_a_deleted_project_are_swept_away() -> None:
    project = make.project()
    for number in range(60):
        make.document(project, f"text {number}")
    gone = project.pk
    Document.objects.filter(project=project).delete()
    Project.objects.filter(pk=gone).delete()
    DocumentCount.objects.bulk_create(DocumentCount(project_id=gone) for _ in range(60))

    join_counts()

    assert not DocumentCount.objects.filter(project_id=gone).exists()


def test_numbers_cost_one_statement_each(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    project = make.project()
    for number in range(5):
        make.document(project, f"text {number}")

    with django_assert_num_queries(1):
        documents_by_state(project.pk)
    with django_assert_num_queries(1):
        open_documents([project.pk])

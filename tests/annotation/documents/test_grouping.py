import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.documents.grouping import SLICE, group_all, group_slice, projects_to_group
from annotation.documents.models import Document, NearKey
from annotation.documents.near_duplicates import THRESHOLD, shingles, similarity
from tests import make

pytestmark = pytest.mark.django_db

ENGLISH = (
    "I was charged twice for my last order and nobody has answered my three e-mails about it so far. Please refund me."
)
CHINESE = "我上周下单的羽绒服到现在还没有发货，客服一直说在催仓库，请问什么时候才能真正发出来？我很着急。"
OTHER = "The mobile app closes by itself whenever I open the camera to scan a barcode in the warehouse, please help me."


def groups() -> dict[int, int | None]:
    return dict(Document.objects.values_list("id", "near_group"))


def test_near_duplicates_share_the_smallest_id_and_the_rest_is_alone() -> None:
    project = make.project()
    english, other, chinese = (make.document(project, text).pk for text in (ENGLISH, OTHER, CHINESE))
    near_english = make.document(project, ENGLISH.replace("three", "two")).pk
    near_chinese = make.document(project, CHINESE.replace("我很着急", "我真着急")).pk

    assert group_all(project.pk) == 5

    assert groups() == {english: english, near_english: english, chinese: chinese, near_chinese: chinese, other: 0}
    assert projects_to_group() == []


def test_later_documents_join_the_groups_there_are() -> None:
    project = make.project()
    first = make.document(project, ENGLISH).pk
    group_all(project.pk)
    assert groups() == {first: 0}

    second = make.document(project, ENGLISH.upper()).pk
    assert projects_to_group() == [project.pk]
    group_all(project.pk)
    third = make.document(project, ENGLISH + " Thanks!").pk
    group_all(project.pk)

    assert groups() == {first: first, second: first, third: first}


def test_a_document_between_two_groups_makes_them_one() -> None:
    project = make.project()
    words = [f"word{number:03}" for number in range(60)]
    left, right = " ".join(words[:50]), " ".join(words[10:])
    middle = " ".join(words[4:56])
    assert similarity(shingles(left), shingles(right)) < THRESHOLD
    ids = [make.document(project, text).pk for text in (left, left + " .", right, right + " .")]
    group_all(project.pk)
    assert set(groups().values()) == {ids[0], ids[2]}

    between = make.document(project, middle).pk
    group_all(project.pk)

    assert groups() == dict.fromkeys([*ids, between], ids[0])


def test_groups_stay_within_a_project() -> None:
    one, other = make.project(), make.project(manager=make.user("ann"))
    make.document(one, ENGLISH)
    make.document(other, ENGLISH)

    group_all(one.pk)
    group_all(other.pk)

    assert set(groups().values()) == {0}


def test_doing_it_twice_changes_nothing() -> None:
    project = make.project()
    make.document(project, ENGLISH)
    make.document(project, ENGLISH)
    group_all(project.pk)
    before = groups(), NearKey.objects.count()

    assert group_slice(project.pk) == 0
    Document.objects.update(near_group=None)
    group_all(project.pk)

    assert (groups(), NearKey.objects.count()) == before


def test_a_slice_costs_the_same_number_of_statements_however_many_documents() -> None:
    project = make.project()
    make.document(project, ENGLISH)
    make.document(project, ENGLISH)
    with CaptureQueriesContext(connection) as few:
        group_slice(project.pk)
    for number in range(100):
        make.document(project, f"{ENGLISH} {number}")

    with CaptureQueriesContext(connection) as many:
        assert group_slice(project.pk) == 100 < SLICE

    assert len(many) <= len(few) + 1


def test_what_is_left_when_the_time_is_up_is_found_again() -> None:
    project = make.project()
    make.document(project)

    assert group_all(project.pk, seconds=0) == 0
    assert projects_to_group() == [project.pk]
    assert group_all(project.pk, seconds=60) == 1

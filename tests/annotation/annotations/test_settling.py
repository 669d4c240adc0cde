"""What a submitted answer becomes: gold at once, or something for a reviewer, with the reason stored."""

from typing import Any

import pytest

from annotation.annotations.models import Annotation, Gold, Status
from annotation.annotations.review_items import ItemState, ReviewItem
from annotation.annotations.services import Save, save
from annotation.documents.models import Document
from annotation.people.models import User
from annotation.projects.models import Project, Role
from annotation.queue.blind import place_of
from tests import make

pytestmark = pytest.mark.django_db

ANSWER: dict[str, Any] = {"Category": "billing", "Sentiment": "negative", "Entities": []}
OTHER = ANSWER | {"Category": "other"}


def give(document: Document, person: User, answer: object = ANSWER, prediction: int | None = None) -> Annotation:
    document.refresh_from_db()
    asked = Save(answer=answer, status=Status.SUBMITTED, prediction_id=prediction)
    return save(document=document, user=person, asked=asked)


def reasons() -> dict[int, str]:
    return dict(ReviewItem.objects.values_list("document", "reason"))


def documents(project: Project, number: int) -> list[Document]:
    return [make.document(project, f"text {place}") for place in range(number)]


def test_a_drawn_share_waits_and_the_rest_is_gold_at_once_by_a_draw_that_can_be_repeated() -> None:
    project = make.project(review="sample", review_share=0.4)
    alice = make.member(project, "alice")
    rows = documents(project, 30)

    for row in rows:
        give(row, alice)

    drawn = {row.pk for row in rows if place_of(project.salt, row.pk, purpose="review") < 0.4}
    assert 3 <= len(drawn) <= 25
    assert reasons() == dict.fromkeys(drawn, "random")
    assert set(Gold.objects.values_list("pk", flat=True)) == {row.pk for row in rows} - drawn
    item = ReviewItem.objects.earliest("pk")
    assert (item.share, item.place) == (0.4, place_of(project.salt, item.document_id, purpose="review"))


def test_the_first_answers_of_each_person_wait() -> None:
    project = make.project(review="sample", review_share=0.0, review_first_answers=2)
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    rows = documents(project, 5)

    for row in rows[:4]:
        give(row, alice)
    give(rows[4], bob)

    assert reasons() == dict.fromkeys([rows[0].pk, rows[1].pk, rows[4].pk], "new_person")


def test_answers_that_the_model_was_unsure_of_or_that_differ_from_it_wait() -> None:
    project = make.project(review="sample", review_share=0.0, review_uncertain_below=0.6, review_corrected_share=1.0)
    alice = make.member(project, "alice")
    unsure, corrected, sure = documents(project, 3)
    shown = [
        make.prediction(unsure, ANSWER, confidence={"Category": {"billing": 0.5}}),
        make.prediction(corrected, OTHER, confidence={"Category": {"other": 0.9}}),
        make.prediction(sure, ANSWER, confidence={"Category": {"billing": 0.9}}),
    ]

    for row, prediction in zip((unsure, corrected, sure), shown, strict=True):
        give(row, alice, prediction=prediction.pk)

    assert reasons() == {unsure.pk: "uncertain", corrected.pk: "corrected"}
    assert list(Gold.objects.values_list("pk", flat=True)) == [sure.pk]


def test_where_people_differ_somebody_settles_it_whatever_the_review() -> None:
    project = make.project(overlap=2)
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    [row] = documents(project, 1)

    give(row, alice)
    assert not ReviewItem.objects.exists()
    give(row, bob, OTHER)

    item = ReviewItem.objects.get()
    assert (item.reason, item.annotation, item.state) == ("people_differ", None, ItemState.OPEN)
    assert not Gold.objects.exists()


def test_two_equal_answers_are_reviewed_once_where_everything_is() -> None:
    project = make.project(overlap=2, review="all")
    [row] = documents(project, 1)

    give(row, make.member(project, "alice"))
    last = give(row, make.member(project, "bob"))

    assert (ReviewItem.objects.get().reason, ReviewItem.objects.get().annotation) == ("all", last)


def test_what_is_gold_by_ones_own_answer_stays_gold_when_it_is_changed() -> None:
    project = make.project(review="sample", review_share=0.0)
    [row] = documents(project, 1)
    alice = make.member(project, "alice")

    give(row, alice)
    give(row, alice, OTHER)

    assert Gold.objects.get().answer == OTHER
    assert not ReviewItem.objects.exists()


def test_an_answer_notes_the_guidelines_it_was_given_under() -> None:
    project = make.project()
    mia, alice = project.created_by, make.member(project, "alice")
    first, second = documents(project, 2)
    client = make.client(mia)
    client.patch(f"/api/v1/projects/{project.pk}/", {"guidelines": "One."}, format="json")
    give(first, alice)

    client.patch(f"/api/v1/projects/{project.pk}/", {"guidelines": "Two."}, format="json")
    second = Document.objects.select_related("project").get(pk=second.pk)
    save(document=second, user=alice, asked=Save(answer=ANSWER, status=Status.DRAFT))
    assert Annotation.objects.get(document=second).guidelines_version == 0
    save(document=second, user=alice, asked=Save(answer=ANSWER, status=Status.SUBMITTED))

    versions = dict(Annotation.objects.values_list("document", "guidelines_version"))
    assert versions == {first.pk: 1, second.pk: 2}


def test_bulk_labels_wait_for_review_as_single_ones_do() -> None:
    project = make.project(review="all", label_sets=make.TICKET_LABEL_SETS[:1])
    alice = make.member(project, "alice", Role.ANNOTATOR)
    rows = documents(project, 3)
    body = {"documents": [row.pk for row in rows], "label_set": "Category", "value": "billing"}

    made = make.client(alice).post(f"/api/v1/projects/{project.pk}/bulk/", body, format="json")

    assert made.json()["labeled"] == 3
    assert reasons() == dict.fromkeys([row.pk for row in rows], "all")
    assert not Gold.objects.exists()

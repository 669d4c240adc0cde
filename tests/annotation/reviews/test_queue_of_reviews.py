"""Who gets what to review, what is recorded of it, and how it is taken back."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from annotation.annotations.models import Annotation, Gold, Status
from annotation.annotations.review_items import ItemState, ReviewItem
from annotation.annotations.services import Save, save
from annotation.comments.models import Comment
from annotation.documents.models import Document, State
from annotation.people.models import User
from annotation.projects.models import Project, Role
from annotation.queue.services import open_assignments
from annotation.reviews.decisions import Decision
from annotation.reviews.models import Review
from tests import make

pytestmark = pytest.mark.django_db

SPAN = {"start": 0, "end": 5, "label": "PERSON"}
ANSWER: dict[str, Any] = {"Category": "billing", "Sentiment": "negative", "Entities": [SPAN]}
OTHER = ANSWER | {"Category": "other"}


@pytest.fixture
def project() -> Project:
    return make.project(review="all")


@pytest.fixture
def rui(project: Project) -> User:
    return make.member(project, "rui", Role.REVIEWER)


@pytest.fixture
def alice(project: Project) -> User:
    return make.member(project, "alice")


def given(project: Project, person: User, answer: object = ANSWER, **fields: Any) -> Annotation:
    made = make.document(project, "Alice paid twice", **fields)
    document = Document.objects.select_related("project").get(pk=made.pk)
    return save(document=document, user=person, asked=Save(answer=answer, status=Status.SUBMITTED))


def ask(reviewer: User, project: Project, **body: Any) -> list[dict[str, Any]]:
    made = make.client(reviewer).post(f"/api/v1/projects/{project.pk}/reviews/next/", body, format="json")
    assert made.status_code == 200, made.content
    return list(made.json()["items"])


def decide(person: User, item: dict[str, Any], **body: Any) -> Any:  # Any: a response
    [answer] = item["answers"]
    path = f"/api/v1/annotations/{answer['annotation']}/review/"
    return make.client(person).post(path, {"item": item["id"], "version": answer["version"], **body}, format="json")


def test_two_reviewers_never_have_the_same_in_hand_and_nobody_gets_their_own(
    project: Project, rui: User, alice: User
) -> None:
    for _ in range(4):
        given(project, alice)
    given(project, rui)
    sam = make.member(project, "sam", Role.REVIEWER)

    first, second = ask(rui, project, count=3), ask(sam, project, count=9)

    own = {ReviewItem.objects.get(annotation__user=rui).pk}
    mine, theirs = ({row["id"] for row in rows} for rows in (first, second))
    assert (len(mine), len(theirs)) == (3, 2)
    assert not mine & theirs
    assert own <= theirs
    assert {row["id"] for row in ask(rui, project, count=9)} == mine
    assert decide(sam, first[0], verdict="accept").json()["code"] == "lent_to_other"
    assert not Gold.objects.exists()


def test_filters_give_the_rest_back_and_annotators_are_refused(project: Project, rui: User, alice: User) -> None:
    bob = make.member(project, "bob")
    given(project, alice)
    given(project, bob, OTHER)
    ask(rui, project, count=2)

    [row] = ask(rui, project, count=2, label_set="Category", label="other")

    assert row["answers"][0]["user"]["name"] == "bob"
    assert ReviewItem.objects.filter(lent_to=rui).count() == 1
    assert [row["answers"][0]["user"]["id"] for row in ask(rui, project, count=2, person=alice.pk)] == [alice.pk]
    assert ask(rui, project, reason="random") == []
    assert make.client(alice).post(f"/api/v1/projects/{project.pk}/reviews/next/", {}).status_code == 403
    assert make.client(make.user("eve")).post(f"/api/v1/projects/{project.pk}/reviews/next/", {}).status_code == 404


def test_a_correction_is_recorded_span_by_span_with_the_version_that_suggested_it(
    project: Project, rui: User, alice: User
) -> None:
    made = make.document(project, "Alice of Contoso paid twice")
    org, longer = {"start": 9, "end": 16, "label": "ORG"}, {"start": 0, "end": 8, "label": "PERSON"}
    shown = make.prediction(made, ANSWER | {"Entities": [SPAN, org]}, version=7)
    asked = Save(answer=ANSWER, status=Status.SUBMITTED, prediction_id=shown.pk)
    save(document=Document.objects.select_related("project").get(pk=made.pk), user=alice, asked=asked)
    [item] = ask(rui, project)

    decide(rui, item, verdict="correct", answer=OTHER | {"Entities": [longer, org]}, seconds=2.5)

    rows = Decision.objects.of_people().values_list("label_set", "kind", "before", "after", "start", "end", "version")
    assert set(rows) == {
        ("Category", "relabeled", "billing", "other", None, None, 7),
        ("Sentiment", "accepted", "negative", "negative", None, None, 7),
        ("Entities", "moved", "PERSON", "PERSON", 0, 8, 7),
        ("Entities", "added", "", "ORG", 9, 16, 7),
    }
    assert {(row.person, row.reviewer, row.seconds) for row in Decision.objects.of_people()} == {(alice, rui, 2.5)}
    assert Decision.objects.of_models().counted("label_set") == [
        {"label_set": "Category", "kind": "relabeled", "number": 1},
        {"label_set": "Entities", "kind": "accepted", "number": 1},
        {"label_set": "Entities", "kind": "moved", "number": 1},
        {"label_set": "Sentiment", "kind": "accepted", "number": 1},
    ]


def test_what_is_sent_back_waits_with_the_comment_and_returns_to_review(
    project: Project, rui: User, alice: User
) -> None:
    annotation = given(project, alice)
    [item] = ask(rui, project)

    made = decide(rui, item, verdict="send_back", comment="Only the name", start=0, end=5)

    assert made.status_code == 201, made.content
    annotation.refresh_from_db()
    assert {**(annotation.sent_back or {}), "at": ""} == {
        "by": {"id": rui.pk, "name": rui.shown_name}, "text": "Only the name", "start": 0, "end": 5, "at": "",
    }  # fmt: skip
    assert [(row.text, row.start, row.end) for row in Comment.objects.all()] == [("Only the name", 0, 5)]
    [lent] = open_assignments(project=project, user=alice)
    in_hand = make.client(alice).get(f"/api/v1/projects/{project.pk}/queue/").json()["assignments"]
    assert in_hand[0]["annotation"]["sent_back"]["text"] == "Only the name"
    assert ask(rui, project) == []
    document = Document.objects.select_related("project").get(pk=lent.document_id)
    save(document=document, user=alice, asked=Save(answer=OTHER, status=Status.SUBMITTED))
    [again] = ask(rui, project)
    assert (again["id"], again["rounds"], again["answers"][0]["answer"]) == (item["id"], 1, OTHER)
    annotation.refresh_from_db()
    assert annotation.sent_back is None


@pytest.mark.parametrize("verdict", ["accept", "correct", "send_back"])
def test_a_verdict_that_is_taken_back_leaves_no_trace_in_gold_and_decisions(
    project: Project, rui: User, alice: User, verdict: str
) -> None:
    annotation = given(project, alice)
    [item] = ask(rui, project)
    made = decide(rui, item, verdict=verdict, answer=OTHER, comment="?").json()
    client = make.client(rui)

    undone = client.post(f"/api/v1/reviews/{made['id']}/undo/")
    twice = client.post(f"/api/v1/reviews/{made['id']}/undo/")

    assert (undone.status_code, twice.status_code) == (200, 200)
    assert not Gold.objects.exists()
    assert not Decision.objects.exists()
    assert not Comment.objects.present().exists()
    assert not open_assignments(project=project, user=alice)
    annotation.refresh_from_db()
    assert (annotation.status, annotation.answer, annotation.sent_back) == (Status.SUBMITTED, ANSWER, None)
    assert Document.objects.get().state == State.ANNOTATED
    assert [row["id"] for row in ask(rui, project)] == [item["id"]]
    sam = make.member(project, "sam", Role.REVIEWER)
    assert make.client(sam).post(f"/api/v1/reviews/{made['id']}/undo/").status_code == 403


def test_an_undo_that_comes_after_another_decision_is_refused(project: Project, rui: User, alice: User) -> None:
    given(project, alice)
    [item] = ask(rui, project)
    made = decide(rui, item, verdict="accept").json()
    path = f"/api/v1/annotations/{item['answers'][0]['annotation']}/review/"
    mia = make.client(project.created_by)
    mia.post(path, {"verdict": "correct", "answer": OTHER}, format="json")

    assert make.client(rui).post(f"/api/v1/reviews/{made['id']}/undo/").status_code == 409

    assert Gold.objects.get().answer == OTHER


def test_a_late_decision_is_refused_and_a_repeated_one_makes_one_review(
    project: Project, rui: User, alice: User
) -> None:
    annotation = given(project, alice)
    [item] = ask(rui, project)
    document = Document.objects.select_related("project").get()
    save(document=document, user=alice, asked=Save(answer=OTHER, status=Status.SUBMITTED))

    assert decide(rui, item, verdict="accept").json()["code"] == "changed"

    client, path = make.client(rui), f"/api/v1/annotations/{annotation.pk}/review/"
    body = {"verdict": "accept", "item": item["id"], "version": 2}
    made = [client.post(path, body, format="json", headers={"Idempotency-Key": "one"}) for _ in range(2)]
    assert [row.status_code for row in made] == [201, 201]
    assert made[0].json()["id"] == made[1].json()["id"]
    assert (
        decide(rui, item | {"answers": [{"annotation": annotation.pk, "version": 2}]}, verdict="accept").json()["code"]
        == "decided"
    )
    assert Review.objects.count() == 1


def test_a_blind_item_shows_nothing_before_the_reviewers_own_answer(alice: User, project: Project, rui: User) -> None:
    Project.objects.update(review_blind_share=1.0)
    made = make.document(project, "Alice paid twice")
    make.prediction(made, ANSWER)
    document = Document.objects.select_related("project").get(pk=made.pk)
    save(document=document, user=alice, asked=Save(answer=ANSWER, status=Status.SUBMITTED))

    [item] = ask(rui, project)
    annotation = ReviewItem.objects.get().annotation_id
    too_early = make.client(rui).post(
        f"/api/v1/annotations/{annotation}/review/", {"verdict": "accept", "item": item["id"]}, format="json"
    )
    path = f"/api/v1/review-items/{item['id']}/first-answer/"
    shown = make.client(rui).post(path, {"answer": OTHER}, format="json").json()

    assert (item["blind"], item["answers"], item["prediction"], item["comments"]) == (True, [], None, [])
    assert too_early.json()["errors"][0]["code"] == "answer_first"
    assert (shown["first_answer"], shown["answers"][0]["answer"]) == (OTHER, ANSWER)
    assert decide(rui, shown, verdict="accept").json()["first_answer"] == OTHER
    assert ReviewItem.objects.get().state == ItemState.DONE


def test_what_most_people_said_is_settled_together_and_taken_back(project: Project, rui: User) -> None:
    Project.objects.update(overlap=3, review="none")
    people = [make.member(project, name) for name in ("alice", "bob", "carl")]
    rows = [make.document(project, f"text {place}", slots=3) for place in range(2)]
    answers = ((ANSWER, OTHER, ANSWER), (ANSWER, OTHER, ANSWER | {"Category": "delivery"}))
    for row, said in zip(rows, answers, strict=True):
        document = Document.objects.select_related("project").get(pk=row.pk)
        for person, answer in zip(people, said, strict=True):
            save(document=document, user=person, asked=Save(answer=answer, status=Status.SUBMITTED))
    client, path = make.client(rui), f"/api/v1/projects/{project.pk}/reviews/agreeing/"

    [preview] = client.get(path).json()["results"]
    made = client.post(path, {"items": list(ReviewItem.objects.values_list("pk", flat=True))}, format="json").json()

    assert (preview["document"], preview["answer"]) == (rows[0].pk, ANSWER)
    assert ([row["name"] for row in preview["alike"]], [row["name"] for row in preview["others"]]) == (
        ["alice", "carl"],
        ["bob"],
    )
    assert made["settled"] == [rows[0].pk]
    assert Gold.objects.get().source == "adjudication"
    assert Decision.objects.of_people().filter(kind="relabeled").get().person == people[1]
    undone = client.post(f"/api/v1/agreeing/{made['id']}/undo/").json()
    assert undone == {"id": made["id"], "undone": 1}
    assert not Gold.objects.exists()
    assert len(client.get(path).json()["results"]) == 1


@pytest.mark.parametrize("number", [1, 12])
def test_lending_and_lists_cost_the_same_for_one_and_many(
    project: Project, rui: User, alice: User, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(number):
        given(project, alice)
    client = make.client(rui)
    # token, membership, held, given back, picked, first answers, lent, items, waiting, answers, predictions, comments,
    # and three around them
    with django_assert_num_queries(15):
        items = client.post(f"/api/v1/projects/{project.pk}/reviews/next/", {"count": number}, format="json").json()
    assert len(items["items"]) == number
    for item in items["items"]:
        decide(rui, item, verdict="accept")
    for name in ("reviews", "decisions"):
        with django_assert_num_queries(3):  # token, membership, rows
            client.get(f"/api/v1/projects/{project.pk}/{name}/")


def test_the_review_pages_open_for_reviewers_only(project: Project, rui: User, alice: User, client: Any) -> None:
    for name in ("review/", "review/agreeing/"):
        for person, status in ((rui, 200), (alice, 403), (None, 302)):
            client.logout()
            if person:
                client.force_login(person)
            assert client.get(f"/projects/{project.pk}/{name}").status_code == status

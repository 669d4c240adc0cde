from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.annotations.models import Annotation, Gold, GoldChange, Status
from annotation.annotations.services import Save, save
from annotation.answers.problems import AnswerError
from annotation.bulk.models import BulkItem, BulkLabeling
from annotation.bulk.services import ManyAsked, Outcome, TogetherAsked, label_many, label_together
from annotation.documents.models import Document, State
from annotation.events.models import Event
from annotation.people.models import User
from annotation.projects.models import Project
from annotation.queue.models import Assignment
from annotation.queue.services import lend
from tests import make

pytestmark = pytest.mark.django_db

PREDICTED = {"Category": "other", "Sentiment": "neutral", "Entities": [{"start": 0, "end": 4, "label": "ORG"}]}


def many(project: Project, user: User, documents: list[Document], value: str = "billing", **fields: Any) -> Outcome:
    asked = ManyAsked([row.pk for row in documents], "Category", value, **{"accept_rest": True, **fields})
    return label_many(project=project, user=user, asked=asked)


def predicted(project: Project, number: int) -> list[Document]:
    documents = [make.document(project, f"Acme text {place}") for place in range(number)]
    for document in documents:
        make.prediction(document, PREDICTED)
    return documents


def cast(**settings: Any) -> tuple[Project, User]:
    project = make.project(production_version=1, **settings)
    return project, make.member(project, "alice")


def test_the_value_and_the_rest_of_the_prediction_become_gold() -> None:
    project, alice = cast()
    documents = predicted(project, 3)
    lend(project=project, user=alice, count=1)

    outcome = many(project, alice, documents)

    assert outcome.as_json() == {
        "id": outcome.labeling.pk,
        "labeled": 3,
        "drafts": 0,
        "labeled_documents": [document.pk for document in documents],
        "draft_documents": [],
        "refused": [],
    }
    expected = PREDICTED | {"Category": "billing"}
    assert [gold.answer for gold in Gold.objects.all()] == [expected] * 3
    assert set(Annotation.objects.values_list("status", "version", "user")) == {(Status.SUBMITTED, 1, alice.pk)}
    assert set(Document.objects.values_list("state", "slots")) == {(State.GOLD, 0)}
    assert list(Assignment.objects.values_list("state", flat=True)) == ["done"]
    assert GoldChange.objects.count() == 3
    types = list(Event.objects.values_list("type", flat=True))
    assert types.count("annotation.submitted") == types.count("document.changed") == 3


def test_without_the_rest_it_is_a_draft_that_stays_in_the_queue() -> None:
    project, alice = cast()
    [document] = predicted(project, 1)

    outcome = many(project, alice, [document], accept_rest=False)

    assert (outcome.as_json()["labeled"], outcome.as_json()["draft_documents"]) == (0, [document.pk])
    annotation = Annotation.objects.get()
    assert (annotation.status, annotation.answer) == (Status.DRAFT, {"Category": "billing"})
    assert Document.objects.values_list("state", "slots").get() == (State.NEW, 1)
    assert not Gold.objects.exists()
    assert [row.document for row in lend(project=project, user=alice, count=1)] == [document]


def test_marks_of_a_draft_win_over_the_prediction() -> None:
    project, alice = cast()
    [document] = predicted(project, 1)
    draft = {"Sentiment": "positive", "Category": "delivery"}
    save(document=document, user=alice, asked=Save(answer=draft, status=Status.DRAFT))

    many(project, alice, [document])

    assert Gold.objects.get().answer == PREDICTED | {"Category": "billing", "Sentiment": "positive"}


def test_what_others_hold_or_is_settled_is_refused_by_document() -> None:
    project, alice = cast()
    bob = make.member(project, "bob")
    lent, closed, mine, free = predicted(project, 4)
    Document.objects.filter(pk=lent.pk).update(priority=1.0)
    lend(project=project, user=bob, count=1)
    make.gold(closed, PREDICTED)
    save(document=mine, user=alice, asked=Save(answer=PREDICTED, status=Status.SUBMITTED))
    stranger = make.document(make.project(manager=make.user("ann")), "elsewhere")

    outcome = many(project, alice, [lent, closed, mine, free, stranger])

    refused = {row["document"]: row["code"] for row in outcome.labeling.refused}
    assert refused == {lent.pk: "lent", closed.pk: "closed", mine.pk: "closed", stranger.pk: "unknown_document"}
    assert [item.document_id for item in outcome.items] == [free.pk]
    assert Gold.objects.count() == 3
    assert Assignment.objects.get(user=bob).state == "open"


def test_documents_of_the_blind_arm_are_answered_on_their_own() -> None:
    project, alice = cast(blind_share=1.0)
    [document] = predicted(project, 1)

    outcome = many(project, alice, [document])

    assert [row["code"] for row in outcome.labeling.refused] == ["blind"]
    assert not Annotation.objects.exists()


def test_a_project_with_review_keeps_them_for_its_reviewers() -> None:
    project, alice = cast(review="all")
    many(project, alice, predicted(project, 2))

    assert not Gold.objects.exists()
    assert set(Document.objects.values_list("state", "slots")) == {(State.ANNOTATED, 0)}


def test_with_overlap_only_equal_answers_become_gold() -> None:
    project, alice = cast(overlap=2)
    bob = make.member(project, "bob")
    same, other = predicted(project, 2)
    save(document=same, user=bob, asked=Save(answer=PREDICTED | {"Category": "billing"}, status=Status.SUBMITTED))
    save(document=other, user=bob, asked=Save(answer=PREDICTED, status=Status.SUBMITTED))

    many(project, alice, [same, other])

    assert list(Gold.objects.values_list("document", flat=True)) == [same.pk]
    assert Document.objects.values_list("state", "slots").get(pk=other.pk) == (State.ANNOTATED, 0)


def test_the_same_key_once_more_changes_nothing() -> None:
    project, alice = cast()
    documents = predicted(project, 2)
    first = many(project, alice, documents, key="k1").as_json()

    again = many(project, alice, documents, "delivery", key="k1").as_json()

    assert again == first
    assert BulkLabeling.objects.count() == 1
    assert GoldChange.objects.count() == 2


@pytest.mark.parametrize(
    ("label_set", "value"), [("Category", "red"), ("Entities", []), ("None", "x"), ("Category", None)]
)
def test_a_value_that_is_no_label_is_refused_and_nothing_is_saved(label_set: str, value: object) -> None:
    project, alice = cast()
    [document] = predicted(project, 1)

    with pytest.raises(AnswerError):
        label_many(project=project, user=alice, asked=ManyAsked([document.pk], label_set, value))

    assert not Annotation.objects.exists()
    assert not BulkLabeling.objects.exists()


def test_near_duplicates_get_the_answer_and_a_lost_span_leaves_a_draft() -> None:
    project, alice = cast()
    first = make.document(project, "Acme charged $45 twice.")
    equal = make.document(project, "Acme charged $45 twice.")
    moved = make.document(project, "Hello, Acme charged $45 twice.")
    differs = make.document(project, "Acme charged $46 twice.")
    spans = [{"start": 0, "end": 4, "label": "ORG"}, {"start": 13, "end": 16, "label": "MONEY"}]
    answer = {"Category": "billing", "Sentiment": "negative", "Entities": spans}
    together = [first.pk, equal.pk, moved.pk, differs.pk]

    outcome = label_together(user=alice, asked=TogetherAsked(first, together, answer))

    assert outcome.as_json()["labeled"] == 3
    assert outcome.as_json()["draft_documents"] == [differs.pk]
    shifted = [{"start": 7, "end": 11, "label": "ORG"}, {"start": 20, "end": 23, "label": "MONEY"}]
    assert Gold.objects.get(document=equal).answer == answer
    assert Gold.objects.get(document=moved).answer == answer | {"Entities": shifted}
    draft = Annotation.objects.get(document=differs)
    assert (draft.status, draft.answer) == (Status.DRAFT, answer | {"Entities": spans[:1]})
    assert not Gold.objects.filter(document=differs).exists()


def test_the_number_of_statements_does_not_grow_with_the_documents() -> None:
    project, alice = cast()
    few, plenty = predicted(project, 2), predicted(project, 60)
    with CaptureQueriesContext(connection) as small:
        many(project, alice, few, key="a")

    with CaptureQueriesContext(connection) as large:
        many(project, alice, plenty, key="b")

    assert len(large) == len(small) <= 30
    assert BulkItem.objects.count() == 62

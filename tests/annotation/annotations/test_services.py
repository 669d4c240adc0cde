from typing import Any

import pytest

from annotation.annotations.models import Annotation, Gold, GoldChange, Status
from annotation.annotations.services import Save, VersionConflict, save
from annotation.answers.problems import AnswerError
from annotation.documents.models import Document, State
from annotation.events.models import Event
from annotation.projects.models import Role
from annotation.queue.models import Assignment
from annotation.queue.services import lend
from annotation.reviews.models import Verdict
from annotation.reviews.services import Opinion, review
from tests import make

pytestmark = pytest.mark.django_db

ANSWER = {"Category": "billing", "Sentiment": "negative", "Entities": [{"start": 0, "end": 5, "label": "ORG"}]}


def asked(answer: object = ANSWER, status: Status = Status.SUBMITTED, **fields: Any) -> Save:
    return Save(answer=answer, status=status, **fields)


def lent_document(**settings: Any) -> tuple[Document, Any]:
    project = make.project(**settings)
    alice = make.member(project, "alice")
    make.document(project, "Where is my order?")
    [assignment] = lend(project=project, user=alice, count=1)
    return assignment.document, alice


def test_a_submitted_answer_is_gold_where_nobody_reviews() -> None:
    document, alice = lent_document()

    annotation = save(document=document, user=alice, asked=asked(seconds=3.5))

    gold = Gold.objects.get()
    assert (gold.document, gold.answer, gold.by) == (document, ANSWER, alice)
    assert (annotation.version, annotation.seconds) == (1, 3.5)
    assert Document.objects.values_list("state", "slots").get() == (State.GOLD, 0)
    assert Assignment.objects.get().state == "done"
    assert GoldChange.objects.get().answer == ANSWER
    assert list(Event.objects.values_list("type", flat=True)) == ["annotation.submitted", "document.changed"]


def test_a_submitted_answer_waits_where_somebody_reviews() -> None:
    document, alice = lent_document(review="all")

    save(document=document, user=alice, asked=asked())

    assert not Gold.objects.exists()
    assert Document.objects.get().state == State.ANNOTATED


def test_repeating_a_save_changes_nothing() -> None:
    document, alice = lent_document()
    first = save(document=document, user=alice, asked=asked(key="k1"))

    again = save(document=document, user=alice, asked=asked(key="k1", if_match=7))
    same = save(document=document, user=alice, asked=asked())

    assert first.version == again.version == same.version == 1
    assert GoldChange.objects.count() == 1


def test_an_older_version_is_refused_with_the_present_row() -> None:
    document, alice = lent_document()
    save(document=document, user=alice, asked=asked({"Category": "other"}, Status.DRAFT))
    save(document=document, user=alice, asked=asked({"Category": "billing"}, Status.DRAFT, if_match=1))

    with pytest.raises(VersionConflict) as caught:
        save(document=document, user=alice, asked=asked({"Category": "delivery"}, Status.DRAFT, if_match=1))

    assert caught.value.annotation.answer == {"Category": "billing"}
    assert Annotation.objects.get().version == 2


def test_a_late_draft_does_not_take_back_what_was_submitted() -> None:
    document, alice = lent_document()
    save(document=document, user=alice, asked=asked())

    with pytest.raises(VersionConflict):
        save(document=document, user=alice, asked=asked({"Category": "other"}, Status.DRAFT))

    assert Annotation.objects.get().status == Status.SUBMITTED


def test_a_changed_mind_changes_gold_and_the_feed() -> None:
    document, alice = lent_document()
    save(document=document, user=alice, asked=asked())

    save(document=document, user=alice, asked=asked(ANSWER | {"Category": "other"}, if_match=1))

    assert Gold.objects.get().answer["Category"] == "other"
    assert [change.answer["Category"] for change in GoldChange.objects.order_by("pk")] == ["billing", "other"]


def test_a_skipped_document_goes_to_somebody_else() -> None:
    document, alice = lent_document()
    bob = make.user("bob")

    save(document=document, user=alice, asked=asked({}, Status.SKIPPED))

    assert lend(project=document.project, user=alice, count=1) == []
    assert [row.document for row in lend(project=document.project, user=bob, count=1)] == [document]


def test_a_wrong_answer_is_refused_and_nothing_is_saved() -> None:
    document, alice = lent_document()

    with pytest.raises(AnswerError):
        save(document=document, user=alice, asked=asked({"Category": "red"}))

    assert not Annotation.objects.exists()
    assert Assignment.objects.get().state == "open"


def test_saving_without_a_lease_takes_the_slot() -> None:
    project = make.project()
    alice = make.member(project, "alice")
    document = make.document(project)

    save(document=document, user=alice, asked=asked())

    assert lend(project=project, user=make.user("bob"), count=1) == []


def test_a_save_that_many_others_came_after_is_still_known() -> None:
    document, alice = lent_document()
    save(document=document, user=alice, asked=asked({"Category": "other"}, Status.DRAFT, key="first"))
    for number in range(30):
        label = "billing" if number % 2 else "delivery"
        save(document=document, user=alice, asked=asked({"Category": label}, Status.DRAFT, key=f"later {number}"))

    again = save(document=document, user=alice, asked=asked({"Category": "other"}, Status.DRAFT, key="first"))

    assert (again.version, again.answer) == (31, {"Category": "billing"})


def test_the_first_save_of_two_tabs_is_not_overwritten_by_the_second() -> None:
    document, alice = lent_document()
    save(document=document, user=alice, asked=asked({"Category": "other"}, Status.DRAFT, if_match=0))

    with pytest.raises(VersionConflict):
        save(document=document, user=alice, asked=asked({"Category": "billing"}, Status.DRAFT, if_match=0))

    assert Annotation.objects.get().answer == {"Category": "other"}


def test_a_late_answer_is_kept_and_the_gold_of_somebody_else_stands() -> None:
    document, alice = lent_document()
    bob = make.member(document.project, "bob")
    save(document=document, user=bob, asked=asked())

    late = save(document=document, user=alice, asked=asked(ANSWER | {"Category": "other"}))

    assert late.status == Status.SUBMITTED
    assert Gold.objects.values_list("by", "answer").get() == (bob.pk, ANSWER)
    assert GoldChange.objects.count() == 1
    assert Assignment.objects.get().state == "done"
    assert Document.objects.get().state == State.GOLD


def test_a_changed_mind_does_not_undo_what_a_reviewer_settled() -> None:
    document, alice = lent_document(review="all")
    rui = make.member(document.project, "rui", Role.REVIEWER)
    annotation = save(document=document, user=alice, asked=asked())
    review(annotation=annotation, reviewer=rui, opinion=Opinion(Verdict.CORRECT, ANSWER | {"Category": "delivery"}))

    save(document=document, user=alice, asked=asked(ANSWER | {"Category": "other"}, if_match=1))

    assert Gold.objects.get().answer["Category"] == "delivery"
    assert Document.objects.get().state == State.GOLD

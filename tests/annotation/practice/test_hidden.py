import random

import pytest
from django.core.exceptions import ValidationError

from annotation.annotations.models import Annotation, Gold, GoldChange, Status
from annotation.annotations.services import Save, save
from annotation.documents.models import Document, State
from annotation.events.models import Event
from annotation.people.models import User
from annotation.practice.hidden import disguise, feedback_since, is_kept_secret, next_documents, note_answer
from annotation.practice.models import HIDDEN_ROUND, ItemKind, PracticeAttempt, PracticeItem
from annotation.projects.models import Project
from annotation.queue.models import Assignment, AssignmentKind
from annotation.queue.services import count_open, expire_all, give_back
from annotation.reviews.models import Verdict
from annotation.reviews.services import Opinion, review
from tests import make
from tests.annotation.practice.cast import RIGHT, WRONG, gold_document, item

pytestmark = pytest.mark.django_db


def checking(share: float = 0.5, hidden: int = 1, ordinary: int = 4) -> tuple[Project, User]:
    project = make.project(hidden_gold_share=share)
    for _ in range(hidden):
        item(project, ItemKind.HIDDEN)
    for number in range(ordinary):
        make.document(project, f"Where is order {number}?", priority=0.5)
    return project, make.member(project, "alice")


def lend_hidden(project: Project, user: User) -> Assignment:
    """Ask until chance brings hidden gold."""
    random.seed(7)
    for _ in range(20):
        for assignment in next_documents(project=project, user=user, count=1):
            if assignment.kind == AssignmentKind.HIDDEN:
                return assignment
    raise AssertionError("no hidden gold was lent")


def submit(document: Document, user: User, answer: object = WRONG, status: Status = Status.SUBMITTED) -> Annotation:
    return save(document=document, user=user, asked=Save(answer=answer, status=status))


def test_the_share_of_hidden_gold_keeps_within_its_bounds() -> None:
    project, alice = checking(share=0.2, hidden=500, ordinary=1000)
    random.seed(11)

    lent = [row for _ in range(20) for row in next_documents(project=project, user=alice, count=50)]

    assert len(lent) == 1000
    hidden = sum(row.kind == AssignmentKind.HIDDEN for row in lent)
    # Four standard deviations of a binomial draw around 200.
    assert abs(hidden - 200) <= 4 * (1000 * 0.2 * 0.8) ** 0.5
    assert Assignment.objects.filter(kind=AssignmentKind.HIDDEN).count() == hidden
    assert len({row.document_id for row in lent}) == 1000


def test_without_a_share_there_is_none() -> None:
    project, alice = checking(share=0.0)

    assert {row.kind for row in next_documents(project=project, user=alice, count=4)} == {AssignmentKind.QUEUE}


def test_an_empty_queue_lends_no_hidden_gold() -> None:
    project, alice = checking(share=0.5, hidden=5, ordinary=0)
    random.seed(7)

    assert [next_documents(project=project, user=alice, count=3) for _ in range(10)] == [[]] * 10


def test_a_person_meets_hidden_gold_once_and_never_their_own() -> None:
    project, alice = checking(hidden=0, ordinary=40)
    mine = gold_document(project, "Alice answered this one herself.")
    Gold.objects.filter(document=mine).update(by=alice)
    item(project, ItemKind.HIDDEN, document=mine)
    theirs = item(project, ItemKind.HIDDEN)
    lent = lend_hidden(project, alice)
    submit(lent.document, alice)

    later = [row for _ in range(30) for row in next_documents(project=project, user=alice, count=1)]

    assert lent.document_id == theirs.document_id
    assert {row.kind for row in later} == {AssignmentKind.QUEUE}


def test_an_answer_to_hidden_gold_is_kept_and_changes_nothing_else() -> None:
    project, alice = checking()
    lent = lend_hidden(project, alice)
    document = lent.document
    before = Document.objects.filter(pk=document.pk).values().get()
    open_before, changes, events = count_open(project.pk), GoldChange.objects.count(), Event.objects.count()

    annotation = submit(document, alice)

    assert (annotation.status, annotation.answer) == (Status.SUBMITTED, WRONG)
    assert Document.objects.filter(pk=document.pk).values().get() == before
    assert Gold.objects.get(document=document).answer == RIGHT
    assert (count_open(project.pk), GoldChange.objects.count()) == (open_before, changes)
    assert Assignment.objects.get(pk=lent.pk).state == "done"
    assert [event.type for event in Event.objects.order_by("pk")[events:]] == ["annotation.submitted"]
    assert not Annotation.objects.without_hidden_gold().exists()


def test_answering_once_more_leaves_gold_alone_too() -> None:
    project, alice = checking()
    document = lend_hidden(project, alice).document
    first = submit(document, alice)
    note_answer(document=document, annotation=first)

    again = submit(document, alice, {**WRONG, "Category": "delivery"})
    note_answer(document=document, annotation=again)

    assert Gold.objects.get(document=document).answer == RIGHT
    assert PracticeAttempt.objects.get().answer == WRONG


@pytest.mark.parametrize("status", [Status.SKIPPED, Status.DRAFT])
def test_a_skipped_or_unfinished_one_gives_no_feedback(status: Status) -> None:
    project, alice = checking()
    document = lend_hidden(project, alice).document
    before = Document.objects.filter(pk=document.pk).values().get()

    has_feedback = note_answer(document=document, annotation=submit(document, alice, {}, status))

    assert not has_feedback
    assert Document.objects.filter(pk=document.pk).values().get() == before
    assert not PracticeAttempt.objects.exists()


def test_given_back_or_expired_the_document_stays_gold_and_closed() -> None:
    project, alice = checking(hidden=2, ordinary=30)
    give_back(assignment=lend_hidden(project, alice))
    lend_hidden(project, alice)
    Assignment.objects.update(expires_at="2020-01-01T00:00:00Z")

    expire_all()

    documents = Document.objects.filter(practice_item__isnull=False)
    assert set(documents.values_list("state", "slots")) == {(State.GOLD, 0)}


def test_hidden_gold_looks_like_the_rest_of_the_queue() -> None:
    project, alice = checking()
    lent = lend_hidden(project, alice)

    disguise(project, [lent])

    assert (lent.document.state, lent.document.priority) == (State.ASSIGNED, 0.5)
    assert Document.objects.get(pk=lent.document_id).state == State.GOLD


def test_its_answer_is_a_secret_until_it_is_answered() -> None:
    project, alice = checking()
    document = lend_hidden(project, alice).document
    document.refresh_from_db()

    assert is_kept_secret(document=document, user=alice)
    assert not is_kept_secret(document=document, user=project.created_by)
    submit(document, alice)
    assert not is_kept_secret(document=document, user=alice)


def test_feedback_comes_in_order_and_once() -> None:
    project, alice = checking(hidden=2, ordinary=30)
    for answer in (WRONG, RIGHT):
        document = lend_hidden(project, alice).document
        document.refresh_from_db()
        assert note_answer(document=document, annotation=submit(document, alice, answer))

    found = feedback_since(project=project, user=alice, since=0, limit=10)

    assert [row.attempt.is_right for row in found] == [False, True]
    assert {row.attempt.round for row in found} == {HIDDEN_ROUND}
    later = feedback_since(project=project, user=alice, since=found[0].attempt.pk, limit=10)
    assert [row.attempt for row in later] == [found[1].attempt]
    assert feedback_since(project=project, user=project.created_by, since=0, limit=10) == []


def test_an_ordinary_answer_has_no_feedback() -> None:
    project, alice = checking(share=0.0)
    [lent, *_rest] = next_documents(project=project, user=alice, count=1)

    first = submit(lent.document, alice, RIGHT)

    assert not note_answer(document=lent.document, annotation=first)
    lent.document.refresh_from_db()
    assert not note_answer(document=lent.document, annotation=first)


def test_a_review_can_not_put_an_answer_to_hidden_gold_in_its_place() -> None:
    project, alice = checking()
    annotation = submit(lend_hidden(project, alice).document, alice)

    with pytest.raises(ValidationError) as refused:
        review(annotation=annotation, reviewer=project.created_by, opinion=Opinion(Verdict.ACCEPT))

    assert refused.value.error_dict["annotation"][0].code == "hidden_gold"
    assert Gold.objects.get(document=annotation.document_id).answer == RIGHT
    assert PracticeItem.objects.filter(kind=ItemKind.HIDDEN).exists()

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.annotations.models import Annotation, Gold, GoldChange, Status
from annotation.annotations.services import Save, save
from annotation.bulk.undoing import undo
from annotation.documents.models import Document, State
from annotation.projects.models import Role
from annotation.queue.models import Assignment
from annotation.queue.services import lend
from annotation.reviews.models import Verdict
from annotation.reviews.services import Opinion, review
from tests import make
from tests.annotation.bulk.test_services import PREDICTED, cast, many, predicted

pytestmark = pytest.mark.django_db


def standing() -> tuple[list[Any], ...]:
    """Everything a bulk labeling changes; versions rise and times pass, so they are left out."""
    return (
        list(Document.objects.order_by("id").values_list("id", "state", "slots")),
        list(
            Annotation.objects.order_by("id").values_list(
                "document", "user", "answer", "status", "prediction", "seconds"
            )
        ),
        list(Gold.objects.order_by("pk").values_list("pk", "answer", "source", "by")),
        list(Assignment.objects.order_by("id").values_list("id", "document", "user", "state", "expires_at")),
    )


def test_everything_stands_as_before() -> None:
    project, alice = cast()
    documents = predicted(project, 4)
    lend(project=project, user=alice, count=2)
    draft = Save(answer={"Sentiment": "positive"}, status=Status.DRAFT, seconds=4.5)
    save(document=documents[0], user=alice, asked=draft)
    before = standing()
    outcome = many(project, alice, documents)
    assert standing() != before

    undone = undo(labeling=outcome.labeling)

    assert undone.as_json() == {"undone": 4, "refused": []}
    assert standing() == before
    assert Annotation.objects.get().version == 3
    changes = GoldChange.objects.order_by("pk").values_list("document", "deleted")
    assert sorted(changes[4:]) == [(row.pk, True) for row in documents]


def test_undoing_twice_changes_nothing_more() -> None:
    project, alice = cast()
    outcome = many(project, alice, predicted(project, 2))
    undo(labeling=outcome.labeling)

    assert undo(labeling=outcome.labeling).documents == []
    assert GoldChange.objects.count() == 4
    assert set(Document.objects.values_list("slots", flat=True)) == {1}


def test_drafts_are_taken_back_too() -> None:
    project, alice = cast()
    outcome = many(project, alice, predicted(project, 2), accept_rest=False)

    undo(labeling=outcome.labeling)

    assert not Annotation.objects.exists()
    assert not GoldChange.objects.exists()
    assert set(Document.objects.values_list("state", "slots")) == {(State.NEW, 1)}


def test_what_was_saved_since_stays() -> None:
    project, alice = cast()
    first, second = predicted(project, 2)
    outcome = many(project, alice, [first, second])
    newer = PREDICTED | {"Category": "delivery"}
    save(document=first, user=alice, asked=Save(answer=newer, status=Status.SUBMITTED, if_match=1))

    undone = undo(labeling=outcome.labeling)

    assert undone.documents == [second.pk]
    assert [(row.document_id, row.code) for row in undone.refused] == [(first.pk, "changed")]
    assert Gold.objects.get().answer == newer
    assert Document.objects.values_list("state", "slots").get(pk=first.pk) == (State.GOLD, 0)


def test_what_was_reviewed_since_stays() -> None:
    project, alice = cast(review="all")
    rui = make.member(project, "rui", Role.REVIEWER)
    first, second = predicted(project, 2)
    outcome = many(project, alice, [first, second])
    review(annotation=Annotation.objects.get(document=first), reviewer=rui, opinion=Opinion(Verdict.ACCEPT))

    undone = undo(labeling=outcome.labeling)

    assert undone.documents == [second.pk]
    assert list(Gold.objects.values_list("document", "source")) == [(first.pk, "review")]


def test_the_number_of_statements_does_not_grow_with_the_documents() -> None:
    project, alice = cast()
    few, plenty = many(project, alice, predicted(project, 2)), many(project, alice, predicted(project, 60))
    with CaptureQueriesContext(connection) as small:
        undo(labeling=few.labeling)

    with CaptureQueriesContext(connection) as large:
        undo(labeling=plenty.labeling)

    assert len(large) == len(small) <= 30

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.practice.items import (
    add_at_random,
    add_items,
    documents_to_add,
    move_item,
    open_queue,
    people_in_practice,
    remove_item,
)
from annotation.practice.models import ItemKind, PracticeAttempt, PracticeItem
from annotation.projects.models import Membership, Project, Role
from tests import make
from tests.annotation.practice.cast import gold_document, item, practicing

pytestmark = pytest.mark.django_db


def order(project: Project) -> list[int]:
    return list(PracticeItem.objects.filter(project=project, is_active=True).values_list("document", flat=True))


def test_documents_with_gold_are_added_at_the_end_in_the_given_order() -> None:
    project = make.project()
    first, second, third = (gold_document(project, f"text {number}") for number in range(3))

    add_items(project=project, user=project.created_by, document_ids=[second.pk], kind=ItemKind.GUIDED)
    added = add_items(
        project=project, user=project.created_by, document_ids=[third.pk, first.pk, second.pk], kind=ItemKind.HIDDEN
    )

    assert added == 2
    assert order(project) == [second.pk, third.pk, first.pk]
    assert PracticeItem.objects.get(document=second).kind == ItemKind.GUIDED
    assert not documents_to_add(project).exists()


def test_a_document_without_gold_or_of_another_project_is_refused() -> None:
    project = make.project()
    other = make.project(manager=make.user("zoe"))
    gold = gold_document(project)

    for stranger in (make.document(project), gold_document(other)):
        with pytest.raises(ValidationError) as refused:
            add_items(
                project=project,
                user=project.created_by,
                document_ids=[gold.pk, stranger.pk],
                kind=ItemKind.GUIDED,
            )
        assert refused.value.error_dict["documents"][0].code == "no_gold"

    assert not PracticeItem.objects.exists()


def test_a_draw_brings_every_label() -> None:
    project = make.project()
    for number in range(12):
        make.gold(make.document(project, f"text {number}"), {"Category": "billing" if number < 11 else "delivery"})

    added = add_at_random(project=project, user=project.created_by, count=2, kind=ItemKind.HIDDEN)

    assert added == 2
    found = PracticeItem.objects.values_list("document__gold__answer__Category", flat=True)
    assert sorted(found) == ["billing", "delivery"]
    assert add_at_random(project=project, user=project.created_by, count=50, kind=ItemKind.GUIDED) == 10


def test_an_item_changes_places_with_its_neighbor_of_the_same_kind() -> None:
    project = make.project()
    one, hidden, two, three = (
        item(project, kind) for kind in (ItemKind.GUIDED, ItemKind.HIDDEN, ItemKind.GUIDED, ItemKind.GUIDED)
    )

    move_item(item=three, is_up=True)
    move_item(item=one, is_up=True)
    move_item(item=hidden, is_up=False)

    guided = PracticeItem.objects.filter(kind=ItemKind.GUIDED)
    assert list(guided) == [one, three, two]
    move_item(item=one, is_up=False)
    assert list(guided.all()) == [three, one, two]


def test_what_was_taken_out_comes_back_with_its_attempts() -> None:
    project, [only], alice = practicing(1)
    PracticeAttempt.objects.create(project=project, user=alice, item=only, score=1.0, is_right=True)

    remove_item(item=only)

    assert order(project) == []
    assert documents_to_add(project).get() == only.document
    add_items(project=project, user=project.created_by, document_ids=[only.document_id], kind=ItemKind.GUIDED)
    assert PracticeItem.objects.get(is_active=True).attempts.count() == 1


def test_the_managers_see_how_far_everybody_is() -> None:
    project, [first, second], alice = practicing()
    hidden = item(project, ItemKind.HIDDEN)
    make.member(project, "bob")
    make.member(project, "rui", Role.REVIEWER)
    for which, round_, score in ((first, 1, 0.0), (second, 1, 1.0), (first, 2, 0.5), (hidden, 0, 0.75)):
        PracticeAttempt.objects.create(
            project=project, user=alice, item=which, round=round_, score=score, is_right=score == 1.0
        )

    [hers, his] = people_in_practice(project)

    assert (hers.membership.user.username, hers.rounds, hers.done, hers.of, hers.score) == ("alice", 2, 1, 2, 0.5)
    assert (hers.hidden_answers, hers.hidden_score, hers.is_stopped) == (1, 0.75, True)
    assert (his.membership.user.username, his.rounds, his.score, his.hidden_score) == ("bob", 0, None, None)
    open_queue(membership=his.membership, is_open=True)
    assert not people_in_practice(project)[1].is_stopped
    open_queue(membership=his.membership, is_open=False)
    assert Membership.objects.get(pk=his.membership.pk).passed_practice_at is None


def test_the_overview_costs_the_same_for_many_people() -> None:
    project, [first], _alice = practicing(1)
    for number in range(10):
        person = make.member(project, f"person{number}")
        PracticeAttempt.objects.create(project=project, user=person, item=first, score=1.0, is_right=True)

    with CaptureQueriesContext(connection) as asked:
        assert len(people_in_practice(project)) == 11

    assert len(asked) == 3

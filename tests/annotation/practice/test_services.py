import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.annotations.models import Annotation, Gold, GoldChange
from annotation.answers.problems import AnswerError
from annotation.documents.models import Document
from annotation.people.models import User
from annotation.practice.feedback import Feedback
from annotation.practice.models import PracticeAttempt, PracticeItem
from annotation.practice.services import PracticeAnswer, answer_item, missing_practice, next_items
from annotation.projects.models import Membership, Project, Role
from tests import make
from tests.annotation.practice.cast import RIGHT, WRONG, item, practicing

pytestmark = pytest.mark.django_db


def membership(project: Project, user: User) -> Membership:
    return Membership.objects.select_related("project").get(project=project, user=user)


def answer(to: PracticeItem, user: User, given: object = RIGHT, round_: int | None = None) -> Feedback:
    fresh = PracticeItem.objects.select_related("project", "document__gold").get(pk=to.pk)
    return answer_item(item=fresh, user=user, asked=PracticeAnswer(given, 3.0, round_))


def shown(project: Project, user: User, *, again: bool = False) -> list[int]:
    items, _ = next_items(membership=membership(project, user), count=50, again=again)
    return [each.pk for each in items]


def test_the_pass_mark_opens_the_queue_at_once() -> None:
    project, [first, second], alice = practicing(practice_pass_mark=1.0)
    before = missing_practice(membership(project, alice))

    answer(first, alice)
    last = answer(second, alice)

    assert before is not None
    assert (before.done, before.of, before.score, before.passed) == (0, 2, None, False)
    assert last.progress is not None
    assert (last.progress.done, last.progress.score, last.progress.passed) == (2, 1.0, True)
    assert missing_practice(membership(project, alice)) is None
    assert shown(project, alice) == []


def test_below_the_mark_a_new_round_begins_and_the_earlier_one_is_kept() -> None:
    project, [first, second], alice = practicing()
    spare = item(project)

    answer(first, alice)
    last = answer(second, alice, WRONG)

    assert last.progress is not None
    assert (last.progress.is_over, last.progress.passed, last.progress.score) == (True, False, 0.5)
    now = missing_practice(membership(project, alice))
    assert now is not None
    assert (now.done, now.of, now.round, now.score) == (0, 2, 2, None)
    upcoming = shown(project, alice)
    assert upcoming[0] == spare.pk
    assert len(upcoming) == 2
    for pk in upcoming:
        answer(PracticeItem.objects.get(pk=pk), alice)
    assert missing_practice(membership(project, alice)) is None
    kept = PracticeAttempt.objects.filter(user=alice, round=1).values_list("item", "is_right")
    assert sorted(kept) == [(first.pk, True), (second.pk, False)]


def test_only_the_first_answer_of_a_round_counts_in_whichever_tab() -> None:
    _project, [first, _second], alice = practicing()

    one = answer(first, alice, WRONG, 1)
    other_tab = answer(first, alice, RIGHT, 1)

    assert other_tab.attempt == one.attempt
    assert other_tab.attempt.answer == WRONG
    assert PracticeAttempt.objects.count() == 1
    assert other_tab.progress is not None
    assert other_tab.progress.done == 1


def test_repeating_the_last_answer_of_a_round_opens_no_new_one() -> None:
    _project, [first, second], alice = practicing()
    answer(first, alice)
    answer(second, alice, WRONG)

    again = answer(second, alice, WRONG)
    with_round = answer(second, alice, RIGHT, 1)

    assert again.progress is not None
    assert (again.progress.round, again.progress.done) == (1, 2)
    assert with_round.attempt == again.attempt
    assert PracticeAttempt.objects.count() == 2


def test_an_answer_to_a_round_that_is_over_is_refused() -> None:
    project, [first, second], alice = practicing()
    spare = item(project)
    answer(first, alice, WRONG)
    answer(second, alice, WRONG)

    with pytest.raises(ValidationError) as refused:
        answer(spare, alice, RIGHT, 1)

    assert refused.value.error_dict["round"][0].code == "round_over"
    assert PracticeAttempt.objects.count() == 2


def test_practice_touches_no_annotation_no_gold_and_no_document() -> None:
    _project, [first, second], alice = practicing()
    documents = list(Document.objects.values())
    changes = GoldChange.objects.count()

    answer(first, alice, WRONG)
    answer(second, alice)

    assert not Annotation.objects.exists()
    assert list(Document.objects.values()) == documents
    assert GoldChange.objects.count() == changes
    assert [gold.answer for gold in Gold.objects.all()] == [RIGHT, RIGHT]


def test_an_answer_must_keep_the_rules() -> None:
    _project, [first, _second], alice = practicing()

    with pytest.raises(AnswerError):
        answer(first, alice, {"Category": "billing"})
    with pytest.raises(AnswerError):
        answer(first, alice, {**RIGHT, "Entities": [{"start": 0, "end": 999, "label": "ORG"}]})

    assert not PracticeAttempt.objects.exists()


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER])
def test_reviewers_and_managers_are_free_but_may_try(role: Role) -> None:
    project, [first, second], _alice = practicing()
    rui = make.member(project, "rui", role)

    assert missing_practice(membership(project, rui)) is None
    assert shown(project, rui) == [first.pk, second.pk]


def test_who_has_passed_may_ask_for_another_round() -> None:
    project, [first, second], alice = practicing()
    answer(first, alice)
    answer(second, alice)

    assert shown(project, alice) == []
    assert sorted(shown(project, alice, again=True)) == [first.pk, second.pk]
    answer(second, alice, WRONG, 2)
    assert shown(project, alice) == [first.pk]
    assert missing_practice(membership(project, alice)) is None


def test_nobody_is_stopped_where_there_is_nothing_to_practice_on() -> None:
    project, [only], alice = practicing(1)
    PracticeItem.objects.update(is_active=False)

    assert missing_practice(membership(project, alice)) is None
    assert shown(project, alice) == []
    PracticeItem.objects.filter(pk=only.pk).update(is_active=True)
    assert missing_practice(membership(project, alice)) is not None


def test_the_gate_costs_nothing_while_practice_is_off_or_passed() -> None:
    project, _items, alice = practicing()
    free = membership(make.project(manager=make.user("zoe")), User.objects.get(username="zoe"))
    passed = membership(project, alice)
    Membership.objects.filter(pk=passed.pk).update(passed_practice_at="2026-01-31T12:00:00Z")
    passed.refresh_from_db()
    passed.project = project

    with CaptureQueriesContext(connection) as asked:
        assert missing_practice(free) is None
        assert missing_practice(passed) is None

    assert len(asked) == 0

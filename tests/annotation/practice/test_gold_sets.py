"""Gold sets: filled from documents with gold, hidden at their own share, retired; people's answers stay."""

import random
from collections import Counter
from collections.abc import Mapping

import pytest
from django.core.exceptions import ValidationError

from annotation.annotations.models import Status
from annotation.annotations.services import Save, save
from annotation.documents.models import Document
from annotation.planning.services import save_plan
from annotation.plans.rules import Rule, RuleKind
from annotation.practice.gold_sets import (
    add_to_set,
    answers_to,
    change_gold_set,
    create_gold_set,
    decays_of,
    gold_sets_of,
    remove_from_set,
    retire_gold_set,
)
from annotation.practice.hidden import next_documents, note_answer, places_for_hidden
from annotation.practice.models import GoldSet, PracticeAttempt, PracticeItem
from annotation.projects.models import Project
from annotation.queue.models import Assignment, AssignmentKind
from tests import make

pytestmark = pytest.mark.django_db
RIGHT = {"Category": "billing", "Sentiment": "neutral", "Entities": []}


@pytest.fixture
def project() -> Project:
    return make.project()


def known(project: Project, number: int, **fields: object) -> list[int]:
    rows = [make.document(project, f"known {place} {fields}", slots=0, **fields) for place in range(number)]
    for row in rows:
        make.gold(row, RIGHT)
    return [row.pk for row in rows]


def gold_set(project: Project, name: str = "Hard ones", share: float = 0.2, number: int = 3) -> GoldSet:
    made = create_gold_set(project=project, user=project.created_by, name=name, share=share)
    add_to_set(gold_set=made, user=project.created_by, document_ids=known(project, number, external_id=None))
    project.refresh_from_db()
    return made


def test_a_set_takes_documents_with_gold_alone_and_each_is_in_one_set(project: Project) -> None:
    ids, without = known(project, 3), make.document(project, "no gold")
    guided = known(project, 1, meta={"guided": 1})
    PracticeItem.objects.create(project=project, document_id=guided[0], created_by=project.created_by)
    first = create_gold_set(project=project, user=project.created_by, name=" One ", share=0.1)
    second = create_gold_set(project=project, user=project.created_by, name="Two", share=0.1)

    added = add_to_set(gold_set=first, user=project.created_by, document_ids=[*ids, without.pk, *guided])
    again = add_to_set(gold_set=first, user=project.created_by, document_ids=ids)
    moved = add_to_set(gold_set=second, user=project.created_by, document_ids=ids[:1])

    assert (added, again, moved, first.name) == (3, 0, 1, "One")
    assert {row.name: row.documents for row in gold_sets_of(project)} == {"One": 2, "Two": 1}  # type: ignore[attr-defined]
    assert remove_from_set(gold_set=first, document_ids=ids) == 2
    assert PracticeItem.objects.filter(gold_set=first, is_active=True).count() == 0


def test_shares_stay_within_a_half_and_names_are_given_once(project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(hidden_gold_share=0.1)
    one = create_gold_set(project=project, user=project.created_by, name="One", share=0.3)
    for name, share in (("Two", 0.2), ("Three", -0.1), ("One", 0.0), (" ", 0.0), ("Four", float("nan"))):
        with pytest.raises(ValidationError):
            create_gold_set(project=project, user=project.created_by, name=name, share=share)

    change_gold_set(gold_set=one, name="Uno", share=0.4)

    project.refresh_from_db()
    assert (list(GoldSet.objects.values_list("name", flat=True)), project.gold_set_shares) == (
        ["Uno"],
        {str(one.pk): 0.4},
    )
    retire_gold_set(gold_set=one, is_retired=True)
    project.refresh_from_db()
    assert project.gold_set_shares == {}
    retire_gold_set(gold_set=one, is_retired=False)
    project.refresh_from_db()
    assert project.gold_set_shares == {str(one.pk): 0.4}


def test_places_are_drawn_with_each_set_s_share(project: Project) -> None:
    random.seed(7)
    project.gold_set_shares, project.hidden_gold_share = {"5": 0.1, "6": 0.3}, 0.05

    drawn = places_for_hidden(project, 20_000)

    shares = {pk: count / 20_000 for pk, count in drawn.items()}
    assert shares == pytest.approx({5: 0.1, 6: 0.3, None: 0.05}, abs=0.01)
    project.gold_set_shares, project.hidden_gold_share = {}, 0.0
    assert places_for_hidden(project, 100) == Counter()


def answer(project: Project, assignment: Assignment, answer: Mapping[str, object]) -> None:
    document = Document.objects.select_related("project").get(pk=assignment.document_id)
    saved = save(document=document, user=assignment.user, asked=Save(answer, Status.SUBMITTED))
    note_answer(document=document, annotation=saved)


def test_a_set_is_lent_hidden_until_it_is_retired_and_answers_stay_with_it(project: Project) -> None:
    made, alice = gold_set(project, share=0.5, number=4), make.member(project, "alice")
    for place in range(60):
        make.document(project, f"open {place}")

    lent = [row for _ in range(10) for row in next_documents(project=project, user=alice, count=3)]

    hidden = [row for row in lent if row.kind == AssignmentKind.HIDDEN]
    assert len(hidden) == 4
    answer(project, hidden[0], RIGHT)
    answer(project, hidden[1], {**RIGHT, "Category": "other"})
    assert [(one.user, one.is_right, one.score) for one in answers_to(made)] == [
        (alice.pk, True, 1.0),
        (alice.pk, False, pytest.approx(2 / 3)),
    ]
    assert decays_of(project) == []
    retire_gold_set(gold_set=made, is_retired=True)
    project.refresh_from_db()
    bob = make.member(project, "bob")
    assert all(row.kind == AssignmentKind.QUEUE for row in next_documents(project=project, user=bob, count=20))
    assert PracticeAttempt.objects.count() == 2


def test_hidden_gold_keeps_to_the_rules_of_the_plan(project: Project) -> None:
    made = create_gold_set(project=project, user=project.created_by, name="Both", share=0.5)
    chinese, english = known(project, 6, meta={"lang": "zh"}), known(project, 6, meta={"lang": "en"})
    add_to_set(gold_set=made, user=project.created_by, document_ids=[*chinese, *english])
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    for place in range(30):
        make.document(project, f"open {place}", meta={"lang": "en"})
    rules = [Rule(RuleKind.LANGUAGE), Rule(RuleKind.LOAD, most_open=8)]
    languages = {alice.pk: ["en"], bob.pk: ["zh"]}
    save_plan(project=project, user=project.created_by, rules=rules, languages=languages)
    project.refresh_from_db()

    lent = [row for _ in range(6) for row in next_documents(project=project, user=alice, count=4)]

    assert {row.document.meta["lang"] for row in lent} == {"en"}
    assert len(lent) == 8
    assert [row for _ in range(6) for row in next_documents(project=project, user=bob, count=4)] == []

"""Rules between label sets: what breaks them, for every kind and test, and the page."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from annotation.consistency.models import ConsistencyRule, Relation
from annotation.consistency.services import Condition, add_rule, gold_against, predictions_against
from annotation.projects.models import LabelSet, Project
from tests import make

pytestmark = pytest.mark.django_db

LABEL_SETS: list[dict[str, Any]] = [
    {"name": "Category", "kind": "choice", "labels": ["refund", "other"]},
    {"name": "Topics", "kind": "choices", "labels": ["x", "y"]},
    {"name": "Entities", "kind": "span", "labels": ["ORG", "PERSON"]},
]
ORG = [{"start": 0, "end": 2, "label": "ORG"}]


@pytest.fixture
def project() -> Project:
    return make.project(label_sets=LABEL_SETS, production_version=1)


def condition(project: Project, words: str) -> Condition:
    name, test, *label = words.split()
    return Condition(LabelSet.objects.get(project=project, name=name), Relation(test), " ".join(label))


def rule(project: Project, first: str, second: str) -> ConsistencyRule:
    return add_rule(
        project=project, user=project.created_by, first=condition(project, first), second=condition(project, second)
    )


@pytest.mark.parametrize(
    ("first", "second", "answer", "is_broken"),
    [
        ("Category is refund", "Topics is x", {"Category": "refund", "Topics": ["y"]}, True),
        ("Category is refund", "Topics is x", {"Category": "refund", "Topics": ["y", "x"]}, False),
        ("Category is refund", "Topics is x", {"Category": "other", "Topics": []}, False),
        ("Category is refund", "Topics is_not x", {"Category": "refund", "Topics": ["x"]}, True),
        ("Category is refund", "Topics is_not x", {"Category": "refund"}, False),
        ("Category is_not refund", "Entities any", {"Category": "other", "Entities": []}, True),
        ("Category is_not refund", "Entities any", {"Entities": ORG}, False),
        ("Entities is ORG", "Category none", {"Entities": ORG, "Category": "refund"}, True),
        ("Entities is ORG", "Category none", {"Entities": ORG, "Category": None}, False),
        ("Entities is ORG", "Category none", {"Entities": ORG}, False),
        ("Entities is PERSON", "Category any", {"Entities": ORG}, False),
        ("Topics none", "Category is other", {"Topics": [], "Category": "refund"}, True),
        ("Topics none", "Category is other", {"Category": "refund"}, True),
        ("Topics any", "Category any", {"Topics": ["x"]}, True),
    ],
)
def test_an_answer_breaks_a_rule_or_keeps_it(
    project: Project, *, first: str, second: str, answer: dict[str, Any], is_broken: bool
) -> None:
    document, predicted = make.document(project, "one"), make.document(project, "two")
    make.gold(document, answer)
    make.prediction(predicted, answer)

    made = rule(project, first, second)

    assert [row.document_id for row in gold_against(made)] == ([document.pk] if is_broken else [])
    assert [row.document_id for row in predictions_against(made, 1)] == ([predicted.pk] if is_broken else [])


def test_predictions_of_other_versions_and_beside_gold_do_not_count(project: Project) -> None:
    answered, other = make.document(project, "one"), make.document(project, "two")
    make.gold(answered, {"Category": "other"})
    make.prediction(answered, {"Category": "refund"})
    make.prediction(other, {"Category": "refund"}, version=2)

    assert not predictions_against(rule(project, "Category is refund", "Topics any"), 1).exists()


@pytest.mark.parametrize(
    ("first", "code"), [("Category is nothing", "unknown_label"), ("Category any refund", "needless_label")]
)
def test_a_condition_that_makes_no_sense_is_refused(project: Project, first: str, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        rule(project, first, "Topics any")

    assert caught.value.error_dict["if_label"][0].code == code
    assert not ConsistencyRule.objects.exists()


def test_the_same_rule_is_kept_once(project: Project) -> None:
    rule(project, "Category is refund", "Topics any")

    with pytest.raises(ValidationError):
        rule(project, "Category is refund", "Topics any")

    assert ConsistencyRule.objects.count() == 1


def test_a_manager_adds_and_removes_a_rule_on_the_page(project: Project) -> None:
    document = make.document(project, "I want my money back")
    make.gold(document, {"Category": "refund", "Topics": []})
    client = Client()
    client.force_login(project.created_by)
    address = f"/projects/{project.pk}/consistency/"
    sets = {row.name: row.pk for row in LabelSet.objects.filter(project=project)}

    answer = client.post(
        address, {"first": f"{sets['Category']}\tis\trefund", "second": f"{sets['Topics']}\tany\t"}, follow=True
    )

    assert "When Category is refund, then Topics has a label" in answer.content.decode()
    assert "I want my money back" in answer.content.decode()
    client.post(f"{address}{ConsistencyRule.objects.get().pk}/remove/")
    assert not ConsistencyRule.objects.exists()


def test_only_managers_write_rules_and_annotators_do_not_read_them(project: Project) -> None:
    client = Client()
    client.force_login(make.member(project, "bob"))

    assert client.get(f"/projects/{project.pk}/consistency/").status_code == 403
    assert client.post(f"/projects/{project.pk}/consistency/").status_code == 403

"""Rules hold for documents that nobody was lent, too: those that somebody opens by their address."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.annotations.models import Annotation
from annotation.documents.models import Document
from annotation.people.models import User
from annotation.planning.services import save_plan
from annotation.plans.rules import Rule, RuleKind
from annotation.projects.models import Project, Role
from annotation.queue.services import give_back, lend
from tests import make

pytestmark = pytest.mark.django_db
ANSWER = {"Category": "billing", "Sentiment": "neutral"}


@pytest.fixture
def project() -> Project:
    return make.project()


def put(person: User, document: Document) -> tuple[int, str]:
    """The status, and the rule that was against it."""
    body = {"answer": ANSWER, "status": "submitted"}
    answer = make.client(person).put(f"/api/v1/documents/{document.pk}/annotation/", body, format="json")
    return answer.status_code, answer.json().get("rule", "")


def test_who_does_not_read_the_language_is_told_so_and_others_may_answer(project: Project) -> None:
    alice, bob = make.member(project, "alice"), make.member(project, "bob")
    rui = make.member(project, "rui", Role.REVIEWER)
    chinese = [make.document(project, f"zh {number}", meta={"lang": "zh"}) for number in range(3)]
    languages = {alice.pk: ["en"], bob.pk: ["zh"], rui.pk: ["en"]}
    save_plan(project=project, user=project.created_by, rules=[Rule(RuleKind.LANGUAGE)], languages=languages)

    assert put(alice, chinese[0]) == (403, "language")
    assert not Annotation.objects.exists()
    assert put(bob, chinese[0]) == (200, "")
    assert put(rui, chinese[1]) == (200, "")
    assert put(project.created_by, chinese[2]) == (200, "")


def test_the_rule_is_named_in_the_readers_language(project: Project) -> None:
    alice = make.member(project, "alice")
    document = make.document(project, "kept")
    rules = [Rule(RuleKind.PEOPLE, people=(project.created_by.pk,))]
    save_plan(project=project, user=project.created_by, rules=rules, languages={})

    answers = [
        make.client(alice).put(
            f"/api/v1/documents/{document.pk}/annotation/",
            {"answer": ANSWER, "status": "draft"},
            format="json",
            headers={"accept-language": language},
        )
        for language in ("en", "zh-hans")
    ]

    assert [(row.status_code, row.json()["rule"]) for row in answers] == [(403, "people")] * 2
    assert [row.json()["detail"] for row in answers] == [
        "A rule of this project keeps this document for other people.",
        "本项目的一条规则把这份文档留给了其他人。",
    ]


def test_load_counts_answers_without_a_lease(project: Project) -> None:
    alice = make.member(project, "alice")
    documents = [make.document(project, f"text {number}") for number in range(3)]
    rules = [Rule(RuleKind.LOAD, most_a_day=2)]
    save_plan(project=project, user=project.created_by, rules=rules, languages={})

    told = [put(alice, document) for document in documents]

    assert told == [(200, ""), (200, ""), (403, "load")]
    assert put(alice, documents[0]) == (200, "")


def test_what_was_lent_once_may_be_answered_whatever_the_rules_say_since(project: Project) -> None:
    alice = make.member(project, "alice")
    document = make.document(project, "lent", meta={"lang": "zh"})
    [lent] = lend(project=project, user=alice, count=1)
    give_back(assignment=lent)
    rules = [Rule(RuleKind.LANGUAGE)]
    save_plan(project=project, user=project.created_by, rules=rules, languages={alice.pk: ["en"]})

    assert put(alice, document) == (200, "")


def test_rules_cost_one_statement_of_what_was_lent_and_none_without_a_plan(project: Project) -> None:
    alice = make.member(project, "alice")
    documents = [make.document(project, f"text {number}") for number in range(4)]
    put(alice, documents[0])
    counts = []
    for is_planned in (False, True):
        if is_planned:
            rules = [Rule(RuleKind.LOAD, most_open=10)]
            save_plan(project=project, user=project.created_by, rules=rules, languages={})
            project.refresh_from_db()
        [lent] = lend(project=project, user=alice, count=1)
        with CaptureQueriesContext(connection) as found:
            assert put(alice, lent.document)[0] == 200
        counts.append(len(found))

    assert counts[1] == counts[0] + 1

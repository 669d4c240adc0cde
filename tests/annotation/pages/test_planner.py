"""The planner: rules are added, tried and saved; what they do stands beside them."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotation.plans.models import AssignmentPlan
from annotation.projects.models import Project, Role
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    made = make.project()
    for name in ("alice", "bob"):
        make.member(made, name)
    for place in range(5):
        make.document(made, f"text {place}", meta={"lang": ("en", "zh")[place % 2], "channel": "phone"})
    return made


@pytest.fixture
def mia(client: Client, project: Project) -> Client:
    client.force_login(project.created_by)
    return client


def url(project: Project) -> str:
    return f"/projects/{project.pk}/planner/"


def form(project: Project, verb: str) -> dict[str, Any]:
    """Two rules and the languages of one person."""
    alice = project.memberships.get(user__username="alice").user
    return {
        "verb": verb,
        "rule": ["0", "1"],
        "r0-kind": "people", "r0-meta": "channel=phone", "r0-share": "100", "r0-people": ["alice"], "r0-until": "",
        "r1-kind": "language", "r1-language": "", "r1-share": "100",
        f"languages-{alice.pk}": "en, zh-Hans",
    }  # fmt: skip


def test_rules_are_tried_without_being_saved(mia: Client, project: Project) -> None:
    answer = mia.post(url(project), form(project, "preview"))

    assert answer.status_code == 200
    assert [row.documents for row in answer.context["people"]] == [5, 0]
    assert AssignmentPlan.objects.count() == 0
    assert b"not saved" in answer.content


def test_rules_are_saved_shown_again_and_taken_back(mia: Client, project: Project) -> None:
    assert mia.post(url(project), form(project, "save")).status_code == 302

    plan = AssignmentPlan.objects.get()
    assert [rule["kind"] for rule in plan.rules] == ["people", "language"]
    assert plan.rules[0]["documents"] == {"meta": {"channel": "phone"}}
    assert list(plan.languages.values()) == [["en", "zh"]]
    page = mia.get(url(project))
    assert [row.kind for row in page.context["rules"]] == ["people", "language"]
    assert "channel=phone" in page.content.decode()
    assert mia.post(f"{url(project)}undo/").status_code == 302
    assert AssignmentPlan.objects.first().rules == []  # type: ignore[union-attr]  # there are two


def test_a_rule_is_added_moved_and_taken_out(mia: Client, project: Project) -> None:
    def kinds(verb: str) -> list[str]:
        return [row.kind for row in mia.post(url(project), form(project, verb)).context["rules"]]

    assert kinds("add:overlap") == ["people", "language", "overlap"]
    assert kinds("up:1") == ["language", "people"]
    assert kinds("down:1") == ["people", "language"]
    assert kinds("remove:0") == ["language"]
    assert kinds("remove:99") == ["people", "language"]


def test_what_is_wrong_stands_at_its_rule_and_nothing_is_saved(mia: Client, project: Project) -> None:
    given = form(project, "save") | {"r0-people": [], "r1-share": "many"}

    answer = mia.post(url(project), given)

    assert answer.status_code == 422
    assert [len(row.problems) for row in answer.context["rules"]] == [1, 1]
    assert 'value="many"' in answer.content.decode()
    assert AssignmentPlan.objects.count() == 0


def test_what_nobody_may_take_leads_to_its_documents(mia: Client, project: Project) -> None:
    given = form(project, "save") | {f"languages-{project.memberships.get(user__username='alice').user_id}": "en"}
    mia.post(url(project), given)

    page = mia.get(url(project))

    [stuck] = page.context["stuck"]
    assert stuck.count == 2
    listed = mia.get(stuck.url)
    assert len(listed.context["rows"]) == 2


def test_a_stranger_finds_nothing_and_only_managers_plan(client: Client, project: Project) -> None:
    for person, status in ((make.user("stranger"), 404), (make.member(project, "rui", Role.REVIEWER), 403)):
        client.force_login(person)
        assert client.get(url(project)).status_code == status
        assert client.post(url(project), form(project, "save")).status_code == status
        assert client.post(f"{url(project)}undo/").status_code == status
    assert AssignmentPlan.objects.count() == 0


@pytest.mark.parametrize("number", [1, 15])
def test_the_page_costs_the_same_number_of_statements(mia: Client, project: Project, number: int) -> None:
    mia.post(url(project), form(project, "save"))
    for place in range(number):
        make.member(project, f"person{place}")
        make.document(project, f"more {place}")

    with CaptureQueriesContext(connection) as done:
        mia.get(url(project))

    assert len(done.captured_queries) == 25

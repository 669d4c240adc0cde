"""The plan over the API: saved, foreseen without being saved, taken back; refused for what is wrong with it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from annotation.annotations.models import Annotation
from annotation.audit.models import AuditEntry
from annotation.plans.models import AssignmentPlan
from annotation.projects.models import Project, Role
from tests import make

pytestmark = pytest.mark.django_db
RULES: list[dict[str, Any]] = [
    {"kind": "people", "documents": {"meta": {"channel": "phone"}}, "people": ["alice"], "until": None},
    {"kind": "language", "documents": {}},
    {"kind": "overlap", "documents": {"share": 0.5}, "number": 2},
    {"kind": "load", "people": [], "most_open": 5, "most_a_day": None},
]


@pytest.fixture
def project() -> Project:
    made = make.project()
    for name in ("alice", "bob"):
        make.member(made, name)
    for place in range(6):
        make.document(made, f"text {place}", meta={"lang": ("en", "zh")[place % 2], "channel": "phone"})
    return made


@pytest.fixture
def mia(project: Project) -> APIClient:
    return make.client(project.created_by)


def url(project: Project, rest: str = "") -> str:
    return f"/api/v1/projects/{project.pk}/plan/{rest}"


def test_a_plan_is_saved_told_and_taken_back(project: Project, mia: APIClient) -> None:
    assert mia.get(url(project)).json() == {
        "number": 0, "rules": [], "languages": {}, "created_by": None, "created_at": None, "routed": 1.0
    }  # fmt: skip

    saved = mia.put(url(project), {"rules": RULES, "languages": {"alice": ["zh", "en"]}}, format="json")

    assert saved.status_code == 200
    told = mia.get(url(project)).json()
    assert told == saved.json()
    assert (told["number"], told["rules"], told["languages"]) == (1, RULES, {"alice": ["en", "zh"]})
    assert told["created_by"] == "mia"
    undone = mia.post(url(project, "undo/")).json()
    assert (undone["number"], undone["rules"], undone["languages"]) == (2, [], {})
    entries = AuditEntry.objects.filter(table="annotation_assignmentplan").order_by("pk")
    assert [(entry.actor, entry.changes["number"]) for entry in entries] == [("mia", [None, 1]), ("mia", [None, 2])]


def test_what_is_left_out_stays(project: Project, mia: APIClient) -> None:
    mia.put(url(project), {"rules": RULES, "languages": {"alice": ["en"]}}, format="json")

    told = mia.put(url(project), {"languages": {"bob": ["zh"]}}, format="json").json()

    assert (told["rules"], told["languages"]) == (RULES, {"bob": ["zh"]})


def test_unsaved_rules_are_foreseen_and_change_nothing(project: Project, mia: APIClient) -> None:
    asked = {"rules": RULES[:2], "languages": {"alice": ["en"], "bob": ["zh"]}}

    told = mia.post(url(project, "preview/"), asked, format="json").json()

    assert told["documents"] == 6
    assert {row["username"]: row["documents"] for row in told["people"]} == {"alice": 3, "bob": 0}
    [stuck] = told["stuck"]
    assert (stuck["why"], stuck["count"], stuck["language"], stuck["people"]) == ("people", 3, "zh", ["alice"])
    assert (told["ends_at"], AssignmentPlan.objects.count()) == (None, 0)


@pytest.mark.parametrize(
    ("rule", "field", "code"),
    [
        ({"kind": "magic"}, "kind", "bad_kind"),
        ([], "kind", "bad_kind"),
        ({"kind": "people", "people": ["zoe"]}, "people", "unknown_person"),
        ({"kind": "people", "people": [{}]}, "people", "unknown_person"),
        ({"kind": "people"}, "people", "required"),
        ({"kind": "people", "people": ["alice"], "until": "tomorrow"}, "until", "bad_time"),
        ({"kind": "deadline", "until": "0001-01-01T00:00:00+23:00"}, "until", "bad_time"),
        ({"kind": "skill", "label_set": "Nothing", "at_least": 0.8}, "label_set", "unknown_label_set"),
        ({"kind": "skill", "label_set": "Category", "label": "x", "at_least": 0.8}, "label", "unknown_label"),
        ({"kind": "skill", "label_set": "Category", "at_least": True}, "at_least", "bad_number"),
        ({"kind": "overlap", "number": 21}, "number", "bad_number"),
        ({"kind": "overlap", "number": 2, "documents": {"share": 0}}, "documents.share", "bad_number"),
        ({"kind": "overlap", "number": 2, "documents": {"meta": {"a": ""}}}, "documents.meta", "bad_meta"),
        ({"kind": "overlap", "number": 2, "documents": []}, "", ""),
        ({"kind": "overlap", "number": 2, "documents": "all"}, "documents", "bad_filter"),
        ({"kind": "language", "documents": {"language": "english"}}, "documents.language", "bad_language"),
        ({"kind": "language", "documents": {"predicted": ["x"]}}, "documents.predicted", "unknown_label"),
        ({"kind": "load"}, "most_open", "required"),
        ({"kind": "load", "most_open": 0}, "most_open", "bad_number"),
    ],
)
def test_what_is_wrong_is_told_by_its_place(project: Project, mia: APIClient, rule: Any, field: str, code: str) -> None:
    answer = mia.put(url(project), {"rules": [rule], "languages": {}}, format="json")

    if not code:
        assert answer.status_code == 200
        return
    assert answer.status_code == 422
    assert (f"rules.0.{field}", code) in [(row["field"], row["code"]) for row in answer.json()["errors"]]
    assert AssignmentPlan.objects.count() == 0


@pytest.mark.parametrize("languages", [[], {"zoe": ["en"]}, {"alice": "en"}, {"alice": ["english"]}])
def test_languages_are_checked_too(project: Project, mia: APIClient, languages: Any) -> None:
    answer = mia.put(url(project), {"rules": [], "languages": languages}, format="json")

    assert answer.status_code == 422


def test_a_stranger_finds_nothing_and_only_managers_plan(project: Project) -> None:
    bob, rui = project.memberships.get(user__username="bob").user, make.member(project, "rui", Role.REVIEWER)
    for path, method in (("", "get"), ("", "put"), ("preview/", "post"), ("undo/", "post")):
        asked = [getattr(make.client(person), method) for person in (make.user(f"s-{method}-{path[:3]}"), bob, rui)]
        assert [call(url(project, path), {}, format="json").status_code for call in asked] == [404, 403, 403]


def test_there_is_nothing_to_take_back_before_the_first_plan(project: Project, mia: APIClient) -> None:
    assert mia.post(url(project, "undo/")).status_code == 404


@pytest.mark.parametrize("number", [2, 20])
def test_a_preview_costs_the_same_number_of_statements(project: Project, mia: APIClient, number: int) -> None:
    for place in range(number):
        person = make.member(project, f"person{place}")
        row = make.document(project, f"more {place}", slots=0, state="annotated")
        Annotation.objects.create(document=row, user=person, answer={}, status="submitted")
    mia.get(url(project))

    with CaptureQueriesContext(connection) as done:
        mia.post(url(project, "preview/"), {"rules": RULES, "languages": {}}, format="json")

    assert len(done.captured_queries) == 19

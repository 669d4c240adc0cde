from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError
from django.db.models import QuerySet

from annotation.documents.models import Document
from annotation.projects.models import Label, LabelSet, Membership, Project, Role
from annotation.projects.services import (
    add_member,
    change_role,
    create_project,
    delete_project,
    remove_member,
    update_settings,
)
from tests import make

pytestmark = pytest.mark.django_db
LABEL_SETS: list[dict[str, Any]] = [{"name": "Topic", "kind": "choices", "labels": [{"name": "a", "color": "#112233"}]}]


def codes(error: ValidationError) -> dict[str, str | None]:
    return {name: problems[0].code for name, problems in error.error_dict.items()}


def test_a_project_from_a_template_has_its_maker_as_manager() -> None:
    mia = make.user("mia")

    project = create_project(user=mia, name=" Tickets ", template="tickets")

    assert (project.name, project.template) == ("Tickets", "tickets")
    assert [(row.user, row.role) for row in project.memberships.all()] == [(mia, Role.MANAGER)]
    assert [row.name for row in project.label_sets.all()] == ["Category", "Sentiment", "Entities"]
    assert Label.objects.filter(label_set__project=project).count() == 16
    assert project.guidelines.startswith("What you do")
    assert project.guidelines_zh.startswith("要做什么")


def test_a_project_from_label_sets_of_its_own() -> None:
    project = create_project(
        user=make.user("mia"),
        name="News",
        label_sets=LABEL_SETS,
        guidelines={"en": "Read.", "zh-hans": "阅读。"},
        settings={"overlap": 2, "auto_accept": {"precision": 0.95, "confidence": 0.9}},
    )

    assert LabelSet.objects.get(project=project).labels.get().color == "#112233"
    assert (project.guidelines, project.guidelines_zh, project.overlap) == ("Read.", "阅读。", 2)
    assert project.auto_accept == {"precision": 0.95, "confidence": 0.9}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"name": "x"}, {"label_sets": "required"}),
        ({"name": "x", "template": "poems"}, {"template": "unknown_template"}),
        ({"name": "  ", "template": "tickets"}, {"name": "blank"}),
        ({"name": "x" * 201, "template": "tickets"}, {"name": "max_length"}),
        ({"name": "x", "template": "tickets", "settings": {"speed": 9}}, {"speed": "unknown_setting"}),
        ({"name": "x", "template": "tickets", "settings": {"random_share": 2}}, {"random_share": "max_value"}),
        ({"name": "x", "template": "tickets", "settings": {"review": "some"}}, {"review": "invalid_choice"}),
        ({"name": "x", "template": "tickets", "settings": {"auto_accept": True}}, {"auto_accept": "bad_number"}),
        ({"name": "x", "template": "tickets", "settings": {"encoder": "bert"}}, {"encoder": "unknown_encoder"}),
        ({"name": "x", "template": "tickets", "settings": {"language": "in English"}}, {"language": "bad_language"}),
        ({"name": "x", "label_sets": LABEL_SETS, "guidelines": {"fr": "?"}}, {"guidelines": "bad_text"}),
    ],
)
def test_a_bad_project_is_refused_with_its_field_and_nothing_is_saved(
    given: dict[str, Any], problem: dict[str, str]
) -> None:
    with pytest.raises(ValidationError) as caught:
        create_project(user=make.user("mia"), **given)

    assert codes(caught.value) == problem
    assert Project.objects.count() == 0


def test_settings_that_are_not_named_stay() -> None:
    project = make.project(train_after=7)

    update_settings(project=project, user=project.created_by, changes={"review": "all"})

    project.refresh_from_db()
    assert (project.review, project.train_after) == ("all", 7)


def test_a_higher_overlap_lends_open_documents_to_more_people() -> None:
    project = make.project()
    fresh, done = make.document(project), make.document(project, "Done")
    make.gold(done, {"Category": "other", "Sentiment": "neutral"})

    update_settings(project=project, user=project.created_by, changes={"overlap": 3})

    assert [Document.objects.get(pk=row.pk).slots for row in (fresh, done)] == [3, 0]


def test_adding_a_member_twice_changes_the_role() -> None:
    project = make.project()
    make.user("alice")

    add_member(project=project, username="alice", role=Role.ANNOTATOR)
    add_member(project=project, username="alice", role=Role.REVIEWER)

    assert Membership.objects.get(project=project, user__username="alice").role == Role.REVIEWER


def test_nobody_unknown_is_let_in() -> None:
    project = make.project()

    with pytest.raises(ValidationError) as caught:
        add_member(project=project, username="nobody", role=Role.ANNOTATOR)

    assert codes(caught.value) == {"username": "unknown_person"}
    assert project.memberships.count() == 1


def test_the_last_manager_stays_manager_and_member() -> None:
    project = make.project()
    only = project.memberships.get()

    for attempt in (lambda: remove_member(membership=only), lambda: change_role(membership=only, role=Role.REVIEWER)):
        with pytest.raises(ValidationError) as caught:
            attempt()
        assert codes(caught.value) == {"role": "last_manager"}

    assert Membership.objects.get(project=project).role == Role.MANAGER


def test_one_of_two_managers_may_leave() -> None:
    project = make.project()
    make.member(project, "zoe", Role.MANAGER)

    remove_member(membership=project.memberships.get(user__username="mia"))

    assert [row.user.username for row in project.memberships.all()] == ["zoe"]


def test_a_project_with_gold_is_not_deleted() -> None:
    project = make.project()
    make.gold(make.document(project), {"Category": "other", "Sentiment": "neutral"})

    with pytest.raises(ValidationError) as caught:
        delete_project(project=project)

    assert codes(caught.value) == {"project": "holds_work"}
    assert Document.objects.filter(project_id=project.pk).count() == 1


def test_a_project_without_work_is_deleted_with_its_documents() -> None:
    project = make.project()
    make.document(project)

    delete_project(project=project)

    assert (Project.objects.count(), Document.objects.count()) == (0, 0)


@pytest.mark.parametrize("failure", [IntegrityError("a key was written meanwhile"), OperationalError("deadlock")])
def test_a_row_that_a_worker_writes_meanwhile_only_delays_the_end(
    failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make.project()
    make.document(project, "text")
    delete, failures = QuerySet.delete, [failure]

    def interrupted(rows: QuerySet[Project]) -> tuple[int, dict[str, int]]:
        if rows.model is Project and failures:
            raise failures.pop()
        return delete(rows)

    monkeypatch.setattr(QuerySet, "delete", interrupted)

    delete_project(project=project)

    assert failures == []
    assert not Project.objects.exists()

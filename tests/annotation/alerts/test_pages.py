"""Pages and API of alerts and of the inbox: who may come in, what they cost, what they change."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotation.alerts.models import Alert, AlertState
from annotation.alerts.services import Cause, close, raise_alert
from annotation.people.models import User
from annotation.projects.models import Project, Role
from tests import make
from tests.annotation.alerts.test_channels import SURGE

pytestmark = pytest.mark.django_db


def an_alert(project: Project, subject: str = "1:2") -> Alert:
    alert = raise_alert(project.pk, Cause("surge", subject, SURGE, timezone.now(), "figure=topics&topic=2"))
    assert alert is not None
    return alert


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def project_pages(alert: Alert) -> list[str]:
    return [reverse("alerts", args=[alert.project_id]), reverse("alert", args=[alert.project_id, alert.pk])]


def api_pages(alert: Alert) -> list[str]:
    project = f"/api/v1/projects/{alert.project_id}/alerts/"
    return [project, f"{project}rules/", f"/api/v1/alerts/{alert.pk}/"]


def test_a_stranger_gets_404_an_annotator_403_and_a_reviewer_reads() -> None:
    project = make.project()
    alert = an_alert(project)
    people = [make.user("eve"), make.member(project, "ann"), make.member(project, "rui", Role.REVIEWER)]

    pages = [{signed_in(one).get(url).status_code for url in project_pages(alert)} for one in people]
    calls = [{make.client(one).get(url).status_code for url in api_pages(alert)} for one in people]

    assert pages == calls == [{404}, {403}, {200}]


def test_managers_alone_act() -> None:
    project = make.project()
    alert = an_alert(project)
    reviewer = make.member(project, "rui", Role.REVIEWER)
    until = (timezone.now() + timedelta(hours=1)).isoformat()
    client, page = make.client(reviewer), signed_in(reviewer)

    answers = [
        client.post(f"/api/v1/alerts/{alert.pk}/close/", {}, format="json"),
        client.post(f"/api/v1/alerts/{alert.pk}/snooze/", {"until": until}, format="json"),
        client.patch(f"/api/v1/projects/{project.pk}/alerts/rules/", {"kind": "drift", "is_on": False}, format="json"),
        page.post(reverse("change_alert", args=[project.pk, alert.pk]), {"wish": "close"}),
        page.post(reverse("change_alert_rule", args=[project.pk, "drift"]), {}),
    ]

    alert.refresh_from_db()
    assert {answer.status_code for answer in answers} == {403}
    assert alert.state == AlertState.OPEN
    assert not project.alert_rules.exists()


def test_an_alert_of_another_project_is_not_reached_through_ones_own() -> None:
    project, other = make.project(), make.project(manager=make.user("zoe"))
    alert = an_alert(other)
    client = signed_in(project.created_by)

    read = client.get(reverse("alert", args=[project.pk, alert.pk]))
    closed = client.post(reverse("change_alert", args=[project.pk, alert.pk]), {"wish": "close"})

    alert.refresh_from_db()
    assert (read.status_code, closed.status_code, alert.state) == (404, 404, AlertState.OPEN)


def test_a_manager_snoozes_and_closes_on_the_page() -> None:
    project = make.project()
    alert = an_alert(project)
    client, url = signed_in(project.created_by), reverse("change_alert", args=[project.pk, alert.pk])

    client.post(url, {"wish": "snooze", "hours": "24", "note": "Known."})
    snoozed = Alert.objects.get().state
    client.post(url, {"wish": "snooze", "hours": "9999"})
    client.post(url, {"wish": "close"})

    assert (snoozed, Alert.objects.get().state) == ("snoozed", "closed")
    assert "Known." in client.get(reverse("alert", args=[project.pk, alert.pk])).content.decode()


def test_thresholds_are_changed_on_the_page_shares_in_percent() -> None:
    project = make.project()
    client, url = signed_in(project.created_by), reverse("change_alert_rule", args=[project.pk, "surge"])

    kept = client.post(
        url, {"surge-is_on": "on", "surge-least_rise": "25", "surge-fewest": "9", "surge-quiet_days": "30"}
    )
    refused = client.post(url, {"surge-least_rise": "2500", "surge-fewest": "9", "surge-quiet_days": "30"})

    rule = project.alert_rules.get()
    assert (kept.status_code, refused.status_code) == (302, 422)
    assert (rule.is_on, rule.thresholds) == (True, {"least_rise": 0.25, "fewest": 9, "quiet_days": 30})


def test_the_api_tells_snoozes_closes_and_changes_rules() -> None:
    project = make.project()
    alert = an_alert(project)
    client = make.client(project.created_by)
    until = (timezone.now() + timedelta(hours=1)).isoformat()

    listed = client.get(f"/api/v1/projects/{project.pk}/alerts/?state=open").json()["results"]
    snoozed = client.post(f"/api/v1/alerts/{alert.pk}/snooze/", {"until": until, "note": "x"}, format="json").json()
    closed = client.post(f"/api/v1/alerts/{alert.pk}/close/", {"note": "done"}, format="json").json()
    twice = client.post(f"/api/v1/alerts/{alert.pk}/close/", {}, format="json")
    rules = f"/api/v1/projects/{project.pk}/alerts/rules/"
    rule = client.patch(rules, {"kind": "stalled", "thresholds": {"minutes": 45}}, format="json").json()
    wrong = client.patch(rules, {"kind": "stalled", "thresholds": {"minutes": 0}}, format="json")

    assert [(one["id"], one["title"]) for one in listed] == [(alert.pk, "Surge of negative answers: Risk")]
    assert (snoozed["state"], closed["state"]) == ("snoozed", "closed")
    assert [step["kind"] for step in closed["history"]] == ["raised", "snoozed", "closed"]
    assert (twice.status_code, twice.json()["errors"][0]["code"]) == (422, "closed")
    assert rule["in_words"] == ["45 minutes without an answer."]
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "minutes")


def test_the_inbox_counts_shows_and_forgets() -> None:
    project = make.project()
    an_alert(project)
    client, page = make.client(project.created_by), signed_in(project.created_by)

    header = page.get(reverse("projects")).content.decode()
    [one] = client.get("/api/v1/inbox/?unread=true").json()["results"]
    opened = page.post(reverse("open_notification", args=[one["id"]]), {"wish": "open"})
    read = client.get("/api/v1/inbox/?unread=true").json()["results"]
    unread = client.post("/api/v1/inbox/read/", {"ids": [one["id"]], "is_read": False}, format="json").json()
    page.post(reverse("read_all"))

    assert "<span data-unread>1</span>" in header
    assert opened.headers["Location"] == reverse("alert", args=[project.pk, one["alert"]["id"]])
    assert (read, unread) == ([], {"changed": 1, "unread": 1})
    assert User.objects.get(pk=project.created_by_id).unread_notifications == 0


def test_somebody_elses_notification_is_nobodys_business() -> None:
    project = make.project()
    an_alert(project)
    row = project.created_by.notifications.get()
    eve = make.user("eve")

    answer = signed_in(eve).post(reverse("open_notification", args=[row.pk]), {"wish": "read"})
    call = make.client(eve).post("/api/v1/inbox/read/", {"ids": [row.pk]}, format="json").json()

    row.refresh_from_db()
    assert (answer.status_code, call["changed"], row.read_at) == (404, 0, None)


def test_channels_are_chosen_on_the_page_and_by_the_api() -> None:
    project = make.project()
    client, page = make.client(project.created_by), signed_in(project.created_by)

    page.post(reverse("choose_channels"), {"channel": ["surge:by_mail", "drift:on_page"]})
    told = client.get("/api/v1/account/notifications/").json()
    changed = client.patch("/api/v1/account/notifications/", {"drift": {"by_mail": True}}, format="json").json()
    wrong = client.patch("/api/v1/account/notifications/", {"drift": {"by_mail": 1}}, format="json")

    assert (told["surge"], told["drift"]) == ({"on_page": False, "by_mail": True}, {"on_page": True, "by_mail": False})
    assert changed["drift"] == {"on_page": True, "by_mail": True}
    assert wrong.status_code == 422


def test_lists_cost_the_same_however_many_alerts(django_assert_max_num_queries: Any) -> None:  # Any: a fixture
    project = make.project()
    for place in range(30):
        alert = an_alert(project, f"1:{place}")
        if place % 2:
            close(alert, user=project.created_by)
    client, page = make.client(project.created_by), signed_in(project.created_by)

    for url, most in ((reverse("alerts", args=[project.pk]), 7), (reverse("inbox"), 5)):
        with django_assert_max_num_queries(most):
            assert page.get(url).status_code == 200
    for url in (f"/api/v1/projects/{project.pk}/alerts/", "/api/v1/inbox/"):
        with django_assert_max_num_queries(4):
            assert len(client.get(url).json()["results"]) >= 15

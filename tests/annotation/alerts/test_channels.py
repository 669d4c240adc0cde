"""A mail is sent once, a webhook is called once, and both are tried again when the other side is down."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from annotation.alerts import job
from annotation.alerts.models import Alert, MailState, Notification
from annotation.alerts.services import Cause, raise_alert
from annotation.alerts.telling import choose, projects_with_mails
from annotation.projects.models import Project
from annotation.webhooks import job as webhook_job
from annotation.webhooks.models import Delivery, DeliveryState, Webhook
from annotation.webhooks.services import add_webhook, due
from tests import make
from tests.conftest import Messages

pytestmark = pytest.mark.django_db
NAMED = {"name": "risk", "titles": {"en": "Risk", "zh-hans": "风险"}}
SURGE = {
    "topic": NAMED, "window": 60, "first": 1, "last": 60, "negatives": 18, "texts": 20, "share": 0.9, "usual": 0.2,
    "before": 600, "chance": 1e-9, "limit": 1e-6,
}  # fmt: skip


def a_project() -> Project:
    project = make.project(name="News\nof the day")
    project.created_by.email = "mia@example.org"
    project.created_by.save(update_fields=["email"])
    choose(user=project.created_by, choices={"surge": {"by_mail": True}})
    return project


def an_alert(project: Project, subject: str = "1:2") -> Alert:
    alert = raise_alert(project.pk, Cause("surge", subject, SURGE, timezone.now(), "figure=topics&topic=2"))
    assert alert is not None
    return alert


def test_a_mail_is_sent_once_in_the_persons_language(django_capture_on_commit_callbacks: Any) -> None:
    project = a_project()
    project.created_by.language = "zh-hans"
    project.created_by.save(update_fields=["language"])
    alert = an_alert(project)

    sent = (job.run(project.pk), job.run(project.pk))

    [message] = mail.outbox
    assert sent == (1, 0)
    assert message.to == ["mia@example.org"]
    assert message.subject.startswith("[News of the day] ")
    assert "风险" in message.subject
    assert f"/projects/{project.pk}/alerts/{alert.pk}/" in message.body
    assert "figure=figure%3Dtopics" in message.body
    assert "平时" in message.body
    assert alert.notifications.get().mail == MailState.SENT


def test_the_message_is_sent_after_commit_and_the_tick_knows_what_waits(
    django_capture_on_commit_callbacks: Any, sent_messages: Messages
) -> None:
    project = a_project()

    with django_capture_on_commit_callbacks(execute=True):
        an_alert(project)

    assert ("annotation.tasks.send_mails", (project.pk,)) in sent_messages
    assert projects_with_mails() == [project.pk]


def test_a_server_that_is_down_is_asked_again_and_in_the_end_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    project = a_project()
    alert = an_alert(project)
    begun = timezone.now()

    def refuse(self: object) -> int:
        raise ConnectionRefusedError("nobody listens")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    states = []
    for hours in range(0, 120, 20):
        at = begun + timedelta(hours=hours)
        monkeypatch.setattr("django.utils.timezone.now", lambda at=at: at)
        job.run(project.pk)
        job.run(project.pk)
        states.append(Notification.objects.get(alert=alert).mail)

    row = Notification.objects.get(alert=alert)
    assert states == ["waiting"] * 5 + ["failed"]
    assert (row.mail_attempts, row.mail_error) == (6, "nobody listens")


def test_two_workers_hold_a_mail_in_turn() -> None:
    project = a_project()
    an_alert(project)
    one, other = Notification.objects.get(), Notification.objects.get()

    assert (job._hold(one), job._hold(other)) == (True, False)


def test_a_mail_says_nothing_to_who_has_no_address() -> None:
    project = a_project()
    project.created_by.email = ""
    project.created_by.save(update_fields=["email"])

    alert = an_alert(project)

    assert alert.notifications.get().mail == MailState.NONE


def posts(monkeypatch: pytest.MonkeyPatch, status: int = 200) -> list[dict[str, Any]]:
    taken: list[dict[str, Any]] = []

    def post(webhook: Webhook, message_id: str, body: bytes) -> int:
        taken.append(json.loads(body))
        return status

    monkeypatch.setattr(webhook_job, "post", post)
    return taken


def test_a_webhook_is_told_of_every_alert_once_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    project = a_project()
    an_alert(project, "0:0")
    webhook = add_webhook(project=project, user=project.created_by, url="https://a.example/", told=["alert.raised"])
    first, second = an_alert(project, "1:1"), an_alert(project, "1:2")
    document = make.document(project)
    make.gold(document, {"Category": "billing"})
    taken = posts(monkeypatch)

    is_due = list(due(timezone.now()))
    webhook_job.run(webhook.pk)
    webhook_job.run(webhook.pk)

    assert is_due == [webhook.pk]
    assert [(one["type"], one["alert"]["id"]) for one in taken] == [
        ("alert.raised", first.pk), ("alert.raised", second.pk)
    ]  # fmt: skip
    assert taken[0]["alert"]["figures"] == SURGE
    assert taken[0]["alert"]["documents_url"].startswith("http://")
    assert list(due(timezone.now())) == []


def test_a_webhook_of_both_gets_both_and_one_of_labels_gets_no_alert(monkeypatch: pytest.MonkeyPatch) -> None:
    project = a_project()
    both = add_webhook(
        project=project, user=project.created_by, url="https://a.example/", told=["labels.changed", "alert.raised"]
    )
    labels = add_webhook(project=project, user=project.created_by, url="https://b.example/")
    an_alert(project)
    make.gold(make.document(project), {"Category": "billing"})
    taken = posts(monkeypatch)

    webhook_job.run(both.pk)
    of_both = [one["type"] for one in taken]
    webhook_job.run(labels.pk)

    assert of_both == ["alert.raised", "labels.changed"]
    assert [one["type"] for one in taken[2:]] == ["labels.changed"]


def test_a_receiver_that_refuses_gets_the_same_bytes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    project = a_project()
    webhook = add_webhook(project=project, user=project.created_by, url="https://a.example/", told=["alert.raised"])
    alert = an_alert(project)
    refused = posts(monkeypatch, 503)
    webhook_job.run(webhook.pk)
    raise_alert(project.pk, Cause("surge", "1:2", {**SURGE, "negatives": 99}, timezone.now()))
    Delivery.objects.update(next_attempt_at=timezone.now())

    taken = posts(monkeypatch)
    webhook_job.run(webhook.pk)

    assert refused == taken
    assert Delivery.objects.get().state == DeliveryState.DELIVERED
    webhook.refresh_from_db()
    assert webhook.after_alert == alert.pk

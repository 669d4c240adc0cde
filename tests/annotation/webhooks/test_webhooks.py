"""Webhooks against a real receiver on this machine."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings
from django.utils import timezone

from annotation.annotations.models import GoldChange
from annotation.projects.models import Project
from annotation.webhooks import job, services
from annotation.webhooks.addresses import checked_url
from annotation.webhooks.models import Delivery, DeliveryState, Webhook, WebhookState
from annotation.webhooks.retries import MOST_ATTEMPTS, pause_after
from tests import make

pytestmark = pytest.mark.django_db


class Receiver:
    """Keeps what it was sent, and answers with the statuses it is given, then with 204."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()

            def log_message(self, *args: object, **kwargs: object) -> None:
                """Tests are quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}/hook?a=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def seqs(self) -> list[int]:
        return [change["seq"] for _, body in self.got for change in json.loads(body)["changes"]]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


def project_with_changes(count: int) -> Project:
    project = make.project()
    for number in range(count):
        make.gold(make.document(project, f"text {number} 文"), {"Category": "billing"})
    return project


def webhook_for(project: Project, receiver: Receiver, since: int = 0) -> Webhook:
    return services.add_webhook(project=project, user=project.created_by, url=receiver.url, since=since)


def all_seqs(project: Project) -> list[int]:
    return list(GoldChange.objects.filter(project=project).order_by("pk").values_list("pk", flat=True))


def test_every_change_arrives_once_in_order_and_signed(receiver: Receiver) -> None:
    project = project_with_changes(230)
    webhook = webhook_for(project, receiver)

    job.run(webhook.pk)
    job.run(webhook.pk)

    assert receiver.seqs == all_seqs(project)
    assert [len(json.loads(body)["changes"]) for _, body in receiver.got] == [100, 100, 30]
    for headers, body in receiver.got:
        key = base64.b64decode(webhook.secret.removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        assert headers["host"].startswith("localhost:")
    webhook.refresh_from_db()
    assert (webhook.after_seq, webhook.claimed_until) == (all_seqs(project)[-1], None)


def test_a_failure_is_tried_again_with_the_same_message_before_anything_newer(receiver: Receiver) -> None:
    project = project_with_changes(2)
    webhook = webhook_for(project, receiver)
    receiver.statuses = [500, 302]

    job.run(webhook.pk)
    make.gold(make.document(project, "newer"), {"Category": "other"})
    for _ in range(3):
        Delivery.objects.filter(state=DeliveryState.WAITING).update(next_attempt_at=timezone.now())
        job.run(webhook.pk)

    bodies = [body for _, body in receiver.got]
    assert bodies[0] == bodies[1] == bodies[2]
    assert len({headers["webhook-id"] for headers, _ in receiver.got[:3]}) == 1
    assert [change["seq"] for change in json.loads(bodies[3])["changes"]] == all_seqs(project)[2:]
    first = Delivery.objects.earliest("pk")
    assert (first.attempts, first.state, first.status) == (3, DeliveryState.DELIVERED, 204)


def test_before_its_time_a_failed_delivery_is_not_tried_again(receiver: Receiver) -> None:
    project = project_with_changes(1)
    webhook = webhook_for(project, receiver)
    receiver.statuses = [503]

    job.run(webhook.pk)
    job.run(webhook.pk)

    assert len(receiver.got) == 1
    assert list(services.due(timezone.now())) == []
    assert list(services.due(timezone.now() + timedelta(seconds=6))) == [webhook.pk]


def test_after_the_last_attempt_the_webhook_stops_and_goes_on_without_loss(receiver: Receiver) -> None:
    project = project_with_changes(1)
    webhook = webhook_for(project, receiver)
    receiver.statuses = [500] * MOST_ATTEMPTS

    for _ in range(MOST_ATTEMPTS):
        Delivery.objects.filter(state=DeliveryState.WAITING).update(next_attempt_at=timezone.now())
        job.run(webhook.pk)
    webhook.refresh_from_db()
    state_then = webhook.state
    services.set_paused(webhook, is_paused=False)
    job.run(webhook.pk)

    assert state_then == WebhookState.STOPPED
    assert receiver.seqs[-1:] == all_seqs(project)
    webhook.refresh_from_db()
    assert webhook.after_seq == all_seqs(project)[-1]


def test_a_replay_sends_everything_after_a_change_again(receiver: Receiver) -> None:
    project = project_with_changes(4)
    webhook = webhook_for(project, receiver)
    job.run(webhook.pk)
    seqs = all_seqs(project)

    webhook.refresh_from_db()
    services.replay(webhook, since=seqs[1])
    job.run(webhook.pk)

    assert receiver.seqs == [*seqs, *seqs[2:]]


def test_two_workers_never_send_the_same_webhook_at_once(receiver: Receiver) -> None:
    project = project_with_changes(1)
    webhook = webhook_for(project, receiver)

    held = services.claim(webhook.pk)

    assert held is not None
    assert services.claim(webhook.pk) is None
    assert list(services.due(timezone.now())) == []
    assert list(services.due(timezone.now() + timedelta(seconds=61))) == [webhook.pk]


def test_nobody_listening_is_a_failure_with_words() -> None:
    project = project_with_changes(1)
    webhook = services.add_webhook(project=project, user=project.created_by, url="http://127.0.0.1:9/", since=0)

    job.run(webhook.pk)

    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.state) == (None, 1, DeliveryState.WAITING)
    assert delivery.error != ""


@override_settings(COLLABWEB_PRIVATE_WEBHOOKS=False)
def test_in_production_the_sites_own_network_is_never_called(receiver: Receiver) -> None:
    project = project_with_changes(1)
    webhook = webhook_for(project, receiver)

    job.run(webhook.pk)

    assert receiver.got == []
    assert "private network" in Delivery.objects.get().error


@pytest.mark.parametrize(
    "url",
    ["", "ftp://a.b/", "https://", "http://u:p@a.b/", "javascript:alert(1)", "http://a b/", 7, "http://a.b:99999/"],
)
def test_what_is_no_web_address_is_refused(url: object) -> None:
    with pytest.raises(ValidationError):
        checked_url(url)


def test_the_pauses_grow_to_three_days_in_all() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, MOST_ATTEMPTS)]

    assert pauses == sorted(pauses, key=lambda pause: pause or timedelta())
    assert sum((pause or timedelta() for pause in pauses), timedelta()) > timedelta(days=2)
    assert pause_after(MOST_ATTEMPTS) is None


class TestApi:
    def url(self, project: Project) -> str:
        return f"/api/v1/projects/{project.pk}/webhooks/"

    def test_the_secret_is_told_once(self) -> None:
        project = make.project()
        client = make.client(project.created_by)

        made = client.post(self.url(project), {"url": "https://example.org/x"}, format="json")
        listed = client.get(self.url(project)).json()["results"]

        assert made.status_code == 201
        assert made.json()["secret"].startswith("whsec_")
        assert [row["url"] for row in listed] == ["https://example.org/x"]
        assert "secret" not in listed[0]

    def test_strangers_and_annotators_stay_outside(self) -> None:
        project = make.project()
        webhook = services.add_webhook(project=project, user=project.created_by, url="https://example.org/")
        stranger, annotator = make.client(make.user("eve")), make.client(make.member(project, "bob"))

        for path in (
            self.url(project),
            f"/api/v1/webhooks/{webhook.pk}/",
            f"/api/v1/webhooks/{webhook.pk}/deliveries/",
        ):
            assert stranger.get(path).status_code == 404
            assert annotator.get(path).status_code == 403

    def test_a_bad_address_names_its_field(self) -> None:
        project = make.project()

        answer = make.client(project.created_by).post(self.url(project), {"url": "file:///etc/passwd"}, format="json")

        body: Any = answer.json()
        assert answer.status_code == 422
        assert [(row["field"], row["code"]) for row in body["errors"]] == [("url", "bad_url")]
        assert not Webhook.objects.exists()

    def test_pause_replay_deliveries_and_delete(self, receiver: Receiver) -> None:
        project = project_with_changes(3)
        client = make.client(project.created_by)
        webhook = webhook_for(project, receiver)
        job.run(webhook.pk)
        path = f"/api/v1/webhooks/{webhook.pk}/"

        paused = client.patch(path, {"paused": True}, format="json").json()["state"]
        replayed = client.post(f"{path}replay/", {"since": 0}, format="json").json()
        deliveries = client.get(f"{path}deliveries/").json()["results"]
        gone = client.delete(path).status_code

        assert (paused, replayed["after_seq"], replayed["state"], gone) == ("paused", 0, "active", 204)
        assert [(row["changes"], row["state"]) for row in deliveries] == [(3, "delivered")]
        assert not Webhook.objects.exists()


def test_the_pages_show_webhooks_and_what_they_were_sent(receiver: Receiver, client: Any) -> None:
    project = project_with_changes(2)
    client.force_login(project.created_by)
    made = client.post(f"/projects/{project.pk}/webhooks/", {"url": receiver.url, "told": ["labels.changed"]})
    webhook = Webhook.objects.get()
    services.replay(webhook, since=0)
    job.run(webhook.pk)

    listed = client.get(f"/projects/{project.pk}/webhooks/")
    page = client.get(f"/projects/{project.pk}/webhooks/{webhook.pk}/")

    assert webhook.secret in made.content.decode()
    assert webhook.secret not in listed.content.decode()
    assert f"msg_{Delivery.objects.get().pk}" in page.content.decode()

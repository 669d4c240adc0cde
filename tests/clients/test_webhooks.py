"""A webhook's signature, made by the site's own code and checked by the client's."""

import json
import time

import pytest

from annotation.webhooks.signing import headers, new_secret
from collabweb_client import WebhookRejected, verify_webhook
from tests import make
from tests.clients.conftest import Open

CHANGE = {
    "seq": 7,
    "document": 3,
    "answer": {"A": "x"},
    "source": "annotation",
    "changed_at": "2026-01-31T12:00:00+00:00",
}
BODY = json.dumps({"type": "labels.changed", "project": 1, "changes": [CHANGE], "next_since": 7}).encode()


def test_a_message_of_the_site_is_read() -> None:
    secret = new_secret()
    sent = headers(secret, "msg_1", int(time.time()), BODY)

    said = verify_webhook(secret, {name.title(): value for name, value in sent.items()}, BODY)

    assert (said.project, said.next_since, said.changes[0].seq, said.changes[0].answer) == (1, 7, 7, {"A": "x"})


def test_one_signature_of_several_suffices_while_a_secret_is_exchanged() -> None:
    old, new = new_secret(), new_secret()
    sent = headers(old, "msg_1", int(time.time()), BODY)
    newer = headers(new, "msg_1", int(time.time()), BODY)["webhook-signature"]

    said = verify_webhook(new, sent | {"webhook-signature": f"{sent['webhook-signature']} v1a,other {newer}"}, BODY)

    assert said.next_since == 7


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": str(int(time.time()) - 10)},
        {"webhook-timestamp": "soon"},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": ""},
    ],
)
def test_a_changed_header_is_refused(change: dict[str, str]) -> None:
    secret = new_secret()
    sent = headers(secret, "msg_1", int(time.time()), BODY)

    with pytest.raises(WebhookRejected):
        verify_webhook(secret, sent | change, BODY)


def test_another_body_another_secret_and_no_headers_are_refused() -> None:
    secret = new_secret()
    sent = headers(secret, "msg_1", int(time.time()), BODY)

    for words in ((secret, sent, BODY + b" "), (new_secret(), sent, BODY), (secret, {}, BODY)):
        with pytest.raises(WebhookRejected):
            verify_webhook(*words)


def test_an_old_message_is_refused_unless_that_is_allowed() -> None:
    secret = new_secret()
    sent = headers(secret, "msg_1", int(time.time()) - 400, BODY)

    with pytest.raises(WebhookRejected, match="too long ago"):
        verify_webhook(secret, sent, BODY)

    assert verify_webhook(secret, sent, BODY, tolerance=500).next_since == 7


@pytest.mark.django_db
def test_webhooks_are_made_paused_replayed_and_deleted(client_of: Open) -> None:
    project = make.project()
    client = client_of(project.created_by)

    made = client.add_webhook(project.pk, "http://127.0.0.1:9/hook", since=0)
    paused, resumed = client.pause_webhook(made), client.resume_webhook(made)
    replayed = client.replay_webhook(made, since=0)
    listed = [webhook.id for webhook in client.webhooks(project.pk)]
    delivered = list(client.deliveries(made))
    client.delete_webhook(made)

    assert made.secret.startswith("whsec_")
    assert (paused.state, resumed.state, replayed.after_seq) == ("paused", "active", 0)
    assert (listed, delivered, list(client.webhooks(project.pk))) == ([made.id], [], [])

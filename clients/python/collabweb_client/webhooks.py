"""Addresses that the site tells of every change, and how to know that it was the site."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping

from collabweb_client.asking import delete, get, pages, send
from collabweb_client.errors import WebhookRejected
from collabweb_client.jobs import Delivery, Webhook
from collabweb_client.shapes import LabelsChanged
from collabweb_client.wire import Feed, Flow, Ref, number_of

_PREFIX = "whsec_"


def webhooks(project: Ref) -> Feed[Webhook]:
    return pages(f"projects/{number_of(project)}/webhooks/", Webhook.of)


def webhook(webhook: Ref) -> Flow[Webhook]:
    return Webhook.of((yield from get(f"webhooks/{number_of(webhook)}/")))


def add_webhook(project: Ref, url: str, *, since: int | None = None) -> Flow[Webhook]:
    """Keep the `secret`: it comes only now. `since` begins earlier in the feed."""
    body = {"url": url} if since is None else {"url": url, "since": since}
    return Webhook.of((yield from send("POST", f"projects/{number_of(project)}/webhooks/", body)))


def pause_webhook(webhook: Ref) -> Flow[Webhook]:
    return Webhook.of((yield from send("PATCH", f"webhooks/{number_of(webhook)}/", {"paused": True}, repeat=True)))


def resume_webhook(webhook: Ref) -> Flow[Webhook]:
    """Let it go on; what waited is sent first."""
    return Webhook.of((yield from send("PATCH", f"webhooks/{number_of(webhook)}/", {"paused": False}, repeat=True)))


def delete_webhook(webhook: Ref) -> Flow[None]:
    return delete(f"webhooks/{number_of(webhook)}/")


def replay_webhook(webhook: Ref, since: int) -> Flow[Webhook]:
    """Send every change after `since` again, in order."""
    return Webhook.of((yield from send("POST", f"webhooks/{number_of(webhook)}/replay/", {"since": since})))


def deliveries(webhook: Ref) -> Feed[Delivery]:
    """What was sent, newest first."""
    return pages(f"webhooks/{number_of(webhook)}/deliveries/", Delivery.of)


def verify_webhook(
    secret: str, headers: Mapping[str, str], body: bytes | str, tolerance: float = 300.0
) -> LabelsChanged:
    """What the site said, once it is sure that the site said it, in the last `tolerance` seconds.

    `headers` and `body` as they came, before anything parsed them. Raises WebhookRejected.
    See https://www.standardwebhooks.com.
    """
    raw = body.encode() if isinstance(body, str) else bytes(body)
    given = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, timestamp, signatures = (given[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
        sent_at = int(timestamp)
    except (KeyError, ValueError) as error:
        raise WebhookRejected("The headers of a signed webhook are absent or broken.") from error
    if abs(time.time() - sent_at) > tolerance:
        raise WebhookRejected("The webhook was sent too long ago, or a clock is wrong.")
    expected = _signature(secret, f"{message_id}.{sent_at}.".encode() + raw)
    # While a secret is exchanged there may be several signatures. All are compared, so that time tells nothing.
    if sum(hmac.compare_digest(expected, given_one.encode()) for given_one in signatures.split()) == 0:
        raise WebhookRejected("The signature does not fit this secret and this body.")
    return LabelsChanged.of(json.loads(raw))


def _signature(secret: str, signed: bytes) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("A secret is whsec_ and base64.") from error
    return b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())

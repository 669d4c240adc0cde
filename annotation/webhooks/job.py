"""Send a webhook what it has not taken yet, in order, until nothing is left or the receiver says no."""

import json
import logging
import time
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from annotation.alerts.models import Alert
from annotation.alerts.wire import raised_json
from annotation.annotations.wire import change_json
from annotation.webhooks import services
from annotation.webhooks.addresses import public_address
from annotation.webhooks.models import Delivery, Told, Webhook
from annotation.webhooks.signing import headers

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 10
MOST_IN_A_ROW = 50


def run(webhook_id: int) -> None:
    webhook = services.claim(webhook_id)
    try:
        for _ in range(MOST_IN_A_ROW):
            delivery = services.next_delivery(webhook) if webhook is not None else None
            if webhook is None or delivery is None or not deliver(delivery):
                break
            webhook = services.claim_again(webhook)
    finally:
        if webhook is not None:
            services.release(webhook)


def deliver(delivery: Delivery) -> bool:
    """Send one delivery; True when the receiver took it (any 2xx)."""
    body = body_of(delivery)
    begun = time.monotonic()
    try:
        status = post(delivery.webhook, f"msg_{delivery.pk}", body)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        seconds = time.monotonic() - begun
        services.note_failure(delivery, status=None, error=str(error) or type(error).__name__, seconds=seconds)
        logger.info("delivery %s failed: %s", delivery.pk, type(error).__name__)
        return False
    seconds = time.monotonic() - begun
    if 200 <= status < 300:
        return services.note_taken(delivery, status=status, seconds=seconds)
    services.note_failure(delivery, status=status, error=f"HTTP {status}", seconds=seconds)
    return False


def body_of(delivery: Delivery) -> bytes:
    """The same bytes in every attempt: changes, and what raised an alert, never change."""
    about = {"type": delivery.about, "project": delivery.webhook.project_id}
    if delivery.about == Told.ALERTS:
        message = about | {"alert": raised_json(Alert.objects.get(pk=delivery.last_seq))}
    else:
        changes = [change_json(change) for change in services.changes_of(delivery)]
        message = about | {"changes": changes, "next_since": delivery.last_seq}
    return json.dumps(message, ensure_ascii=False).encode()


def post(webhook: Webhook, message_id: str, body: bytes) -> int:
    """The receiver's status. Redirects are not followed: they could lead into the site's own network."""
    parts = urlsplit(webhook.url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = public_address(host, port, allow_private=settings.COLLABWEB_PRIVATE_WEBHOOKS)
    url = httpx.URL(webhook.url).copy_with(host=address)
    sent = headers(webhook.secret, message_id, int(time.time()), body) | {"Host": parts.netloc}
    with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
        request = client.build_request("POST", url, content=body, headers=sent, extensions={"sni_hostname": host})
        answer = client.send(request, stream=True, follow_redirects=False)
        answer.close()
    return answer.status_code

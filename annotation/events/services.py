"""Tell open pages that something changed. Call late in a transaction: the project's order lock is held to its end."""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from annotation.events.models import Event

CHANNEL = "collabweb_events"
# Older events are of no use to a page: it asks for the present state instead.
KEPT_FOR = timedelta(days=7)
# First key of PostgreSQL's two-key advisory locks; the second is the project.
ORDER_LOCK = 4201

# A CTE for statements that write something else, too, and the SELECT that ends them; see `publishing`.
PUBLISHED = """
    published AS (
        INSERT INTO annotation_event (project_id, type, payload, at)
        SELECT %(project)s, kind, payload, %(now)s
        FROM unnest(%(kinds)s::text[], %(payloads)s::jsonb[]) AS new(kind, payload)
        RETURNING id
    )
"""
NOTIFIED = "SELECT pg_notify(%(channel)s, %(project)s || ':' || max(id)) FROM published HAVING count(*) > 0"

Payload = Mapping[str, Any]  # Any: JSON; the shapes are the TypedDicts of annotation/events/types.py


def lock_order(project_id: int) -> None:
    """Make ids that are drawn from here to commit rise in the order of commits, for this project."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ORDER_LOCK, project_id])


def publish(project_id: int, type_: str, payload: Payload) -> None:
    publish_many(project_id, type_, [payload])


def publish_many(project_id: int, type_: str, payloads: Iterable[Payload]) -> None:
    """One row and one NOTIFY for each payload, in one statement; pages get them after commit."""
    publish_mixed(project_id, [(type_, payload) for payload in payloads])


def publish_mixed(project_id: int, events: Iterable[tuple[str, Payload]], *, is_locked: bool = False) -> None:
    """`is_locked`: the caller holds the project's order lock already."""
    rows = list(events)
    if not rows:
        return
    with transaction.atomic(savepoint=False):
        if not is_locked:
            lock_order(project_id)
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {PUBLISHED} {NOTIFIED}", publishing(project_id, rows))


def publishing(project_id: int, events: Iterable[tuple[str, Payload]]) -> dict[str, Any]:  # Any: values of SQL
    """What PUBLISHED and NOTIFIED need. The statement runs with the project's order lock in hand."""
    rows = list(events)
    return {
        "project": project_id,
        "now": timezone.now(),
        "kinds": [kind for kind, _ in rows],
        "payloads": [json.dumps(payload) for _, payload in rows],
        "channel": CHANNEL,
    }


def prune() -> int:
    """Delete the events that no page asks for any more; returns how many."""
    oldest = Event.objects.order_by("pk").values_list("at", flat=True).first()
    if oldest is None or timezone.now() - oldest < KEPT_FOR + timedelta(hours=1):
        return 0
    return Event.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()[0]

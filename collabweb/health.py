"""`/healthz`: does every part answer? `/metrics`: the same, and counts, for Prometheus."""

from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

HEARTBEAT_SECONDS = 60
QUEUES = ("bulk", "live", "fast", "train")


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "down"
    return "ok"


def _broker() -> tuple[str, dict[str, float | None]]:
    """The broker's state and the age in seconds of each worker's last heartbeat (collabweb.celery_app writes them)."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        # Any: the stubs describe the asynchronous client too.
        stamps: Any = client.mget([f"collabweb:heartbeat:{queue}" for queue in QUEUES])
    except redis.RedisError:
        return "down", dict.fromkeys(QUEUES)
    finally:
        client.close()
    now = timezone.now().timestamp()
    return "ok", {queue: now - float(stamp) if stamp else None for queue, stamp in zip(QUEUES, stamps, strict=True)}


def state() -> dict[str, Any]:  # Any: JSON
    database = _database()
    broker, ages = _broker()
    workers = {queue: "ok" if age is not None and age < HEARTBEAT_SECONDS else "down" for queue, age in ages.items()}
    is_ok = database == broker == "ok" and all(value == "ok" for value in workers.values())
    return {"status": "ok" if is_ok else "down", "database": database, "broker": broker, "workers": workers}


def healthz(request: HttpRequest) -> JsonResponse:
    found = state()
    return JsonResponse(found, status=200 if found["status"] == "ok" else 503)


_COUNTS = {
    "documents": "SELECT reltuples::bigint FROM pg_class WHERE relname = 'annotation_document'",
    "runs_active": "SELECT count(*) FROM modelops_run WHERE state IN ('queued', 'running')",
    "imports_active": "SELECT count(*) FROM annotation_import WHERE state IN ('queued', 'running')",
    "assignments_open": "SELECT count(*) FROM annotation_assignment WHERE state = 'open'",
}


def metrics(request: HttpRequest) -> HttpResponse:
    registry = CollectorRegistry()
    found = state()
    up = Gauge("collabweb_up", "1 where the part answers", ["part"], registry=registry)
    up.labels("database").set(found["database"] == "ok")
    up.labels("broker").set(found["broker"] == "ok")
    for queue, value in found["workers"].items():
        up.labels(f"worker_{queue}").set(value == "ok")
    if found["database"] == "ok":
        with connection.cursor() as cursor:
            for name, statement in _COUNTS.items():
                cursor.execute(statement)
                row = cursor.fetchone()
                Gauge(f"collabweb_{name}", name.replace("_", " "), registry=registry).set(row[0] if row else 0)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

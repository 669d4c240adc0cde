"""Server time and statements of every report's page on 100,000 annotations, what a worker takes to calculate it, and
what keeping their columns costs.
"""

import logging
import os
import statistics
import time
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import (  # noqa: E402
    CaptureQueriesContext,
    override_settings,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)
from django.urls import reverse  # noqa: E402

from annotation.projects.models import LabelSet, Project  # noqa: E402
from annotation.quality.services import refresh  # noqa: E402
from modelops.reports import job  # noqa: E402
from modelops.reports.kept import Wish  # noqa: E402
from modelops.reports.names import NAMES, PERSON  # noqa: E402
from modelops.signals import report_requested  # noqa: E402
from tests import make  # noqa: E402

DOCUMENTS = int(os.environ.get("BENCH_DOCUMENTS", "50000"))
PEOPLE, ROUNDS = 20, 5
TARGET_MS, TARGET_STATEMENTS = 300, 12
ROWS = """
    INSERT INTO annotation_document (project_id, external_id, text, parts, meta, text_sha256, text_key, state, priority,
        urgency, slots, created_at)
    SELECT %(project)s, 'b-' || n, repeat('word ', 5 + (n * 7919) %% 60), '[]',
        jsonb_build_object('lang', CASE WHEN n %% 3 = 0 THEN 'zh' ELSE 'en' END), md5(n::text) || md5(n::text),
        substr(md5(n::text), 1, 16), 'annotated', 0, 0, 0, now() - (n %% 180) * interval '1 day'
    FROM generate_series(1, %(documents)s) AS n;
    INSERT INTO annotation_prediction (document_id, version, source, answer, confidence, labels, created_at, project_id)
    SELECT id, 1, '', jsonb_build_object('Category', said, 'Sentiment', 'neutral', 'Entities', '[]'::jsonb),
        jsonb_build_object('Category', jsonb_build_object(said, 0.5 + (id * 31 %% 50) / 100.0)), '{}', created_at,
        project_id
    FROM (
        SELECT *, (ARRAY['billing', 'delivery', 'other'])[1 + (id * 7 %% 9 / 4)] AS said FROM annotation_document
    ) AS d;
    INSERT INTO annotation_annotation (document_id, user_id, answer, status, version, seconds, prediction_id, is_blind,
        recent_keys, created_at, changed_at)
    SELECT d.id, p.id, jsonb_build_object(
            'Category', (ARRAY['billing', 'delivery', 'other'])[
                1 + ((d.id * 7 + CASE WHEN (d.id * p.id) %% 11 = 0 THEN 4 ELSE 0 END) %% 9 / 4)],
            'Sentiment', (ARRAY['negative', 'neutral', 'positive'])[1 + ((d.id + p.id / 7) %% 3)],
            'Entities', jsonb_build_array(
                jsonb_build_object('start', 0, 'end', 4 + (d.id * p.id) %% 7 / 6, 'label', 'ORG'))),
        'submitted', 1, 3 + (d.id * p.id) %% 40, CASE WHEN d.id %% 10 = 0 THEN NULL ELSE r.id END, d.id %% 10 = 0, '{}',
        d.created_at, d.created_at + interval '1 hour'
    FROM annotation_document d JOIN annotation_prediction r ON r.document_id = d.id
    CROSS JOIN LATERAL (SELECT id FROM unnest(%(people)s::int[]) WITH ORDINALITY AS u(id, place)
        WHERE place IN (1 + d.id %% 20, 1 + (d.id * 3 + 1 + d.id / 20) %% 20) LIMIT 2) AS p;
    INSERT INTO annotation_gold (document_id, project_id, answer, source, by_id, changed_at, labels)
    SELECT id, project_id, jsonb_build_object(
        'Category', (ARRAY['billing', 'delivery', 'other'])[
            1 + ((id * 7 + CASE WHEN id %% 13 = 0 THEN 4 ELSE 0 END) %% 9 / 4)],
        'Sentiment', 'neutral', 'Entities', '[]'::jsonb), 'review', NULL, created_at + interval '2 hours', '{}'
    FROM annotation_document WHERE id %% 2 = 0;
"""


def build() -> Project:
    project = make.project(name="Benchmark", overlap=2, hourly_rate=20, production_version=1)
    people = [make.member(project, f"person{place}").pk for place in range(PEOPLE)]
    with connection.cursor() as cursor:
        cursor.execute(ROWS, {"project": project.pk, "documents": DOCUMENTS, "people": people})
    return project


Times = tuple[float, float, int]


def timed(client: Client, address: str, *, is_kept: bool) -> Times:
    """Median milliseconds of a request, those of its thread on the processor, and its statements.

    Not kept: as for the first person ever, who sees that a worker calculates; no worker is there to answer sooner.
    """
    client.get(address)
    times, own = [], []
    for _ in range(ROUNDS):
        if not is_kept:
            cache.clear()
        start, before = time.perf_counter(), time.thread_time()
        answer = client.get(address)
        times.append(1_000 * (time.perf_counter() - start))
        own.append(1_000 * (time.thread_time() - before))
        assert answer.status_code == 200, address
    if not is_kept:
        cache.clear()
    with CaptureQueriesContext(connection) as found:
        client.get(address)
    return statistics.median(times), statistics.median(own), len(found)


def line(name: str, what: str, found: Times, target_ms: int | None = TARGET_MS) -> None:
    took, own, statements = found
    words = f"{took:9.0f} ms{own:9.0f} ms processor{statements:5} statements"
    if target_ms is not None:
        words += "   met" if took <= target_ms and statements <= TARGET_STATEMENTS else "   MISSED"
    print(f"{name:28}{what:8}{words}", flush=True)


def worked(wish: Wish) -> Times:
    """A worker's calculation, once."""
    start, before = time.perf_counter(), time.thread_time()
    with CaptureQueriesContext(connection) as found:
        job.make(wish)
    return 1_000 * (time.perf_counter() - start), 1_000 * (time.thread_time() - before), len(found)


def report(client: Client, address: str, wish: Wish) -> None:
    name = f"{wish.name}{', filtered' if wish.query else ''}"
    address = f"{address}?{wish.query}" if wish.query else address
    line(name, "first", timed(client, address, is_kept=False))
    line(name, "worker", worked(wish), None)
    line(name, "kept", timed(client, address, is_kept=True))


def main() -> None:
    logging.disable(logging.CRITICAL)
    setup_test_environment()
    kept: Any = setup_databases(verbosity=0, interactive=False)  # Any: Django's own bookkeeping
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    try:
        with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
            # No message is sent: what a worker does is done and measured here.
            report_requested.receivers = []
            measure()
    finally:
        teardown_databases(kept, verbosity=0)


def measure() -> None:
    start = time.perf_counter()
    project = build()
    print(f"rows built in {time.perf_counter() - start:.0f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SELECT count(*) FROM annotation_annotation")
        [number] = cursor.fetchone() or (0,)
    start = time.perf_counter()
    read = refresh(project.pk)
    print(f"{number:,} annotations; columns of {read:,} documents read in {time.perf_counter() - start:.0f} s")
    client = Client()
    client.force_login(project.created_by)
    print(f"target: {TARGET_MS} ms and {TARGET_STATEMENTS} statements a page; median of {ROUNDS}")
    for name in NAMES:
        report(client, reverse(f"report_{name}", args=[project.pk]), Wish(project.pk, name, "", "en"))
    person = project.memberships.order_by("pk").values_list("user_id", flat=True)[1]
    report(
        client, reverse("report_person", args=[project.pk, person]), Wish(project.pk, PERSON, "", "en", person=person)
    )
    filtered = Wish(project.pk, "overview", "from=2026-01-01&language=zh", "en")
    report(client, reverse("report_overview", args=[project.pk]), filtered)
    label_set = LabelSet.objects.filter(project=project).first()
    assert label_set is not None
    figure = f"?figure=figure%3Dconfusion%26of%3Dpeople%26label_set%3D{label_set.pk}"
    listing = reverse("documents", args=[project.pk]) + figure
    line("documents behind a cell", "", timed(client, listing, is_kept=True))
    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE annotation_gold SET changed_at = now() WHERE document_id %% 1000 = 0", [])
    again = refresh(project.pk)
    print(f"{again} changed documents read again in {1_000 * (time.perf_counter() - start):.0f} ms")


if __name__ == "__main__":
    main()

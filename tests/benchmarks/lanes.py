"""What assignment rules cost: a lending with and without a plan, placing documents in lanes, and a preview, by size."""

import logging
import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import setup_databases, setup_test_environment, teardown_databases  # noqa: E402
from django.utils import timezone  # noqa: E402

from annotation import signals  # noqa: E402
from annotation.people.models import User  # noqa: E402
from annotation.planning.placing import route_all  # noqa: E402
from annotation.planning.reading import foresee  # noqa: E402
from annotation.planning.services import save_plan  # noqa: E402
from annotation.plans.models import Lane  # noqa: E402
from annotation.plans.rules import Rule, RuleKind, Which  # noqa: E402
from annotation.projects.models import Project  # noqa: E402
from annotation.queue.services import give_back, lend  # noqa: E402
from tests import make  # noqa: E402

SIZES = tuple(int(size) for size in os.environ.get("BENCH_DOCUMENTS", "2000,100000").split(","))
CALLS = 200
ROWS = """
    INSERT INTO annotation_document (project_id, text, parts, meta, text_sha256, text_key, state, priority, urgency,
        slots, near_group, created_at)
    SELECT %(project)s, repeat('word ', 5 + (n * 7919) %% 60), '[]',
        jsonb_build_object('lang', (ARRAY['en', 'zh', 'de', 'fr'])[1 + n %% 4], 'batch', n %% 10), md5(n::text),
        substr(md5(n::text), 1, 16), 'new', (n * 7919 %% 10007) / 10007.0, 0, 1, 0, now()
    FROM generate_series(1, %(documents)s) AS n
"""


def main() -> None:
    logging.disable(logging.CRITICAL)
    setup_test_environment()
    kept: Any = setup_databases(verbosity=0, interactive=False)  # Any: Django's own bookkeeping
    # No message is sent: what a worker does is done and measured here.
    signals.plan_changed.receivers = []
    try:
        print(f"{'documents':>10} {'lanes':>6} {'lend, no plan':>14} {'lend, plan':>11} {'placing':>9} {'preview':>9}")
        for number, size in enumerate(SIZES):
            measure(number, size)
    finally:
        teardown_databases(kept, verbosity=0)


def measure(number: int, size: int) -> None:
    project = make.project(manager=make.user(f"mia{number}"))
    people = [make.member(project, f"person{number}-{place}") for place in range(8)]
    with connection.cursor() as cursor:
        cursor.execute(ROWS, {"project": project.pk, "documents": size})
        cursor.execute("ANALYZE annotation_document")
    without = median_ms(project, people)
    rules, languages = plan_of(people)
    save_plan(project=project, user=project.created_by, rules=rules, languages=languages)
    placing = seconds(lambda: route_all(project.pk))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE annotation_document")
    project.refresh_from_db()
    ruled = median_ms(project, people)
    preview = seconds(lambda: foresee(project, rules, languages))
    lanes = Lane.objects.filter(project=project).count()
    told = f"{without:>11.1f} ms {ruled:>8.1f} ms {placing:>7.1f} s {preview:>7.1f} s"
    print(f"{size:>10,} {lanes:>6} {told}", flush=True)


def plan_of(people: list[User]) -> tuple[list[Rule], dict[int, list[str]]]:
    """A rule of every kind; most documents at the head of the queue are for others."""
    due = timezone.now() + timedelta(days=1)
    rules = [
        Rule(RuleKind.LANGUAGE),
        Rule(RuleKind.PEOPLE, Which(meta=(("batch", "1"),)), people=(people[0].pk,)),
        Rule(RuleKind.PEOPLE, Which(meta=(("batch", "2"),)), people=(people[1].pk,), until=due),
        Rule(RuleKind.SKILL, Which(share=0.1), label_set="Category", at_least=0.9),
        Rule(RuleKind.OVERLAP, Which(share=0.1), number=2),
        Rule(RuleKind.DEADLINE, Which(meta=(("batch", "3"),)), until=due),
        Rule(RuleKind.LOAD, most_open=1_000),
    ]
    spoken = (["en"], ["zh"], ["de"], ["fr"], ["en", "zh"], ["de", "fr"], ["en", "de"], ["fr"])
    return rules, {person.pk: said for person, said in zip(people, spoken, strict=True)}


def median_ms(project: Project, people: list[User]) -> float:
    """Three documents a call, given back at once and so not offered to the person again for an hour."""
    taken = []
    for call in range(CALLS):
        start = time.perf_counter()
        lent = lend(project=project, user=people[call % len(people)], count=3)
        taken.append(1_000 * (time.perf_counter() - start))
        for row in lent:
            give_back(assignment=row)
    return statistics.median(taken)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()

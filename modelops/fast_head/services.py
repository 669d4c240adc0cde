"""When a project's fast head refits, and how it stands."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from annotation.projects.models import FastHeadUse, Project
from modelops import signals
from modelops.fast_head.comparing import Comparison
from modelops.fast_head.models import FastHead
from modelops.fast_head.showing import forget_old, retire
from modelops.fast_head.stopwatch import Stopwatch
from modelops.registry.models import ModelVersion

FIRST_RETRY = timedelta(seconds=5)
LAST_RETRY = timedelta(minutes=5)
# The strength of regularization and the comparison with the version are looked at again when gold grew by so much.
TUNED_AGAIN_AT = 1.3
FEWEST_TUNED = 20
# Fewer texts say too little about what texts of a project look like.
FEWEST_EMBEDDED = 20


def request_refit(project_id: int) -> None:
    """Ask a worker to learn what is new. The log of gold is the truth: a lost message is made good by the rounds."""
    if Project.objects.filter(pk=project_id, fast_head=FastHeadUse.ON).exists():
        signals.refit_requested.send(sender=FastHead, project_id=project_id)


def request_refit_on(version_id: int) -> None:
    """A version went into production: what refined the one before it is of no use any more."""
    project_id = ModelVersion.objects.filter(pk=version_id).values_list("project_id", flat=True).first()
    if project_id is not None:
        request_refit(project_id)


def row_of(project_id: int) -> FastHead:
    return FastHead.objects.get_or_create(project_id=project_id)[0]


def leading_sets(row: FastHead) -> set[str]:
    """The label sets in which the fast head measured better than what it refines."""
    if row.figures.get("tuned", {}).get("base") != row.base:
        return set()
    figures = row.figures.get("label_sets", {})
    return {name for name, own in figures.items() if own.get("comparison", {}).get("is_ahead")}


def is_tuning_due(row: FastHead) -> bool:
    """Whether strength and comparison are outdated; a comparison is worth it only with some gold."""
    tuned = row.figures.get("tuned", {})
    if row.gold < FEWEST_TUNED:
        return False
    return bool(tuned.get("base") != row.base or row.gold >= TUNED_AGAIN_AT * tuned.get("gold", 0))


def note_failure(project_id: int, error: str) -> None:
    """Keep why a refit failed; the next attempt comes later each time."""
    row = row_of(project_id)
    now = timezone.now()
    FastHead.objects.filter(pk=row.pk).update(error=error[:500], failures=row.failures + 1, tried_at=now)


def note_refit(
    row: FastHead, learned: Mapping[str, tuple[str, int]], *, change: int, gold: int, watch: Stopwatch
) -> None:
    """`learned`: by label set, how its head answers now and how many documents taught it."""
    sets = row.figures.get("label_sets", {})
    row.figures["label_sets"] = {
        name: {**sets.get(name, {}), "method": method, "gold": count} for name, (method, count) in learned.items()
    }
    row.figures["laps"], row.seconds = watch.laps, sum(watch.laps.values())
    row.figures["started_at"] = watch.started_at
    row.change, row.gold = change, gold
    row.refitted_at, row.error, row.failures = timezone.now(), "", 0
    row.save()


@transaction.atomic
def keep_tuning(project_id: int, base: int, strengths: Mapping[str, float], compared: Mapping[str, Comparison]) -> None:
    """Keep what was measured; where the fast head no longer leads, what it said there is taken back at once."""
    row = FastHead.objects.select_for_update().get(project=project_id)
    led = leading_sets(row)
    sets = row.figures.setdefault("label_sets", {})
    for name in {*sets, *strengths, *compared}:
        own = sets.setdefault(name, {})
        own.pop("comparison", None)
        if name in strengths:
            own["c"] = strengths[name]
        if name in compared:
            is_ahead = compared[name].is_ahead(was_ahead=name in led)
            own["comparison"] = asdict(compared[name]) | {"is_ahead": is_ahead}
    row.figures["tuned"] = {"gold": row.gold, "base": base, "at": timezone.now().isoformat()}
    row.save(update_fields=["figures"])
    if led - leading_sets(row):
        retire(project_id)


def make_rounds() -> None:
    """Ask again where gold, or the version in production, is ahead of the fast head: a message or worker was lost."""
    for project_id in _behind():
        signals.refit_requested.send(sender=FastHead, project_id=project_id)
    for row in FastHead.objects.filter(project__fast_head=FastHeadUse.OFF, refitted_at__isnull=False):
        retire(row.project_id)
        FastHead.objects.filter(pk=row.pk).update(change=0, figures={}, refitted_at=None)
    forget_old()


def _behind() -> list[int]:
    """Projects whose head has something to learn or to say, without those that failed a moment ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT project.id FROM annotation_project AS project
            JOIN modelops_embeddingwork AS work ON work.project_id = project.id AND work.done >= %s
            LEFT JOIN modelops_fasthead AS head ON head.project_id = project.id
            WHERE project.fast_head = 'on' AND (head.refitted_at IS NULL
                OR head.base <> coalesce(project.production_version, 0)
                OR EXISTS (SELECT 1 FROM annotation_goldchange AS change
                    WHERE change.project_id = project.id AND change.id > head.change))
            """,
            [FEWEST_EMBEDDED],
        )
        behind = [row[0] for row in cursor.fetchall()]
    failed = FastHead.objects.filter(Q(failures__gt=0), project__in=behind)
    waiting = {row.project_id for row in failed if not _may_try(row)}
    return [project_id for project_id in behind if project_id not in waiting]


def _may_try(row: FastHead) -> bool:
    pause = min(LAST_RETRY, FIRST_RETRY * 2 ** min(row.failures, 10))
    return row.tried_at is None or row.tried_at + pause < timezone.now()

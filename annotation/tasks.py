"""Celery tasks of people's work. A task takes an id and opens a job; the row is the truth."""

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from annotation.events.presence import take_away_stale
from annotation.events.services import prune
from annotation.imports import attempts, job
from annotation.imports.clearing import clear_uploads
from annotation.queue.services import expire_all
from annotation.webhooks import services as webhooks

# New documents are routed when they were imported; this finds those whose message was lost.
LOOK_FOR_UNROUTED_SECONDS = 60
# Then imports and other projects have their turn; the tick sends what is left again.
GROUP_SECONDS = 15


@shared_task
def run_import(import_id: int) -> None:
    job.run(import_id)


@shared_task
def group_near_duplicates(project_id: int) -> None:
    from annotation.documents.grouping import group_all

    group_all(project_id, seconds=GROUP_SECONDS)


@shared_task
def route_documents(project_id: int) -> None:
    from annotation.planning.placing import route_all

    route_all(project_id)


@shared_task
def refresh_quality(project_id: int) -> None:
    from annotation.quality.services import refresh

    refresh(project_id)


@shared_task
def send_mails(project_id: int) -> None:
    from annotation.alerts import job

    job.run(project_id)


@shared_task
def refresh_skills(project_id: int) -> None:
    from annotation.quality import skills

    skills.refresh_skills(project_id)


@shared_task
def deliver_due(project_id: int) -> None:
    for webhook_id in webhooks.due(timezone.now(), project_id):
        deliver.delay(webhook_id)


@shared_task
def deliver(webhook_id: int) -> None:
    from annotation.webhooks import job

    job.run(webhook_id)


@shared_task
def tick() -> None:
    """Make good what a lost message or a killed worker left undone."""
    from annotation.alerts.services import wake_snoozed
    from annotation.alerts.telling import projects_with_mails
    from annotation.documents.counts import join_counts
    from annotation.documents.grouping import projects_to_group
    from annotation.planning.placing import projects_to_route, projects_with_unrouted
    from annotation.quality.services import projects_to_refresh
    from annotation.quality.skills import projects_with_new_answers

    expire_all()
    prune()
    join_counts()
    take_away_stale()
    clear_uploads(timezone.now())
    for import_id in attempts.requeue_stale():
        run_import.delay(import_id)
    wake_snoozed()
    for project_id in projects_with_mails():
        send_mails.delay(project_id)
    webhooks.forget_old(timezone.now())
    for webhook_id in webhooks.due(timezone.now()):
        deliver.delay(webhook_id)
    for project_id in projects_to_group():
        group_near_duplicates.delay(project_id)
    late = projects_with_unrouted() if cache.add("looked-for-unrouted", 1, LOOK_FOR_UNROUTED_SECONDS) else []
    for project_id in {*projects_to_route(), *late}:
        route_documents.delay(project_id)
    for project_id in projects_with_new_answers():
        refresh_skills.delay(project_id)
    for project_id in projects_to_refresh():
        refresh_quality.delay(project_id)

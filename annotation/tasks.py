"""Celery tasks of people's work. A task takes an id and opens a job; the row is the truth."""

from celery import shared_task

from annotation.queue.services import expire_all


@shared_task
def tick() -> None:
    """Make good what a lost message or a killed worker left undone."""
    expire_all()

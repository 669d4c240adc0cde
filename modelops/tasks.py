"""Celery tasks of the model's work. A task takes an id and opens a job; the row is the truth.

Jobs load torch, so they are imported inside the tasks: the web process imports this file too.
"""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.core.cache import cache

from modelops.certificates import services as certificates
from modelops.explaining import services as explaining
from modelops.fast_head import services as fast_head
from modelops.forecast import services as forecast
from modelops.live import services as live
from modelops.live.forgetting import forget_unused
from modelops.prelabeling import services as prelabeling
from modelops.selection import services as selection
from modelops.suspects import services as suspects
from modelops.training import services as training
from modelops.watching import services as watching


def sent_key(name: str, row_id: int, attempt: int = 0) -> str:
    """Where the loop remembers that a message is under way."""
    return f"sent:{name}:{row_id}:{attempt}"


@worker_ready.connect
def open_early(sender: Any, **_: object) -> None:  # Any: Celery's consumer
    """The train worker loads torch before its first message: a run whose worker was killed goes on that much sooner."""
    if "train" in sender.app.amqp.queues.consume_from:
        import modelops.training.job  # noqa: F401


@shared_task
def train(run_id: int) -> None:
    from modelops.training import job

    job.run(run_id)


@shared_task
def prelabel(version_id: int) -> None:
    from modelops.prelabeling import job

    job.run(version_id)


@shared_task(queue="live")
def load(version_id: int) -> None:
    from modelops.registry import job

    job.load(version_id)


@shared_task
def predict(request_id: int) -> None:
    from modelops.prelabeling import job

    job.answer(request_id)


@shared_task
def explain(explanation_id: int) -> None:
    from modelops.explaining import job

    job.answer(explanation_id)


@shared_task
def embed(project_id: int) -> None:
    from modelops.live import job

    job.run(project_id)


@shared_task
def refit(project_id: int) -> None:
    from modelops.fast_head import job

    # What changes from here on needs a message of its own; all that changed before is read now.
    cache.delete(sent_key("modelops.tasks.refit", project_id))
    job.run(project_id)


@shared_task
def tune(project_id: int) -> None:
    from modelops.fast_head import job

    job.tune(project_id)


@shared_task
def certify(project_id: int) -> None:
    certificates.run(project_id)


@shared_task
def rank(project_id: int) -> None:
    from modelops.selection import job

    job.run(project_id)


@shared_task
def find_suspects(project_id: int) -> None:
    from modelops.suspects import job

    job.run(project_id)


@shared_task
def measure_forecast(project_id: int) -> None:
    from modelops.forecast import job

    job.run(project_id)


@shared_task
def make_report(wish: dict[str, Any]) -> None:  # Any: of several types
    from modelops.reports import job
    from modelops.reports.kept import Wish

    found = Wish(**wish)
    # What changes from here on needs a message of its own, as with a refit.
    cache.delete(sent_key("modelops.tasks.make_report", 0) + found.key)
    job.make(found)


@shared_task
def renew_reports(project_id: int) -> None:
    from modelops.reports import job

    cache.delete(sent_key("modelops.tasks.renew_reports", project_id))
    job.renew(project_id)


@shared_task
def watch(project_id: int) -> None:
    cache.delete(sent_key("modelops.tasks.watch", project_id))
    watching.run(project_id)


@shared_task
def tick() -> None:
    """Make good what a lost message or a killed worker left undone; forget what nobody needs any more."""
    training.make_rounds()
    prelabeling.make_rounds()
    explaining.make_rounds()
    live.make_rounds()
    fast_head.make_rounds()
    selection.make_rounds()
    certificates.make_rounds()
    suspects.make_rounds()
    watching.make_rounds()
    forecast.make_rounds()
    forget_unused()

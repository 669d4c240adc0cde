"""The loop on one page: what starts when something happened. Only this file listens to signals and sends messages.

    documents imported -> prelabel, group them,    gold changed    -> refit the fast head, is a run due?
        place them in lanes                        is a new order due? tell webhooks
        put the queue in order, embed where        guidelines changed -> tell open pages
        that was once asked for                    project embedded -> put the queue in order
    explanation, embedding or a prediction requested -> a worker answers
    run requested      -> train (evaluates, asks the gate, promotes)
    version registered -> load it
    answers read for reports -> calculate again those that people look at
    report requested   -> a worker calculates it
    watch due          -> look for surges and drift   alert raised -> webhooks, mails
    version promoted   -> prelabel everything      predictions stored -> put the queue in order, auto-accept

A message that can't be sent is no error: the row waits, and the next tick sends it again.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import redis
from celery import Task
from django.core.cache import cache
from django.db import DatabaseError
from kombu.exceptions import OperationalError

from annotation import signals as people
from annotation import tasks as people_tasks
from annotation.events.services import publish
from annotation.planning.placing import has_plan
from annotation.prepared import prepared_cursor
from modelops import signals, tasks
from modelops.certificates.services import auto_accept_by
from modelops.fast_head.services import request_refit, request_refit_on
from modelops.live.services import embed_new_documents
from modelops.prelabeling.services import prelabel_new_documents, request_prelabeling, route_by_predictions
from modelops.reports.kept import Wish
from modelops.selection.order import BATCH, START_BATCH
from modelops.selection.services import note_predictions, rank_if_due, request_ranking
from modelops.training.services import IS_WORTH_A_LOOK, start_due_runs
from modelops.watching.services import note_new_predictions

logger = logging.getLogger(__name__)
# What was sent is remembered in the broker's own store: when that is lost, so is the memory, and it is sent again.
RESEND_SECONDS = 60
# People wait for what a correction changes; a worker that starts on the message forgets that it was sent.
REFIT_RESEND_SECONDS = 5
REPORT_RESEND_SECONDS = 20
WATCH_RESEND_SECONDS = 20


# What a saved answer may make due, asked at once: somebody waits. The documents' counts tell the gold there is; where
# they say that enough is new, the room itself looks again. A ranking on its way reads the gold there is then.
_DUE_AFTER_GOLD = f"""
    SELECT project.fast_head = 'on', {IS_WORTH_A_LOOK}, ranking.id IS NULL OR ranking.state NOT IN ('queued', 'running')
        AND abs(coalesce((ranking.facts->>'gold')::bigint, 0) -
            (SELECT coalesce(sum(gold + auto_accepted), 0) FROM annotation_documentcount WHERE project_id = project.id))
        >= CASE ranking.function WHEN 'covering' THEN {START_BATCH} ELSE {BATCH} END
    FROM annotation_project AS project LEFT JOIN modelops_ranking AS ranking ON ranking.project_id = project.id
    WHERE project.id = %s
"""


def on_import_requested(sender: object, import_id: int, **_: object) -> None:
    _send(people_tasks.run_import, import_id)


def on_documents_imported(sender: object, project_id: int, **_: object) -> None:
    # People's work is saved by now and must not seem to fail: a run or a prelabeling can come later.
    with _logged("documents imported", project_id):
        prelabel_new_documents(project_id)
        embed_new_documents(project_id)
        request_ranking(project_id)
    _send(people_tasks.group_near_duplicates, project_id)
    if has_plan(project_id):
        on_plan_changed(sender, project_id)


def on_plan_changed(sender: object, project_id: int, **_: object) -> None:
    _send(people_tasks.route_documents, project_id, resend_seconds=1)


def on_gold_changed(sender: object, project_id: int, **_: object) -> None:
    with _logged("gold changed", project_id):
        refits, may_train, may_rank = _due_after_gold(project_id)
        if refits:
            on_refit_requested(sender, project_id)
        if may_train:
            start_due_runs(project_id)
        if may_rank:
            rank_if_due(project_id)
    on_webhooks_due(sender, project_id)


def _due_after_gold(project_id: int) -> tuple[bool, bool, bool]:
    """Whether to refit the fast head, and whether a run and a new order of the queue may be due. One statement."""
    with prepared_cursor() as cursor:
        cursor.execute(_DUE_AFTER_GOLD, [project_id])
        refits, may_train, may_rank = cursor.fetchone() or (False, False, False)
    return bool(refits), bool(may_train), bool(may_rank)


def on_webhooks_due(sender: object, project_id: int, **_: object) -> None:
    _send(people_tasks.deliver_due, project_id, resend_seconds=1)


def on_alert_raised(sender: object, project_id: int, **_: object) -> None:
    on_webhooks_due(sender, project_id)
    _send(people_tasks.send_mails, project_id, resend_seconds=1)


def on_guidelines_changed(sender: object, project_id: int, number: int, **_: object) -> None:
    with _logged("guidelines changed", project_id):
        publish(project_id, "guidelines.changed", {"number": number})


def on_run_requested(sender: object, run_id: int, attempt: int, **_: object) -> None:
    _send(tasks.train, run_id, attempt)


def on_version_registered(sender: object, version_id: int, **_: object) -> None:
    _send(tasks.load, version_id)


def on_version_promoted(sender: object, version_id: int, **_: object) -> None:
    request_prelabeling(version_id)
    request_refit_on(version_id)


def on_prelabeling_requested(sender: object, version_id: int, attempt: int, **_: object) -> None:
    _send(tasks.prelabel, version_id, attempt)


def on_predict_requested(sender: object, request_id: int, **_: object) -> None:
    _send(tasks.predict, request_id)


def on_explanation_requested(sender: object, explanation_id: int, attempt: int, **_: object) -> None:
    _send(tasks.explain, explanation_id, attempt)


def on_embedding_requested(sender: object, project_id: int, attempt: int, **_: object) -> None:
    _send(tasks.embed, project_id, attempt)


def on_certificates_requested(sender: object, project_id: int, attempt: int, **_: object) -> None:
    _send(tasks.certify, project_id, attempt)


def on_suspects_requested(sender: object, project_id: int, attempt: int, **_: object) -> None:
    _send(tasks.find_suspects, project_id, attempt)


def on_forecast_requested(sender: object, project_id: int, attempt: int, **_: object) -> None:
    _send(tasks.measure_forecast, project_id, attempt)


def on_predictions_stored(sender: object, version_id: int, document_ids: Sequence[int] | None, **_: object) -> None:
    note_predictions(version_id, document_ids)
    note_new_predictions(version_id)
    if document_ids is None:
        auto_accept_by(version_id)
        if project_id := route_by_predictions(version_id):
            on_plan_changed(sender, project_id)


def on_project_embedded(sender: object, project_id: int, **_: object) -> None:
    request_ranking(project_id)
    request_refit(project_id)


def on_refit_requested(sender: object, project_id: int, **_: object) -> None:
    _send(tasks.refit, project_id, resend_seconds=REFIT_RESEND_SECONDS)


def on_tuning_requested(sender: object, project_id: int, **_: object) -> None:
    _send(tasks.tune, project_id)


def on_ranking_requested(sender: object, project_id: int, attempt: int, **_: object) -> None:
    _send(tasks.rank, project_id, attempt)


def on_watch_due(sender: object, project_id: int, **_: object) -> None:
    _send(tasks.watch, project_id, resend_seconds=WATCH_RESEND_SECONDS)


def on_report_requested(sender: object, wish: Wish, **_: object) -> None:
    key = tasks.sent_key(str(tasks.make_report.name), 0) + wish.key
    _send_once(key, REPORT_RESEND_SECONDS, lambda: tasks.make_report.delay(wish.message))


def on_answers_read(sender: object, project_id: int, **_: object) -> None:
    _send(tasks.renew_reports, project_id, resend_seconds=REPORT_RESEND_SECONDS)


def listen() -> None:
    """Connect the receivers; called once when Django is ready."""
    people.import_requested.connect(on_import_requested)
    people.documents_imported.connect(on_documents_imported)
    people.gold_changed.connect(on_gold_changed)
    people.plan_changed.connect(on_plan_changed)
    people.webhooks_due.connect(on_webhooks_due)
    people.alert_raised.connect(on_alert_raised)
    people.guidelines_changed.connect(on_guidelines_changed)
    signals.run_requested.connect(on_run_requested)
    signals.version_registered.connect(on_version_registered)
    signals.version_promoted.connect(on_version_promoted)
    signals.prelabeling_requested.connect(on_prelabeling_requested)
    signals.predict_requested.connect(on_predict_requested)
    signals.explanation_requested.connect(on_explanation_requested)
    signals.embedding_requested.connect(on_embedding_requested)
    signals.suspects_requested.connect(on_suspects_requested)
    signals.forecast_requested.connect(on_forecast_requested)
    signals.certificates_requested.connect(on_certificates_requested)
    signals.predictions_stored.connect(on_predictions_stored)
    signals.project_embedded.connect(on_project_embedded)
    signals.refit_requested.connect(on_refit_requested)
    signals.tuning_requested.connect(on_tuning_requested)
    signals.ranking_requested.connect(on_ranking_requested)
    signals.watch_due.connect(on_watch_due)
    signals.report_requested.connect(on_report_requested)
    people.answers_read.connect(on_answers_read)


@contextmanager
def _logged(what: str, project_id: int) -> Iterator[None]:
    try:
        yield
    except DatabaseError:
        logger.exception("%s in project %s: what follows from it failed", what, project_id)


def _send(task: "Task[[int], None]", row_id: int, attempt: int = 0, *, resend_seconds: int = RESEND_SECONDS) -> None:
    """Send the message once; the same row and attempt again only after a while. A dead broker is logged."""
    _send_once(tasks.sent_key(str(task.name), row_id, attempt), resend_seconds, lambda: task.delay(row_id))


def _send_once(key: str, resend_seconds: int, send: Callable[[], object]) -> None:
    try:
        if cache.add(key, 1, resend_seconds):
            send()
    except (OperationalError, redis.RedisError, OSError) as error:
        logger.warning("%s waits for the next tick: %s", key, error)

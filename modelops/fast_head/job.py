"""Refit a project's fast head after a correction, and show what it says now of the documents that people get next."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from django.db import InterfaceError, OperationalError, transaction

from annotation.projects.models import FastHeadUse, Project
from annotation.queue.services import count_open
from modelops import signals
from modelops.engine.examples import Predicted
from modelops.fast_head import reading, showing
from modelops.fast_head.memory import Memory, caught_up, forget_project, memory_of, vector_of
from modelops.fast_head.models import FastHead
from modelops.fast_head.services import is_tuning_due, leading_sets, note_failure, note_refit, row_of
from modelops.fast_head.stopwatch import Stopwatch
from modelops.fast_head.tuning import tune_project
from modelops.live.job import embedder_for
from modelops.selection.doubts import doubts_of
from modelops.selection.services import rerank_next

logger = logging.getLogger(__name__)
# One step takes nine tenths of the way to the exact solution; the next refit goes on from there.
STEPS = 1
# Larger bursts than this many new answers get more steps: the heads are further from where they belong.
BURST = 50
BURST_STEPS = 6
MOST_ROUNDS = 20
# How long a refit may read texts for spans; the rest waits for the next message, behind other projects' corrections.
READ_SECONDS = 0.25

Json = dict[str, Any]  # Any: JSON
Answers = dict[int, tuple[Predicted, dict[str, str]]]
Doubts = dict[int, dict[str, float]]


def run(project_id: int) -> None:
    """Learn all that is new: what comes while a refit is under way is learned by the next one, in the same call."""
    _guarded(project_id, _refit_until_done)


def tune(project_id: int) -> None:
    """Choose the strength of regularization anew and compare with what people would see without the fast head."""
    _guarded(project_id, _tune)


def _guarded(project_id: int, work: Callable[[int], None]) -> None:
    try:
        work(project_id)
    except (OperationalError, InterfaceError):
        forget_project(project_id)
        raise
    except Exception as error:  # the border of the worker: the row must tell what went wrong
        logger.exception("the fast head of project %s failed", project_id)
        forget_project(project_id)
        note_failure(project_id, str(error))


def _tune(project_id: int) -> None:
    if tune_project(project_id):
        signals.refit_requested.send(sender=FastHead, project_id=project_id)


def _refit_until_done(project_id: int) -> None:
    for _ in range(MOST_ROUNDS):
        if not _refit(project_id):
            return


def _refit(project_id: int) -> bool:
    """One refit; True where gold or production has gone on meanwhile.

    A worker that finds the row taken leaves all to its holder.
    """
    watch = Stopwatch()
    row_of(project_id)
    with transaction.atomic():
        row = FastHead.objects.select_for_update(skip_locked=True).filter(project=project_id).first()
        project = Project.objects.get(pk=project_id)
        memory = memory_of(project) if row is not None and project.fast_head == FastHeadUse.ON else None
        if row is None or memory is None:
            return False
        memory, news = caught_up(project, memory)
        waiting = reading.waiting_documents(project.pk, memory.encoder)
        is_all_read = _read_spans(project, memory, waiting)
        watch.lap("read")
        memory.set_strengths(row.figures.get("label_sets", {}))
        memory.refit(most_steps=STEPS if news < BURST else BURST_STEPS)
        watch.lap("refit")
        row.base = project.production_version or 0
        row.refits += 1
        doubts = _show(project, row, memory, waiting, watch)
        note_refit(row, memory.learned(), change=memory.change, gold=len(memory.gold), watch=watch)
    # In a transaction of its own: somebody who is lent a document now waits for no more than this.
    rerank_next(project_id, doubts)
    if not is_all_read:
        # By a message: other projects get their turn in between.
        signals.refit_requested.send(sender=FastHead, project_id=project_id)
    if is_tuning_due(row):
        signals.tuning_requested.send(sender=FastHead, project_id=project_id)
    return reading.gold_state(project_id)[0] > memory.change or showing.production_now(project_id) != row.base


def _read_spans(project: Project, memory: Memory, waiting: Sequence[reading.Waiting]) -> bool:
    """False while texts are left to read."""
    if not memory.spans.shapes:
        return True
    lent = [one.document_id for one in waiting if one.is_lent]
    coming = [one.document_id for one in waiting if not one.is_lent]
    return memory.spans.read(lent, coming, embedder_for(project.encoder), seconds=READ_SECONDS)


def _show(
    project: Project, row: FastHead, memory: Memory, waiting: Sequence[reading.Waiting], watch: Stopwatch
) -> Doubts:
    """Predict what is lent and what comes next, store and announce what differs from what people see; all doubts."""
    answers = _answers(memory, waiting)
    if not answers:
        return {}
    bases, before = reading.base_answers(answers, row.base), showing.newest(list(answers), row.base)
    leading = leading_sets(row)
    news = [
        shown
        for pk, (own, made_by) in answers.items()
        if (shown := showing.merged(showing.Shown(pk, own.answer, own.confidence, made_by), bases.get(pk), leading))
        and showing.is_news(shown, before.get(pk))
    ]
    watch.lap("predict")
    stored = showing.store(news, base=row.base, refit=row.refits)
    lent = {one.document_id for one in waiting if one.is_lent}
    if stored:
        showing.announce(project.pk, stored, lent, base=row.base, open_count=count_open(project.pk))
    watch.lap("store")
    kinds = {shape.name: shape.kind for shape in memory.shapes}
    return {pk: doubts_of(kinds, own.confidence, own.begins) for pk, (own, _) in answers.items() if pk not in lent}


def _answers(memory: Memory, waiting: Sequence[reading.Waiting]) -> Answers:
    """What is said of the documents whose texts are embedded and, for spans, read; and what made it by label set."""
    vectors = {one.document_id: one.vector for one in waiting if one.vector is not None}
    ready = {pk: vector for pk, vector in vectors.items() if memory.spans.is_ready(pk)}
    if not ready:
        return {}
    rows = memory.heads.frame.rows(np.stack([vector_of(vector) for vector in ready.values()]))
    methods = memory.methods
    found: Answers = {}
    for pk, own in zip(ready, memory.heads.answer(rows), strict=True):
        spans, made_by = memory.spans.answer(pk)
        found[pk] = _joined(own, spans), {name: methods[name] for name in own.answer} | made_by
    return found


def _joined(texts: Predicted, spans: Predicted) -> Predicted:
    return Predicted(texts.answer | spans.answer, texts.confidence | spans.confidence, begins=spans.begins)

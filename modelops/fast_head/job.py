"""Refit a project's fast head after a correction, and show what it says now of the documents that people get next."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import InterfaceError, OperationalError, transaction

from annotation.projects.models import FastHeadUse, Label, Project
from annotation.queue.services import count_open
from modelops import signals
from modelops.engine.examples import HeadSpec, Predicted
from modelops.engine.fast_head import ENOUGH_A_LABEL, Floats, Frame, TextHeads
from modelops.fast_head import reading, showing
from modelops.fast_head.comparing import Comparison, compare
from modelops.fast_head.label_words import label_words
from modelops.fast_head.models import FastHead
from modelops.fast_head.services import (
    FEWEST_EMBEDDED,
    is_tuning_due,
    keep_tuning,
    leading_sets,
    note_failure,
    note_refit,
    row_of,
)
from modelops.fast_head.stopwatch import Stopwatch
from modelops.live.job import embedder_for
from modelops.live.models import EmbeddingWork
from modelops.live.services import request_embedding
from modelops.live.similar import STORED
from modelops.selection.doubts import doubts_of
from modelops.selection.services import rerank_next
from modelops.training.dataset import LabelSetShape, is_test, known_values, shapes_of

logger = logging.getLogger(__name__)
# One step takes nine tenths of the way to the exact solution; the next refit goes on from there.
STEPS = 1
# Larger bursts than this many new answers get more steps: the heads are further from where they belong.
BURST = 50
BURST_STEPS = 6
SAMPLE = 1000
MOST_PROJECTS = 8
MOST_ROUNDS = 20
MOST_UNREAD = 1000

Json = dict[str, Any]  # Any: JSON
Doubts = dict[int, dict[str, float]]

# What this worker process holds, oldest first. It is all derived: a new process reads it again.
_memories: dict[int, "Memory"] = {}


@dataclass
class Memory:
    """One project's heads and what they learned from, up to `change` in the log of gold.

    `sampled`: texts behind the frame. `gold`: every document with gold. `unread`: training gold whose vector is not in
    the cache yet. `tests`: the gold and vectors of test documents, kept only to compare; they never train.
    """

    encoder: str
    shapes: tuple[LabelSetShape, ...]
    heads: TextHeads
    sampled: int
    change: int = 0
    gold: set[int] = field(default_factory=set)
    unread: dict[int, Json] = field(default_factory=dict)
    tests: dict[int, tuple[Json, Floats]] | None = None


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
        _memories.pop(project_id, None)
        raise
    except Exception as error:  # the border of the worker: the row must tell what went wrong
        logger.exception("the fast head of project %s failed", project_id)
        _memories.pop(project_id, None)
        note_failure(project_id, str(error))


def _refit_until_done(project_id: int) -> None:
    for _ in range(MOST_ROUNDS):
        if not _refit(project_id):
            return


def _refit(project_id: int) -> bool:
    """One refit; True where gold has gone on meanwhile. A worker that finds the row taken leaves all to its holder."""
    watch = Stopwatch()
    row_of(project_id)
    with transaction.atomic():
        row = FastHead.objects.select_for_update(skip_locked=True).filter(project=project_id).first()
        project = Project.objects.get(pk=project_id)
        memory = _memory_of(project) if row is not None and project.fast_head == FastHeadUse.ON else None
        if row is None or memory is None:
            return False
        memory, news = _caught_up(project, memory)
        watch.lap("read")
        _set_strengths(memory.heads, row)
        memory.heads.refit(most_steps=STEPS if news < BURST else BURST_STEPS)
        watch.lap("refit")
        methods = {name: head.method for name, head in memory.heads.heads.items()}
        learned = {name: (method, memory.heads.count(name)) for name, method in methods.items()}
        row.base = project.production_version or 0
        row.refits += 1
        doubts = _show(project, row, memory, watch)
        note_refit(row, learned, change=memory.change, gold=len(memory.gold), laps=watch.laps)
    # In a transaction of its own: somebody who is lent a document now waits for no more than this.
    rerank_next(project_id, doubts)
    if is_tuning_due(row):
        signals.tuning_requested.send(sender=FastHead, project_id=project_id)
    return reading.gold_state(project_id)[0] > memory.change


def _memory_of(project: Project) -> Memory | None:
    """What this process knows of the project; None while too few of its texts are embedded."""
    work = EmbeddingWork.objects.filter(project=project).first()
    if work is None or work.encoder.partition("@")[0] != project.encoder:
        if work is None or work.encoder:
            request_embedding(project)
        return None
    memory = _memories.pop(project.pk, None)
    shapes = shapes_of(project.pk)
    has_more = memory is not None and memory.sampled < SAMPLE and work.done >= 2 * memory.sampled
    if memory is None or has_more or (memory.encoder, memory.shapes) != (work.encoder, shapes):
        memory = _new_memory(project, work.encoder, shapes)
    while len(_memories) >= MOST_PROJECTS:
        _memories.pop(next(iter(_memories)))
    if memory is not None:
        _memories[project.pk] = memory
    return memory


def _new_memory(project: Project, encoder: str, shapes: tuple[LabelSetShape, ...]) -> Memory | None:
    sample = reading.sample_of_vectors(project.pk, encoder, SAMPLE)
    if len(sample) < FEWEST_EMBEDDED or not shapes:
        return None
    frame = Frame.of(np.stack([_vector(raw) for raw in sample]))
    heads = TextHeads([_spec(shape) for shape in shapes], frame, _names(project, shapes))
    return Memory(encoder, shapes, heads, len(sample))


def _caught_up(project: Project, memory: Memory) -> tuple[Memory, int]:
    """The memory with all gold of this moment, and how many answers are new to it."""
    last, count = reading.gold_state(project.pk)
    news = _learn(project, memory, last)
    if len(memory.gold) != count:
        # An erased document takes its part of the log with it: read everything again.
        fresh = _new_memory(project, memory.encoder, memory.shapes)
        if fresh is not None:
            memory = _memories[project.pk] = fresh
            news = _learn(project, memory, last)
    return memory, news


def _learn(project: Project, memory: Memory, last: int) -> int:
    changes = reading.changes_between(project.pk, memory.change, last, memory.encoder)
    for change in changes:
        _take(project, memory, change)
    found = reading.vectors_of(list(memory.unread)[:MOST_UNREAD], memory.encoder)
    for document_id, raw in found.items():
        memory.heads.learn(document_id, _vector(raw), memory.unread.pop(document_id))
    memory.change = last
    return len(changes) + len(found)


def _take(project: Project, memory: Memory, change: reading.Change) -> None:
    pk = change.document_id
    memory.heads.forget(pk)
    memory.unread.pop(pk, None)
    memory.gold.discard(pk)
    if memory.tests is not None:
        memory.tests.pop(pk, None)
    if change.answer is None:
        return
    memory.gold.add(pk)
    values = known_values(change.answer, memory.shapes)
    if is_test(project.salt, change.text_key):
        if memory.tests is not None and change.vector is not None and not change.is_own:
            memory.tests[pk] = values, _vector(change.vector)
    elif change.vector is None:
        memory.unread[pk] = values
    else:
        memory.heads.learn(pk, _vector(change.vector), values)


def _set_strengths(heads: TextHeads, row: FastHead) -> None:
    for name, figures in row.figures.get("label_sets", {}).items():
        if name in heads.heads and "c" in figures:
            heads.heads[name].c = figures["c"]


def _show(project: Project, row: FastHead, memory: Memory, watch: Stopwatch) -> Doubts:
    """Predict what is lent and what comes next, store and announce what differs from what people see; all doubts."""
    waiting = [one for one in reading.waiting_documents(project.pk, memory.encoder) if one.vector is not None]
    if not waiting:
        return {}
    ids = [one.document_id for one in waiting]
    answers = memory.heads.answer(memory.heads.frame.rows(np.stack([_vector(one.vector or b"") for one in waiting])))
    methods = {name: head.method for name, head in memory.heads.heads.items()}
    bases, before = reading.base_answers(ids, row.base), showing.newest(ids, row.base)
    leading = leading_sets(row)
    news = [
        shown
        for pk, answer in zip(ids, answers, strict=True)
        if (shown := showing.merged(_shown(pk, answer, methods), bases.get(pk), leading))
        and showing.is_news(shown, before.get(pk))
    ]
    watch.lap("predict")
    stored = showing.store(news, base=row.base, refit=row.refits)
    lent = {one.document_id for one in waiting if one.is_lent}
    if stored:
        showing.announce(project.pk, stored, lent, open_count=count_open(project.pk))
    watch.lap("store")
    kinds = {shape.name: shape.kind for shape in memory.shapes}
    return {pk: doubts_of(kinds, answer.confidence) for pk, answer in zip(ids, answers, strict=True) if pk not in lent}


def _shown(document_id: int, answer: Predicted, methods: Mapping[str, str]) -> showing.Shown:
    made_by = {name: methods[name] for name in answer.answer}
    return showing.Shown(document_id, answer.answer, answer.confidence, made_by)


def _tune(project_id: int) -> None:
    project = Project.objects.get(pk=project_id)
    work = EmbeddingWork.objects.filter(project=project).first()
    memory = _new_memory(project, work.encoder, shapes_of(project_id)) if work and work.encoder else None
    if memory is None:
        return
    memory.tests = {}
    _learn(project, memory, reading.gold_state(project_id)[0])
    heads = memory.heads
    heads.refit(most_steps=BURST_STEPS)
    strengths = {name: heads.choose_c(name) for name, head in heads.heads.items() if head.method == "logistic"}
    for name, c in strengths.items():
        heads.heads[name].c = c
        heads.heads[name].solution = None
    heads.refit(most_steps=BURST_STEPS)
    base = project.production_version or 0
    keep_tuning(project_id, base, strengths, _compared(memory, base))
    signals.refit_requested.send(sender=FastHead, project_id=project_id)


def _compared(memory: Memory, base: int) -> dict[str, Comparison]:
    """Each label set's comparison on the test documents that somebody else has answered, too."""
    tests = memory.tests or {}
    rivals = reading.base_answers(tests, base)
    ids = [pk for pk in tests if pk in rivals]
    if not ids:
        return {}
    answers = memory.heads.answer(memory.heads.frame.rows(np.stack([tests[pk][1] for pk in ids])))
    found: dict[str, Comparison] = {}
    for name, head in memory.heads.heads.items():
        both = [
            (tests[pk][0][name], own.answer[name], rivals[pk].answer[name])
            for pk, own in zip(ids, answers, strict=True)
            if name in tests[pk][0] and name in own.answer and name in rivals[pk].answer
        ]
        if both:
            found[name] = compare(head.spec.kind, *map(list, zip(*both, strict=True)))
    return found


def _spec(shape: LabelSetShape) -> HeadSpec:
    return HeadSpec(shape.name, shape.kind, shape.labels)  # type: ignore[arg-type]  # shapes_of gives only these kinds


def _names(project: Project, shapes: Sequence[LabelSetShape]) -> dict[str, Floats]:
    """Embeddings of the words of labels, for the choices that have too little gold to do without."""
    _, gold = reading.gold_state(project.pk)
    wanted = [shape for shape in shapes if shape.kind == "choice" and gold < 2 * ENOUGH_A_LABEL * len(shape.labels)]
    if not wanted:
        return {}
    rows = Label.objects.filter(label_set__project=project, label_set__name__in=[shape.name for shape in wanted])
    words = {(row.label_set.name, row.name): label_words(row) for row in rows.select_related("label_set")}
    embedder = embedder_for(project.encoder)
    return {
        shape.name: embedder.embed([words[shape.name, label] for label in shape.labels])
        for shape in wanted
        if len(shape.labels) > 1
    }


def _vector(raw: bytes) -> Floats:
    return np.frombuffer(raw, dtype=STORED).astype(np.float32)

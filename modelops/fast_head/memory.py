"""What a worker process knows of one project: its heads and what they learned from, up to a place in the log of gold.

It is all derived: a new process reads it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from annotation.projects.models import Label, Project
from modelops.engine.examples import HeadSpec
from modelops.engine.fast_head import ENOUGH_A_LABEL, Floats, Frame, TextHeads
from modelops.evaluation.split import is_test
from modelops.fast_head import reading
from modelops.fast_head.services import FEWEST_EMBEDDED
from modelops.fast_head.span_memory import SpanMemory
from modelops.live.job import embedder_for
from modelops.live.label_words import label_words
from modelops.live.models import EmbeddingWork
from modelops.live.services import request_embedding
from modelops.live.similar import STORED
from modelops.starters.services import starters_of
from modelops.training.dataset import LabelSetShape, known_values, shapes_of

SAMPLE = 1000
MOST_PROJECTS = 8
MOST_UNREAD = 1000

Json = dict[str, Any]  # Any: JSON

# What this worker process holds, oldest first.
_held: dict[int, "Memory"] = {}


@dataclass
class Memory:
    """`heads` answer choices, `spans` spans. `sampled`: texts behind the frame. `gold`: every document with gold.

    `unread`: training gold whose vector is not in the cache yet. `tests`: the gold and vectors of test documents, kept
    only to compare; they never train.
    """

    encoder: str
    shapes: tuple[LabelSetShape, ...]
    heads: TextHeads
    spans: SpanMemory
    sampled: int
    change: int = 0
    gold: set[int] = field(default_factory=set)
    unread: dict[int, Json] = field(default_factory=dict)
    tests: dict[int, tuple[Json, Floats]] | None = None

    @property
    def methods(self) -> dict[str, str]:
        """How each choice is answered now."""
        return {name: head.method for name, head in self.heads.heads.items()}

    def refit(self, *, most_steps: int) -> None:
        self.heads.refit(most_steps=most_steps)
        for head in self.spans.heads.values():
            head.refit(most_steps=most_steps)

    def set_strengths(self, figures: Mapping[str, Mapping[str, Any]]) -> None:  # Any: JSON
        """`figures`: by label set, as the row keeps them."""
        for name, head in self.heads.heads.items():
            head.c = figures.get(name, {}).get("c", head.c)
        for name, span_head in self.spans.heads.items():
            span_head.c = figures.get(name, {}).get("c", span_head.c)

    def learned(self) -> dict[str, tuple[str, int]]:
        """By label set, how its head answers and how many documents taught it."""
        choices = {name: (method, self.heads.count(name)) for name, method in self.methods.items()}
        return choices | {name: (self.spans.method(name), count) for name, count in self.spans.counts().items()}

    def forget(self, document_id: int) -> None:
        self.heads.forget(document_id)
        self.spans.forget(document_id)
        self.unread.pop(document_id, None)
        self.gold.discard(document_id)
        if self.tests is not None:
            self.tests.pop(document_id, None)


def memory_of(project: Project) -> Memory | None:
    """What this process knows of the project; None while too few of its texts are embedded."""
    work = EmbeddingWork.objects.filter(project=project).first()
    if work is None or work.encoder.partition("@")[0] != project.encoder:
        if work is None or work.encoder:
            request_embedding(project)
        return None
    memory = _held.pop(project.pk, None)
    shapes = shapes_of(project.pk)
    has_more = memory is not None and memory.sampled < SAMPLE and work.done >= 2 * memory.sampled
    if memory is None or has_more or (memory.encoder, memory.shapes) != (work.encoder, shapes):
        memory = new_memory(project, work.encoder, shapes)
    while len(_held) >= MOST_PROJECTS:
        _held.pop(next(iter(_held)))
    if memory is not None:
        _held[project.pk] = memory
        if memory.spans.shapes:
            memory.spans.starters.chosen = starters_of(project.pk)
    return memory


def forget_project(project_id: int) -> None:
    _held.pop(project_id, None)


def new_memory(project: Project, encoder: str, shapes: tuple[LabelSetShape, ...]) -> Memory | None:
    """With heads that have learned nothing; None while too few texts say what texts of the project look like."""
    sample = reading.sample_of_vectors(project.pk, encoder, SAMPLE)
    if len(sample) < FEWEST_EMBEDDED or not shapes:
        return None
    frame = Frame.of(np.stack([vector_of(raw) for raw in sample]))
    heads = TextHeads([HeadSpec.of(shape) for shape in shapes], frame, _names(project, shapes))
    return Memory(encoder, shapes, heads, SpanMemory.of(shapes), len(sample))


def caught_up(project: Project, memory: Memory) -> tuple[Memory, int]:
    """The memory with all gold of this moment, and how many answers are new to it."""
    last, count = reading.gold_state(project.pk)
    news = learn(project, memory, last)
    if len(memory.gold) != count:
        # An erased document takes its part of the log with it: read everything again.
        fresh = new_memory(project, memory.encoder, memory.shapes)
        if fresh is not None:
            memory = _held[project.pk] = fresh
            news = learn(project, memory, last)
    return memory, news


def learn(project: Project, memory: Memory, last: int) -> int:
    """Take in the log of gold up to this place; how many answers are new."""
    changes = reading.changes_between(project.pk, memory.change, last, memory.encoder)
    for change in changes:
        _take(project, memory, change)
    found = reading.vectors_of(list(memory.unread)[:MOST_UNREAD], memory.encoder)
    for document_id, raw in found.items():
        memory.heads.learn(document_id, vector_of(raw), memory.unread.pop(document_id))
    memory.change = last
    return len(changes) + len(found)


def vector_of(raw: bytes) -> Floats:
    return np.frombuffer(raw, dtype=STORED).astype(np.float32)


def _take(project: Project, memory: Memory, change: reading.Change) -> None:
    pk = change.document_id
    memory.forget(pk)
    if change.answer is None:
        return
    memory.gold.add(pk)
    values = known_values(change.answer, memory.shapes)
    if is_test(project.salt, change.text_key):
        if memory.tests is not None and change.vector is not None and not change.is_own:
            memory.tests[pk] = values, vector_of(change.vector)
        return
    memory.spans.take(pk, values)
    if change.vector is None:
        memory.unread[pk] = values
    else:
        memory.heads.learn(pk, vector_of(change.vector), values)


def _names(project: Project, shapes: Sequence[LabelSetShape]) -> dict[str, Floats]:
    """Embeddings of the words of labels, for the choices that have too little gold to do without."""
    _, gold = reading.gold_state(project.pk)
    wanted = [shape for shape in shapes if shape.kind == "choice" and gold < 2 * ENOUGH_A_LABEL * len(shape.labels)]
    if not wanted:
        return {}
    rows = Label.objects.filter(label_set__project=project, label_set__name__in=[shape.name for shape in wanted])
    found = rows.values_list("label_set__name", "name", "definition")
    words = {(label_set, name): label_words(name, definition) for label_set, name, definition in found}
    embedder = embedder_for(project.encoder)
    return {
        shape.name: embedder.embed([words[shape.name, label] for label in shape.labels])
        for shape in wanted
        if len(shape.labels) > 1
    }

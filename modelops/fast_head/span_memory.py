"""What a worker holds of a project's spans: heads, gold that is still to be read, and the texts that people get next.

Token states are large, so they are never stored: a text is read by the encoder when somebody has it in hand, gets it
next, or has just answered it, and let go when it has taught. What remains of gold is the tokens that the heads keep.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from annotation.documents.models import Document
from modelops.engine.embedding import TextStates
from modelops.engine.examples import HeadSpec, Predicted
from modelops.engine.fast_head import Frame
from modelops.engine.span_head import SpanHead
from modelops.starters.answering import Asked, Starters, maker, stretches_of
from modelops.training.dataset import LabelSetShape

# Of longer texts the fast head says nothing: one of them would hold up everybody's refit for seconds.
LONGEST_CHARS = 5_000
# Texts in hand and next: 77 MB for an encoder 384 wide. What comes later in the queue is left to the version.
MOST_TOKENS_HELD = 100_000
# Gold that a new process reads: about what the heads can keep (see `MOST_TOKENS` there), the newest first.
MOST_GOLD_READ = 2_000
# Four of the longest take half a second on one thread; the clock is looked at in between.
BATCH = 4

Json = dict[str, Any]  # Any: JSON


class Reader(Protocol):
    """The encoder, as far as it is needed here."""

    def token_states(self, texts: Sequence[str]) -> list[TextStates]: ...


@dataclass(frozen=True, slots=True)
class HeldText:
    """`states` is None of a text that is too long."""

    text: str
    states: TextStates | None
    parts: tuple[tuple[int, int], ...]
    roles: tuple[str, ...]

    @classmethod
    def of(cls, document: Document, states: TextStates | None) -> "HeldText":
        parts = document.parts_typed
        places = tuple((part.start, part.end) for part in parts)
        return cls(document.text, states, places, tuple(part.role for part in parts))

    @property
    def size(self) -> int:
        """In tokens."""
        return len(self.states) if self.states else 0


@dataclass
class SpanMemory:
    """`unread`: training gold by document whose tokens no head has learned yet. `held`: texts in hand and next.

    `heads` is empty until the first texts were read: their tokens make the frame.
    """

    shapes: tuple[LabelSetShape, ...]
    starters: Starters
    heads: dict[str, SpanHead] = field(default_factory=dict)
    unread: dict[int, Json] = field(default_factory=dict)
    held: dict[int, HeldText] = field(default_factory=dict)

    @classmethod
    def of(cls, shapes: Sequence[LabelSetShape]) -> "SpanMemory":
        return cls(tuple(shape for shape in shapes if shape.kind == "span"), Starters({}))

    def take(self, document_id: int, values: Mapping[str, Any]) -> None:  # Any: JSON
        """A document's gold is new or has changed."""
        own = {shape.name: values[shape.name] for shape in self.shapes if shape.name in values}
        if own:
            self.unread[document_id] = own
        while len(self.unread) > MOST_GOLD_READ:
            self.unread.pop(next(iter(self.unread)))

    def forget(self, document_id: int) -> None:
        self.unread.pop(document_id, None)
        self.starters.forget(document_id)
        for head in self.heads.values():
            head.forget(document_id)

    def read(self, lent: Sequence[int], coming: Sequence[int], reader: Reader, *, seconds: float) -> bool:
        """Read texts for so long, and learn from those with gold; False while something is left.

        First what people have in hand, then gold, newest first, then what comes next. What has just been answered is
        held already, so that a correction costs no forward of the encoder.
        """
        until = time.monotonic() + seconds
        for document_id in [pk for pk in self.unread if pk in self.held]:
            self._learn(document_id, self.held[document_id])
        self.held = {pk: self.held[pk] for pk in (*lent, *coming) if pk in self.held}
        return self._hold(lent, reader, until) and self._read_gold(reader, until) and self._hold(coming, reader, until)

    def is_ready(self, document_id: int) -> bool:
        """Whether all that will be said of this document can be said."""
        return not self.shapes or document_id in self.held

    def answer(self, document_id: int) -> tuple[Predicted, dict[str, str]]:
        """Spans of a text that is held, and what made them by label set: a head, starters, or both."""
        found, made_by = Predicted(), dict[str, str]()
        held = self.held.get(document_id)
        if held is None or held.states is None:
            return found, made_by
        for shape in self.shapes:
            head = self.heads.get(shape.name)
            own = head.answer(held.states, held.parts, held.roles) if head else Predicted()
            stretches = stretches_of(held.text, held.parts, held.roles, shape.part_role)
            asked = Asked(shape.name, shape.overlap, shape.max_spans, stretches)
            spans: Any = own.answer.get(shape.name)  # Any: spans in the wire form
            sure: Any = own.confidence.get(shape.name, [])  # Any: one number a span
            answered = self.starters.complete(asked, held.text, spans, sure)
            if answered.maker:
                made_by[shape.name] = answered.maker
                found.answer[shape.name] = [span for span, _ in answered.pairs]
                found.confidence[shape.name] = [confidence for _, confidence in answered.pairs]
                found.begins.update(own.begins)
        return found, made_by

    def method(self, name: str) -> str:
        """How a label set is answered now."""
        can_answer = name in self.heads and self.heads[name].can_answer
        if can_answer or self.starters.chosen.get(name):
            return maker(has_head=can_answer, has_starters=bool(self.starters.starting(name, has_head=can_answer)))
        return "none"

    def counts(self) -> dict[str, int]:
        """How many documents teach each label set."""
        return {shape.name: len(self.heads[shape.name].table) if self.heads else 0 for shape in self.shapes}

    def _read_gold(self, reader: Reader, until: float) -> bool:
        while self.unread and time.monotonic() < until:
            batch = list(self.unread)[-BATCH:]
            texts = self._texts(batch, reader)
            for document_id in batch:
                if document_id in texts:
                    self._learn(document_id, texts[document_id])
                self.unread.pop(document_id, None)
        return not self.unread

    def _hold(self, document_ids: Sequence[int], reader: Reader, until: float) -> bool:
        room = MOST_TOKENS_HELD - sum(one.size for one in self.held.values())
        missing = [pk for pk in document_ids if pk not in self.held]
        while missing and room > 0:
            if time.monotonic() >= until:
                return False
            batch, missing = missing[:BATCH], missing[BATCH:]
            texts = self._texts(batch, reader)
            self.held.update(texts)
            room -= sum(one.size for one in texts.values())
        return True

    def _texts(self, document_ids: Sequence[int], reader: Reader) -> dict[int, HeldText]:
        rows = list(Document.objects.filter(pk__in=document_ids).only("text", "parts"))
        short = [row for row in rows if len(row.text) <= LONGEST_CHARS]
        states = reader.token_states([row.text for row in short]) if short else []
        if states and not self.heads:
            self._make_heads(states)
        by_id = {row.pk: one for row, one in zip(short, states, strict=True)}
        return {row.pk: HeldText.of(row, by_id.get(row.pk)) for row in rows}

    def _make_heads(self, texts: Sequence[TextStates]) -> None:
        states = np.concatenate([one.states for one in texts]).astype(np.float32)
        if len(states):
            frame = Frame.of(states)
            self.heads = {shape.name: SpanHead(HeadSpec.of(shape), frame) for shape in self.shapes}

    def _learn(self, document_id: int, held: HeldText) -> None:
        for name, spans in self.unread.pop(document_id).items():
            if held.states is not None and self.heads:
                self.heads[name].learn(document_id, held.states, spans, held.parts, held.roles)
            self.starters.compare(document_id, name, held.text, spans)

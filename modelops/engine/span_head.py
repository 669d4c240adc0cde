"""Span heads: BIO tags of every token by one linear map of its state, refitted after every correction.

A fast head for spans is the fast head for choices with tokens in place of documents: the same regression (linear.py)
over the tags of bio.py, on states that the frozen encoder gave once. What is kept small is the number of tokens: all
that lie in or beside spans, and of the many others a few that stand for the rest.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import log_softmax, one_hot

from modelops.engine.bio import begin_doubts_of, layout_of, spans_of, tags_of
from modelops.engine.embedding import TextStates
from modelops.engine.examples import HeadSpec, Predicted, SpanValue
from modelops.engine.fast_head import Floats, Frame
from modelops.engine.linear import Problem, Solution, refit, solve
from modelops.engine.strength import choose_strength
from modelops.engine.table import Table

# Tokens that one label set learns from: 46 MB for an encoder 384 wide. Beyond them the documents learned first go.
MOST_TOKENS = 30_000
# With fewer documents a head marks next to nothing, and what it marks is mostly wrong.
FEWEST_DOCUMENTS = 4
CANDIDATES = (1.0, 3.0, 10.0, 30.0)
# Tokens this near to a span are where its borders are learned.
_NEAR = 2
# Of tokens far from any span a document gives so many; each counts for all that it stands for.
_MOST_FAR = 24
_FIRST_C = 10.0
_COLD_ROUNDS = 6
_MOST_TRIED = 10_000

Spans = Sequence[Mapping[str, Any]]  # Any: start and end are numbers, label is text
Parts = Sequence[tuple[int, int]]
Tags = NDArray[np.int64]


class SpanHead:
    """One span label set's head as it stands. Make its `frame` of token states of the project's texts."""

    def __init__(self, spec: HeadSpec, frame: Frame) -> None:
        self.spec, self.frame = spec, frame
        self.c = _FIRST_C
        self.table = Table({spec.name: spec.width}, len(frame.center) + 1, MOST_TOKENS)
        self.solution: Solution | None = None

    @property
    def can_answer(self) -> bool:
        return self.solution is not None

    def learn(
        self, document_id: int, text: TextStates, spans: Spans, parts: Parts = (), roles: Sequence[str] = ()
    ) -> None:
        """Take in the gold spans of a document, in the wire form; no spans teach that there is nothing to mark."""
        layout = layout_of(text.places, parts, roles, self.spec)
        values = [SpanValue(one["start"], one["end"], one["label"]) for one in spans]
        tags = tags_of(values, layout, len(text), self.spec)[layout.positions]
        chosen, weights = taught_tokens(tags, seed=document_id)
        states = text.states[layout.positions][chosen]
        targets = {self.spec.name: _one_hot(tags[chosen], self.spec)}
        self.table.put(document_id, self.frame.rows(states.astype(np.float32)), targets, weights)

    def forget(self, document_id: int) -> None:
        self.table.drop(document_id)

    def refit(self, *, most_steps: int) -> None:
        """Go on from where the head stood by so many Newton steps; the first time, all the way."""
        if len(self.table) < FEWEST_DOCUMENTS:
            self.solution = None
        elif self.solution is None:
            self.solution = solve(self._problem(self.c), most_rounds=_COLD_ROUNDS)
        else:
            self.solution = refit(self._problem(self.c), self.solution, most_steps=most_steps)

    def answer(self, text: TextStates, parts: Parts = (), roles: Sequence[str] = ()) -> Predicted:
        """Spans with their confidence, and how unsure their beginnings are; nothing while the head can say nothing."""
        if self.solution is None:
            return Predicted()
        name, layout = self.spec.name, layout_of(text.places, parts, roles, self.spec)
        scores = self._log_probabilities(text)
        found = spans_of(scores, layout, self.spec)
        answer: dict[str, object] = {name: [span.as_wire() for span, _ in found]}
        return Predicted(answer, {name: [sure for _, sure in found]}, begins={name: begin_doubts_of(scores, layout)})

    def choose_c(self) -> float:
        """The strength with the least log loss in cross-validation over documents, about the newest 10,000 tokens."""
        newest: list[int] = []
        owners: list[int] = []
        for number, document_id in enumerate(reversed(self.table.documents())):
            place = self.table.place(document_id)
            newest += range(place.start, place.stop)
            owners += [number] * (place.stop - place.start)
            if len(newest) >= _MOST_TRIED:
                break
        whole, rows = self._problem(self.c), torch.tensor(newest, dtype=torch.long)
        tried = Problem(whole.features[rows], whole.targets[rows], whole.known[rows], 1.0, whole.group)
        return choose_strength(tried, torch.tensor(owners), CANDIDATES)

    def _problem(self, c: float) -> Problem:
        table, name = self.table, self.spec.name
        group = 3 if self.spec.overlap else self.spec.width
        return Problem(table.features(), table.targets(name), table.known(name), c, group)

    def _log_probabilities(self, text: TextStates) -> Floats:
        """[tokens, tags], or [tokens, labels, 3] where spans may overlap."""
        if self.solution is None:
            raise ValueError("This head has learned nothing yet.")
        logits = self.frame.rows(text.states.astype(np.float32)) @ self.solution.weights
        shaped = logits.view(len(text), len(self.spec.labels), 3) if self.spec.overlap else logits
        scores: Floats = log_softmax(shaped, dim=-1).numpy()
        return scores


def taught_tokens(tags: Tags, *, seed: int) -> tuple[NDArray[np.int64], torch.Tensor]:
    """Which usable tokens a document teaches, in order, and how much each counts: tags [tokens(, labels)] -> [kept].

    All in or beside spans count once. Of the others at most 24 are drawn, each counting for as many as it stands for
    (Horvitz and Thompson 1952): in expectation the loss is that of all tokens.
    """
    marked = (tags > 0) if tags.ndim == 1 else np.logical_or.reduce(tags > 0, axis=1)
    around = (marked[max(0, place - _NEAR) : place + _NEAR + 1] for place in range(len(marked)))
    near = np.array([stretch.any() for stretch in around], dtype=bool)
    far = np.flatnonzero(~near)
    kept = far if len(far) <= _MOST_FAR else np.random.default_rng(seed).choice(far, _MOST_FAR, replace=False)
    chosen = np.sort(np.concatenate([np.flatnonzero(near), kept]))
    weights = np.where(near[chosen], 1.0, len(far) / max(1, len(kept)))
    return chosen, torch.from_numpy(weights.astype(np.float32))


def _one_hot(tags: Tags, spec: HeadSpec) -> torch.Tensor:
    """[tokens, width]"""
    classes = 3 if spec.overlap else spec.width
    return one_hot(torch.from_numpy(tags), classes).float().reshape(len(tags), spec.width)

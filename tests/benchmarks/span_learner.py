"""A linear head on cached token states, as the fast head has it for spans."""

import warnings

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from modelops.engine.bio import Layout, begin_doubts_of, layout_of, spans_of, tags_of
from modelops.engine.examples import HeadSpec, SpanValue
from modelops.selection.policy import Question
from modelops.selection.pool import Floats, LabelWords, Rows
from modelops.selection.uncertainty import uncertain_begins
from tests.benchmarks.embedded import Row, TokenStates

STRENGTH = 0.3
Tags = NDArray[np.int64]


class SpanLearner:
    """Costs are tokens, scores are span F1 on the test documents (exact places and labels)."""

    def __init__(self, tokens: TokenStates, rows: list[Row], is_test: NDArray[np.bool_]) -> None:
        labels = sorted({span["label"] for row in rows for span in row["entities"]})
        self.question = Question("Set", "span", len(labels))
        self._head = HeadSpec("Set", "span", tuple(labels))
        self._tokens, self._rows = tokens, rows
        self._train, self._test = np.flatnonzero(~is_test), np.flatnonzero(is_test)
        self.size = len(self._train)
        self._mean = np.zeros(tokens.states.shape[1], dtype=np.float32)
        self._scale = 1.0
        self._layouts = [self._layout(row) for row in range(len(rows))]
        self._tags = [self._tags_of(row) for row in range(len(rows))]
        self._vectors = np.stack([self._states(int(row)).mean(axis=0) for row in self._train])
        self._mean = self._vectors.mean(axis=0)
        self._scale = float(np.std(self._states(int(self._train[0]))))
        self._weights = np.zeros((self._head.width, tokens.states.shape[1]), dtype=np.float32)
        self._bias = np.zeros(self._head.width, dtype=np.float32)

    def _states(self, row: int) -> Floats:
        found = self._tokens.states[self._tokens.starts[row] : self._tokens.starts[row + 1]].astype(np.float32)
        states: Floats = (found - self._mean) / self._scale
        return states if len(states) else np.zeros((1, len(self._mean)), dtype=np.float32)

    def _layout(self, row: int) -> Layout:
        places = self._tokens.places[self._tokens.starts[row] : self._tokens.starts[row + 1]]
        return layout_of([(int(start), int(end)) for start, end in places], (), (), self._head)

    def _tags_of(self, row: int) -> Tags:
        spans = [SpanValue(one["start"], one["end"], one["label"]) for one in self._rows[row]["entities"]]
        count = int(self._tokens.starts[row + 1] - self._tokens.starts[row])
        return tags_of(spans, self._layouts[row], count, self._head)[self._layouts[row].positions]

    def vectors(self, rows: Rows) -> Floats:
        return self._vectors[rows]

    def cost(self, rows: Rows) -> int:
        return sum(len(self._layouts[row].positions) for row in self._train[rows])

    def label_words(self, labeled: Rows) -> tuple[LabelWords, ...]:
        return ()

    def fit(self, rows: Rows) -> None:
        taken = [int(row) for row in self._train[rows] if self._layouts[row].positions]
        states = np.concatenate([self._states(row)[self._layouts[row].positions] for row in taken])
        tags = np.concatenate([self._tags[row] for row in taken])
        known = np.unique(tags)
        self._weights[:], self._bias[:] = 0.0, -20.0
        self._bias[0] = 0.0
        if len(known) < 2:
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            head = LogisticRegression(C=STRENGTH / len(tags) * 1000, max_iter=60, tol=1e-3).fit(states, tags)
        coef, intercept = head.coef_, head.intercept_
        if len(known) == 2:
            coef, intercept = np.concatenate([-coef, coef]) / 2, np.concatenate([-intercept, intercept]) / 2
        self._weights[known], self._bias[known] = coef, intercept

    def _log_probabilities(self, row: int) -> Floats:
        scores = self._states(row) @ self._weights.T + self._bias
        scores -= scores.max(axis=1, keepdims=True)
        found: Floats = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return found

    def doubts(self, rows: Rows) -> Floats:
        return np.array([self._doubt(int(row)) for row in self._train[rows]], dtype=np.float32)

    def _doubt(self, row: int) -> float:
        return uncertain_begins(begin_doubts_of(self._log_probabilities(row), self._layouts[row]))

    def score(self) -> float:
        right = found_count = wanted_count = 0
        for row in self._test:
            found = {(span.start, span.end, span.label) for span, _ in self._spans(int(row))}
            wanted = {(one["start"], one["end"], one["label"]) for one in self._rows[row]["entities"]}
            right, found_count, wanted_count = (
                right + len(found & wanted),
                found_count + len(found),
                wanted_count + len(wanted),
            )
        return 2 * right / max(1, found_count + wanted_count)

    def _spans(self, row: int) -> list[tuple[SpanValue, float]]:
        if not self._layouts[row].positions:
            return []
        return spans_of(self._log_probabilities(row), self._layouts[row], self._head)

"""What the fast head learns of a benchmark's sets: choices on embeddings, spans on token states."""

import warnings

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from modelops.selection.policy import Question
from modelops.selection.pool import Floats, LabelWords, Rows
from modelops.selection.uncertainty import margins

# Below so many labels a class the class means are the better head.
CENTROIDS_BELOW = 4
TEMPERATURE = 20.0

Labels = NDArray[np.int64]


class ChoiceLearner:
    """Class means until there are about 8 labels a class, then logistic regression; on centered unit vectors.

    `words`: embeddings of the labels' words, which the order may go by; the learner itself never reads them.
    """

    def __init__(
        self, vectors: Floats, labels: Labels, is_test: NDArray[np.bool_], words: Floats | None = None
    ) -> None:
        units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        units = units - units[~is_test].mean(axis=0)
        units /= np.linalg.norm(units, axis=1, keepdims=True)
        self._raw, self._train, self._test = vectors[~is_test], units[~is_test], units[is_test]
        self._labels, self._wanted = labels[~is_test], labels[is_test]
        self.size, self.classes = len(self._train), int(labels.max()) + 1
        self.question = Question("Set", "choice", self.classes)
        self._words = words
        self._weights = np.zeros((1, units.shape[1]))
        self._bias = np.zeros(1)
        self._known: Labels = np.zeros(1, dtype=np.int64)

    def vectors(self, rows: Rows) -> Floats:
        return self._raw[rows]

    def cost(self, rows: Rows) -> int:
        return len(rows)

    def label_words(self, labeled: Rows) -> tuple[LabelWords, ...]:
        return () if self._words is None else (LabelWords("", self._words, self._labels[labeled]),)

    def fit(self, rows: Rows) -> None:
        vectors, labels = self._train[rows], self._labels[rows]
        self._known = np.unique(labels)
        if len(rows) < CENTROIDS_BELOW * self.classes or len(self._known) < 2:
            means = np.stack([vectors[labels == label].mean(axis=0) for label in self._known])
            self._weights = TEMPERATURE * means / np.linalg.norm(means, axis=1, keepdims=True)
            self._bias = np.zeros(len(self._known))
            return
        strength = 30.0 if self.classes > 10 else 1.0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            head = LogisticRegression(C=strength, max_iter=200, tol=1e-3).fit(vectors, labels)
        is_two = len(self._known) == 2
        self._weights = np.concatenate([-head.coef_, head.coef_]) if is_two else head.coef_
        self._bias = np.concatenate([-head.intercept_, head.intercept_]) if is_two else head.intercept_

    def doubts(self, rows: Rows) -> Floats:
        scores = self._train[rows] @ self._weights.T + self._bias
        grown = np.exp(scores - scores.max(axis=1, keepdims=True))
        return margins((grown / grown.sum(axis=1, keepdims=True)).astype(np.float32))

    def answers(self) -> Labels:
        """For the test documents, in their order."""
        found: Labels = self._known[(self._test @ self._weights.T + self._bias).argmax(axis=1)]
        return found

    def score(self) -> float:
        """Accuracy."""
        return float((self.answers() == self._wanted).mean())

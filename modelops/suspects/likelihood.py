"""How likely each given value is to what all other gold teaches. Pure: vectors and values in, numbers out.

The likelihood is p(given value) of a logistic regression that was fitted without the document: confident learning's
"self-confidence" (C. Northcutt, L. Jiang, I. Chuang, Confident Learning, arXiv 1911.00068). A rare label has too few
documents to say anything and is left out.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

FOLDS = 5
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Doubted:
    """Row `row` holds `given`; what was learned from the others says `suggested`."""

    row: int
    given: object
    suggested: object
    likelihood: float


def doubted_choices(
    vectors: Vectors, labels: Sequence[str], *, seed: int = 0, check: Callable[[], None] = lambda: None
) -> list[Doubted]:
    """Where another label is likelier than the given one, least likely first. `check` may raise between folds."""
    names, given, counts = np.unique(np.asarray(labels), return_inverse=True, return_counts=True)
    rows = np.flatnonzero(counts[given] >= FOLDS)
    if len(np.unique(given[rows])) < 2:
        return []
    found = []
    for taught, asked in _folds(given[rows], seed):
        check()
        head = _fitted(vectors[rows[taught]], given[rows[taught]])
        chances = head.predict_proba(_unit(vectors[rows[asked]]))
        for place, row in enumerate(rows[asked]):
            best = int(head.classes_[chances[place].argmax()])
            own = float(chances[place][np.searchsorted(head.classes_, given[row])])
            if best != given[row]:
                found.append(Doubted(int(row), str(names[given[row]]), str(names[best]), round(own, 6)))
    return sorted(found, key=lambda one: one.likelihood)


def doubted_sets(
    vectors: Vectors,
    values: Sequence[Sequence[str]],
    labels: Sequence[str],
    *,
    seed: int = 0,
    check: Callable[[], None] = lambda: None,
) -> list[Doubted]:
    """The same for any number of labels: each label is asked by itself, and the chances are multiplied."""
    given = np.array([[label in value for label in labels] for value in values], dtype=bool).reshape(len(values), -1)
    likelihood, suggested = np.ones(len(values)), given.copy()
    for column in range(len(labels)):
        has = given[:, column]
        if min(has.sum(), (~has).sum()) < FOLDS:
            continue
        for taught, asked in _folds(has.astype(int), seed):
            check()
            chance = _fitted(vectors[taught], has[taught].astype(int)).predict_proba(_unit(vectors[asked]))[:, 1]
            likelihood[asked] *= np.where(has[asked], chance, 1 - chance)
            suggested[asked, column] = chance >= 0.5
    rows = np.flatnonzero((suggested != given).any(axis=1))
    found = [
        Doubted(
            int(row),
            list(values[int(row)]),
            [label for label, is_in in zip(labels, suggested[row], strict=True) if is_in],
            round(float(likelihood[row]), 6),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: one.likelihood)


def _folds(given: NDArray[np.int64], seed: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    yield from StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(given, given)


def _fitted(vectors: Vectors, labels: NDArray[np.int64]) -> LogisticRegression:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return LogisticRegression(C=10.0, max_iter=100, class_weight="balanced").fit(_unit(vectors), labels)


def _unit(vectors: Vectors) -> Vectors:
    """Rows of the length that suits the penalty: that of standardized features."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0) * np.sqrt(vectors.shape[1]) / 4, dtype=np.float32)

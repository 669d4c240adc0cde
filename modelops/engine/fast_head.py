"""Fast heads: linear answers on stored embeddings, good from the first label on and refitted after every one.

A choice starts from the words of its labels (0.58 of 77 intents right without any gold), goes on with class centroids
that those words hold together, and becomes a logistic regression at about 8 labels a class. Choices are one regression
a label, from the first 8 documents on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from modelops.engine.examples import HeadSpec, Predicted
from modelops.engine.linear import Problem, Solution, probabilities, refit, solve
from modelops.engine.strength import choose_strength
from modelops.engine.table import Table

Floats = NDArray[np.float32]
Method = Literal["none", "names", "centroids", "logistic"]

MOST_DOCUMENTS = 50_000
ENOUGH_A_LABEL = 8
# The words of a label count as much as four documents do.
_NAME_WEIGHT = 4.0
_NAME_LENGTH = 0.5
_SHARPNESS = 10.0
_FIRST_C = 10.0
CANDIDATES = (0.3, 1.0, 3.0, 10.0, 30.0)
_MOST_TRIED = 1200
_COLD_ROUNDS = 6
_TOP = 10


@dataclass(frozen=True)
class Frame:
    """Embeddings as heads read them: unit length, centered, mean square 1, and a column of ones at the end."""

    center: Floats
    scale: float

    @classmethod
    def of(cls, vectors: Floats) -> "Frame":
        """Of a few hundred texts of the project, with or without gold."""
        units = _units(vectors)
        center = units.mean(axis=0)
        return cls(center, float(np.sqrt(((units - center) ** 2).sum(axis=1).mean())) or 1.0)

    def rows(self, vectors: Floats) -> torch.Tensor:
        centered = (_units(vectors) - self.center) / self.scale
        return torch.from_numpy(np.hstack([centered, np.ones((len(centered), 1), dtype=np.float32)]).astype(np.float32))


@dataclass
class Head:
    """One label set's head as it stands. `weights` [hidden + 1, labels]; None while it can say nothing."""

    spec: HeadSpec
    method: Method = "none"
    weights: torch.Tensor | None = None
    c: float = _FIRST_C
    solution: Solution | None = None

    @property
    def group(self) -> int:
        return len(self.spec.labels) if self.spec.kind == "choice" else 1


class TextHeads:
    """All choice and choices heads of one project. `names`: label set -> embeddings of its labels' words."""

    def __init__(self, heads: Sequence[HeadSpec], frame: Frame, names: Mapping[str, Floats]) -> None:
        self.frame = frame
        self.heads = {head.name: Head(head) for head in heads if head.kind != "span"}
        self._names = {name: _directions(vectors) for name, vectors in names.items()}
        widths = {name: len(head.spec.labels) for name, head in self.heads.items()}
        self.table = Table(widths, len(frame.center) + 1, MOST_DOCUMENTS)

    def learn(self, document_id: int, vector: Floats, values: Mapping[str, object]) -> None:
        """Take in what is gold of a document, in the wire form; what is absent teaches nothing."""
        targets = {
            name: _target(head.spec, values[name]) for name, head in self.heads.items() if values.get(name) is not None
        }
        self.table.put(document_id, self.frame.rows(vector[None]), targets)

    def forget(self, document_id: int) -> None:
        self.table.drop(document_id)

    def count(self, name: str) -> int:
        """How many documents teach this label set."""
        return int(self.table.known(name).sum())

    def refit(self, *, most_steps: int) -> None:
        for name, head in self.heads.items():
            count = self.count(name)
            if count >= ENOUGH_A_LABEL * (len(head.spec.labels) if head.spec.kind == "choice" else 1):
                self._regress(head, most_steps)
            elif head.spec.kind == "choice" and (count or name in self._names):
                head.method = "centroids" if count else "names"
                head.weights, head.solution = self._centroids(head), None
            else:
                head.method, head.weights, head.solution = "none", None, None

    def chances(self, name: str, rows: torch.Tensor) -> torch.Tensor | None:
        """[texts, labels], or None while this head can say nothing."""
        head = self.heads[name]
        return None if head.weights is None else probabilities(rows @ head.weights, head.group)

    def answer(self, rows: torch.Tensor) -> list[Predicted]:
        """An answer and its confidence for each row, of the label sets whose heads can say something."""
        found = [Predicted() for _ in range(len(rows))]
        for name, head in self.heads.items():
            if head.weights is None:
                continue
            chances = probabilities(rows @ head.weights, head.group).numpy()
            decide = _choice if head.spec.kind == "choice" else _choices
            for one, row in zip(found, chances, strict=True):
                one.answer[name], one.confidence[name] = decide(row, head.spec.labels)
        return found

    def choose_c(self, name: str) -> float:
        """The strength with the least log loss in cross-validation over at most 1,500 documents."""
        head = self.heads[name]
        known = self.table.known(name).nonzero().flatten()
        order = known[torch.randperm(len(known), generator=torch.Generator().manual_seed(0))[:_MOST_TRIED]]
        features, targets = self.table.features()[order], self.table.targets(name)[order]
        problem = Problem(features, targets, torch.ones(len(order)), 1.0, head.group)
        return choose_strength(problem, torch.arange(len(order)), CANDIDATES)

    def _regress(self, head: Head, most_steps: int) -> None:
        name = head.spec.name
        problem = Problem(self.table.features(), self.table.targets(name), self.table.known(name), head.c, head.group)
        if head.solution is None:
            # A head that is new in this process begins at the centroids; what is left to do, the next refits do.
            begin = head.weights if head.weights is not None or head.spec.kind != "choice" else self._centroids(head)
            start = None if begin is None else Solution.at(problem, begin)
            head.solution = solve(problem, start, most_rounds=_COLD_ROUNDS)
        else:
            head.solution = refit(problem, head.solution, most_steps=most_steps)
        head.method, head.weights = "logistic", head.solution.weights

    def _centroids(self, head: Head) -> torch.Tensor:
        """The nearest centroid as a linear map: x.m - |m|^2 / 2, each centroid drawn to the words of its label."""
        name = head.spec.name
        targets = self.table.targets(name)
        sums, counts = targets.T @ self.table.features()[:, :-1], targets.sum(dim=0)[:, None]
        named = self._names.get(name)
        weight = 0.0 if named is None else _NAME_WEIGHT
        pulled = sums if named is None else sums + weight * named
        centers = pulled / (counts + weight).clamp(min=1.0)
        bias = -0.5 * (centers**2).sum(dim=1, keepdim=True)
        bias[(counts + weight) == 0] = -2.0
        return _SHARPNESS * torch.cat([centers, bias], dim=1).T


def _target(spec: HeadSpec, value: object) -> torch.Tensor:
    chosen = [value] if spec.kind == "choice" else list(value)  # type: ignore[call-overload]
    target = torch.zeros(len(spec.labels))
    target[[spec.labels.index(label) for label in chosen]] = 1.0
    return target


def _choice(chances: Floats, labels: Sequence[str]) -> tuple[str, dict[str, float]]:
    surest = np.argsort(-chances, kind="stable")[:_TOP]
    return labels[surest[0]], {labels[number]: round(float(chances[number]), 6) for number in surest}


def _choices(chances: Floats, labels: Sequence[str]) -> tuple[list[str], dict[str, float]]:
    confidence = {label: round(float(chance), 6) for label, chance in zip(labels, chances, strict=True)}
    return [label for label, chance in confidence.items() if chance >= 0.5], confidence


def _units(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units: Floats = (vectors / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
    return units


def _directions(names: Floats) -> torch.Tensor:
    """Where the words of each label point, apart from what all of them share."""
    centered = _units(names) - _units(names).mean(axis=0)
    return torch.from_numpy(_NAME_LENGTH * _units(centered))

"""How strongly a head is held back from what it saw: by cross-validation."""

from collections.abc import Sequence
from dataclasses import replace

import torch

from modelops.engine.linear import Problem, Solution, solve

_FOLDS = 3
_MOST_ROUNDS = 3


def choose_strength(problem: Problem, owners: torch.Tensor, candidates: Sequence[float]) -> float:
    """The `c` of `candidates`, in rising order, with the least log loss over three folds.

    `owners` [rows]: rows with the same number stay together, so that no document is tested on its own words.
    """
    losses = dict.fromkeys(candidates, 0.0)
    for fold in range(_FOLDS):
        out = owners % _FOLDS == fold
        learned, tested = _rows(problem, ~out), _rows(problem, out)
        found: Solution | None = None
        for c in candidates:
            # The next strength starts from the one before: they lie near each other.
            learned = replace(learned, c=c)
            found = solve(learned, found and Solution.at(learned, found.weights), most_rounds=_MOST_ROUNDS)
            losses[c] += tested.loss(tested.features @ found.weights, torch.zeros_like(found.weights))
    return min(losses, key=lambda c: losses[c])


def _rows(problem: Problem, chosen: torch.Tensor) -> Problem:
    features, targets, known = problem.features[chosen], problem.targets[chosen], problem.known[chosen]
    return replace(problem, features=features, targets=targets, known=known)

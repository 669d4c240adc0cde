"""Regularized logistic regression that goes on from where it stood: a few Newton steps after one more label.

The goal is scikit-learn's: `c` times the summed log loss plus half the squared weights, the bias (last row) free.
Logits fall into groups of equal width: within a group they compete (softmax), a group of one stands alone (sigmoid).
So one solver serves a choice (one group), choices (each label alone) and spans (tags of every token).
"""

from dataclasses import dataclass

import torch
from torch.nn.functional import softplus

from modelops.engine.network import thread_limit

# The bias pays next to nothing: the system stays solvable for a label that nobody has used.
_BIAS_PENALTY = 1e-3
_CG_STEPS = 5
_CG_ENOUGH = 0.05
_SMALLEST_STEP = 1e-3
# A solution this near is as good as exact: the largest pull on any weight, in labels.
TOLERANCE = 0.01


@dataclass(frozen=True)
class Problem:
    """`features` [rows, hidden + 1] end in a column of ones; `targets` [rows, width]; `known` [rows]: how much a row
    counts, 0 where its target is not known.
    """

    features: torch.Tensor
    targets: torch.Tensor
    known: torch.Tensor
    c: float
    group: int

    def loss(self, logits: torch.Tensor, weights: torch.Tensor) -> float:
        alone = self.group == 1
        each = softplus(logits) if alone else _grouped(logits, self.group).logsumexp(dim=-1)
        fit = (each.sum(dim=1) - (logits * self.targets).sum(dim=1)) @ self.known
        return self.c * float(fit) + 0.5 * float((self.penalty * weights * weights).sum())

    @property
    def penalty(self) -> torch.Tensor:
        ones = torch.ones(self.features.shape[1], 1)
        ones[-1] = _BIAS_PENALTY
        return ones

    def gradient(self, chances: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        pull: torch.Tensor = self.features.T @ ((chances - self.targets) * self.known[:, None])
        return self.c * pull + self.penalty * weights

    def curvature_times(self, chances: torch.Tensor, direction: torch.Tensor) -> torch.Tensor:
        """The Hessian times a direction, without ever forming it."""
        moved = self.features @ direction
        if self.group > 1:
            grouped = _grouped(chances, self.group)
            inner = _grouped(moved, self.group)
            moved = (grouped * (inner - (grouped * inner).sum(dim=-1, keepdim=True))).flatten(1)
        else:
            moved = chances * (1.0 - chances) * moved
        return self.c * (self.features.T @ (moved * self.known[:, None])) + self.penalty * direction


@dataclass(frozen=True)
class Spectrum:
    """A cheap picture of the Hessian: one weighted covariance for all labels, scaled for each by how unsure it is."""

    axes: torch.Tensor
    sizes: torch.Tensor

    @classmethod
    def of(cls, problem: Problem, weights: torch.Tensor) -> "Spectrum":
        chances = probabilities(problem.features @ weights, problem.group)
        spread = chances * (1.0 - chances) * problem.known[:, None]
        covariance = (problem.features * spread.mean(dim=1)[:, None]).T @ problem.features
        sizes, axes = torch.linalg.eigh(covariance)
        share = spread.mean(dim=0) / spread.mean().clamp(min=1e-12)
        return cls(axes, problem.c * sizes.clamp(min=0.0)[:, None] * share[None] + 1.0)

    def solve(self, right: torch.Tensor) -> torch.Tensor:
        return self.axes @ ((self.axes.T @ right) / self.sizes)


@dataclass(frozen=True)
class Solution:
    """`weights` [hidden + 1, width]; `pull`: how far from the exact solution, in labels."""

    weights: torch.Tensor
    spectrum: Spectrum
    pull: float

    @classmethod
    def at(cls, problem: Problem, weights: torch.Tensor) -> "Solution":
        """Somewhere to start from: nothing is known about how near it is."""
        return cls(weights, Spectrum.of(problem, weights), float("inf"))

    @property
    def is_exact(self) -> bool:
        return self.pull <= TOLERANCE


def refit(problem: Problem, start: Solution | None, *, most_steps: int, threads: int = 1) -> Solution:
    """At most so many steps from `start` (from zero without one) toward the one best solution."""
    with thread_limit(threads), torch.inference_mode():
        if start is None:
            start = Solution.at(problem, torch.zeros(problem.features.shape[1], problem.targets.shape[1]))
        return _newton(problem, start, most_steps)


def solve(problem: Problem, start: Solution | None = None, *, most_rounds: int = 20, threads: int = 1) -> Solution:
    """Until it is exact, with a fresh picture of the Hessian every other step."""
    found = refit(problem, start, most_steps=2, threads=threads)
    for _ in range(most_rounds):
        if found.is_exact:
            break
        with thread_limit(threads), torch.inference_mode():
            fresh = Solution.at(problem, found.weights)
        found = refit(problem, fresh, most_steps=2, threads=threads)
    return found


def probabilities(logits: torch.Tensor, group: int) -> torch.Tensor:
    if group == 1:
        return torch.sigmoid(logits)
    return _grouped(logits, group).softmax(dim=-1).flatten(1)


def _grouped(values: torch.Tensor, group: int) -> torch.Tensor:
    return values.view(len(values), -1, group)


def _newton(problem: Problem, start: Solution, most_steps: int) -> Solution:
    weights = start.weights
    logits = problem.features @ weights
    chances = probabilities(logits, problem.group)
    gradient = problem.gradient(chances, weights)
    for _ in range(most_steps):
        if _pull(gradient, problem) <= TOLERANCE:
            break
        step = _newton_step(problem, chances, gradient, start.spectrum)
        moved = problem.features @ step
        length = _shortened(problem, (logits, weights), (moved, step), float((gradient * step).sum()))
        weights, logits = weights + length * step, logits + length * moved
        chances = probabilities(logits, problem.group)
        gradient = problem.gradient(chances, weights)
    return Solution(weights, start.spectrum, _pull(gradient, problem))


def _pull(gradient: torch.Tensor, problem: Problem) -> float:
    return float(gradient.abs().max()) / problem.c


def _newton_step(problem: Problem, chances: torch.Tensor, gradient: torch.Tensor, spectrum: Spectrum) -> torch.Tensor:
    """Conjugate gradients on the Newton system, stopped early (Nocedal and Wright 2006, algorithm 7.1)."""
    step = torch.zeros_like(gradient)
    left = -gradient
    ahead = direction = spectrum.solve(left)
    size, enough = float((left * ahead).sum()), _CG_ENOUGH * float(gradient.norm())
    for _ in range(_CG_STEPS):
        bent = problem.curvature_times(chances, direction)
        length = size / float((direction * bent).sum())
        step = step + length * direction
        left = left - length * bent
        if float(left.norm()) <= enough:
            break
        ahead = spectrum.solve(left)
        before, size = size, float((left * ahead).sum())
        direction = ahead + size / before * direction
    return step


def _shortened(
    problem: Problem, at: tuple[torch.Tensor, torch.Tensor], by: tuple[torch.Tensor, torch.Tensor], slope: float
) -> float:
    """How much of a step (logits, weights) lowers the loss as promised: all of it, or a half, a quarter, ..."""
    before, length = problem.loss(*at), 1.0
    while length > _SMALLEST_STEP:
        if problem.loss(at[0] + length * by[0], at[1] + length * by[1]) <= before + 1e-4 * length * slope:
            break
        length *= 0.5
    return length

"""A linear fit of a head on what the encoder says, held back as far as unseen documents ask for.

A run's heads begin and end so. No one strength fits all: on two or three labels the least loss on unseen texts lies at
a c of 0.001, on 77 at 0.1 and above (docs/benchmarks.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from modelops.engine.bio import IGNORED
from modelops.engine.examples import HeadSpec
from modelops.engine.losses import head_loss
from modelops.engine.network import Head

# `c` times the summed loss plus half the squared weights, of standardized features; in rising order.
CANDIDATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
_FOLDS = 3
# Rows (texts or tokens) that the choice is tried on.
_MOST_TRIED = 4000
_TRIAL_STEPS = 12
_STEPS = 60


@dataclass(frozen=True)
class Seen:
    """What a head learns from: `features` [rows, hidden], `target` [rows] or [rows, labels] as in Batch, and `owners`
    [rows], the number of each row's document.
    """

    features: torch.Tensor
    target: torch.Tensor
    owners: torch.Tensor

    def __getitem__(self, chosen: torch.Tensor | slice) -> "Seen":
        return Seen(self.features[chosen], self.target[chosen], self.owners[chosen])

    def __len__(self) -> int:
        return len(self.features)

    def __add__(self, other: "Seen") -> "Seen":
        """Both; the documents of `other` are others."""
        after = int(self.owners.max()) + 1 if len(self) else 0
        pairs = ((self.features, other.features), (self.target, other.target), (self.owners, other.owners + after))
        return Seen(*(torch.cat(pair) for pair in pairs))


@dataclass(frozen=True)
class Fit:
    """Of one head: ridge-penalized, by L-BFGS."""

    head: HeadSpec
    weights: torch.Tensor

    def run(self, linear: nn.Linear, seen: Seen, c: float, steps: int) -> None:
        """Move `linear` to the least penalized loss on `seen`, from where it stands."""
        optimizer = torch.optim.LBFGS(
            list(linear.parameters()), max_iter=steps, history_size=8, line_search_fn="strong_wolfe"
        )
        penalty = 0.5 / c / len(seen)

        def closure() -> torch.Tensor:
            optimizer.zero_grad()
            loss = self.loss(linear, seen) + penalty * linear.weight.pow(2).sum()
            loss.backward()  # type: ignore[no-untyped-call]
            return loss

        optimizer.step(closure)  # type: ignore[no-untyped-call]

    def loss(self, linear: nn.Linear, seen: Seen) -> torch.Tensor:
        return head_loss(linear(seen.features), seen.target, self.head, self.weights)


def start_head(
    module: Head, seen: Seen, head: HeadSpec, weights: torch.Tensor, unseen: Seen | None = None
) -> float | None:
    """Standardize the head's input and fit it, wherever it stood before; the strength that was chosen.

    By `unseen`, of documents that the encoder did not learn from either, or by three folds of `seen` without any.
    Without a known row the head is left as it is: None.
    """
    seen = seen[_known_rows(seen.target, head)]
    if not len(seen):
        return None
    _standardize(module, seen.features)
    with torch.autocast(seen.features.device.type, enabled=False):
        fit, own = Fit(head, weights), _as_read(module, seen)
        new = None if unseen is None else _as_read(module, unseen[_known_rows(unseen.target, head)])
        folds = [Fold.of(fit, own, new)] if new is not None and len(new) else three_folds(fit, own)
        c = choose_strength(folds)
        _settle(module, fit, own, c)
    return c


def refit_head(module: Head, seen: Seen, head: HeadSpec, weights: torch.Tensor, c: float) -> None:
    """The same with a strength that is known."""
    seen = seen[_known_rows(seen.target, head)]
    _standardize(module, seen.features)
    with torch.autocast(seen.features.device.type, enabled=False):
        _settle(module, Fit(head, weights), _as_read(module, seen), c)


def choose_strength(folds: "Sequence[Fold]", candidates: Sequence[float] = CANDIDATES) -> float:
    """The `c` with the least loss on what the folds are tested on; equal ones: the least.

    `candidates` in rising order, until one does worse than the one before.
    """
    best, least = candidates[0], float("inf")
    for c in candidates:
        loss = sum(fold.loss(c) for fold in folds)
        if loss > least:
            break
        if loss < least:
            best, least = c, loss
    return best


def three_folds(fit: Fit, seen: Seen) -> "list[Fold]":
    """A document's rows are in one of them. None where there are too few documents."""
    seen = seen[:_MOST_TRIED]
    outs = [seen.owners % _FOLDS == number for number in range(_FOLDS)]
    return [Fold.of(fit, seen[~out], seen[out]) for out in outs if bool(out.any()) and not bool(out.all())]


@dataclass(frozen=True)
class Fold:
    """Some documents to learn from and others to be tested on."""

    fit: Fit
    learned: Seen
    tested: Seen
    linear: nn.Linear

    @classmethod
    def of(cls, fit: Fit, learned: Seen, tested: Seen) -> "Fold":
        linear = nn.Linear(learned.features.shape[1], fit.head.width, device=learned.features.device)
        _to_zero(linear)
        return cls(fit, learned[:_MOST_TRIED], tested[:_MOST_TRIED], linear)

    def loss(self, c: float) -> float:
        """Summed over the rows that it does not learn from. Each strength goes on from the one before."""
        self.fit.run(self.linear, self.learned, c, _TRIAL_STEPS)
        with torch.no_grad():
            return float(self.fit.loss(self.linear, self.tested)) * len(self.tested)


def _settle(module: Head, fit: Fit, own: Seen, c: float) -> None:
    _to_zero(module.linear)
    fit.run(module.linear, own, c, _STEPS)


def _standardize(module: Head, features: torch.Tensor) -> None:
    module.mean.copy_(features.mean(dim=0))
    variance = features.var(dim=0, correction=0)
    module.scale.copy_((variance + 0.1 * variance.mean() + 1e-3).sqrt())


def _as_read(module: Head, seen: Seen) -> Seen:
    return Seen((seen.features - module.mean) / module.scale, seen.target, seen.owners)


def _to_zero(linear: nn.Linear) -> None:
    nn.init.zeros_(linear.weight)
    nn.init.zeros_(linear.bias)


def _known_rows(target: torch.Tensor, head: HeadSpec) -> torch.Tensor:
    if head.kind == "choices":
        return (target >= 0).all(dim=1)
    known = target != IGNORED
    return known if known.dim() == 1 else known.all(dim=1)

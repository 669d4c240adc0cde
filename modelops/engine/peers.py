"""Several processes on one run: each takes its part of every step, and their gradients are added up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import distributed, nn

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Peers:
    """This process is number `rank` of `count`. Made by `accelerate launch`; alone, nothing is exchanged."""

    rank: int = 0
    count: int = 1

    @classmethod
    def here(cls) -> "Peers":
        if not (distributed.is_available() and distributed.is_initialized()):
            return cls()
        return cls(distributed.get_rank(), distributed.get_world_size())

    @property
    def is_first(self) -> bool:
        """It alone writes files and tells how far the run is."""
        return self.rank == 0

    def own(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        return entries if self.count == 1 else entries[self.rank :: self.count]

    def add_up(self, parameters: Iterable[nn.Parameter], loss: torch.Tensor) -> float:
        """Everybody's gradients and losses summed: afterwards all processes hold the same."""
        if self.count > 1:
            for parameter in parameters:
                if parameter.grad is None:
                    parameter.grad = torch.zeros_like(parameter)
                distributed.all_reduce(parameter.grad)
            distributed.all_reduce(loss)
        return float(loss)

"""What to do when a step does not fit into memory: take it in pieces half as large."""

import gc
import itertools
from collections.abc import Sequence
from typing import TypeVar

import torch

_SIGNS = ("out of memory", "can't allocate memory", "not enough memory")

Entry = TypeVar("Entry")


def is_out_of_memory(error: BaseException) -> bool:
    """CUDA has an error of its own; the processor's allocator raises a RuntimeError that says so."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in _SIGNS)


def split(entries: Sequence[Entry], pieces: int) -> list[Sequence[Entry]]:
    """At most so many parts of about the same size, none empty."""
    count = min(pieces, len(entries))
    cuts = [len(entries) * number // count for number in range(count + 1)]
    return [entries[first:last] for first, last in itertools.pairwise(cuts)]


def release() -> None:
    """Give back what the failed step still held."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()

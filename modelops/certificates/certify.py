"""From which confidence on the model may be trusted, with a stated precision and confidence level. Pure.

A threshold that looks right on a sample has been picked for looking right: about half of them break their promise.
Here the candidates are tested in an order that is fixed beforehand, from strict to loose, each with an exact bound, up
to the first that fails; then all that passed hold at once, at the full level and without a correction (fixed sequence
testing). A. Angelopoulos, S. Bates, E. Candès, M. Jordan, L. Lei, Learn then Test, arXiv 2110.01052, section 3.

The candidates are not single documents but the sizes at which one more error may be forgiven: nothing is decided
between them, so a lone error just behind such a size does not end the sequence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelops.certificates.binomial import chance_of_at_most, lower_bound, smallest_size

# A guess at how many documents are missing rests on at least so many.
_FEWEST_TO_GUESS = 20
_GUESSES = 40
_MOST_ERRORS = 200


@dataclass(frozen=True, slots=True)
class Certified:
    """`over` of the sample's `size` documents are as sure as `threshold`, `right` of them are right.

    `coverage`: expected share of documents that are as sure. `bound`: lower bound of the precision.
    """

    threshold: float
    coverage: float
    size: int
    over: int
    right: int
    bound: float


@dataclass(frozen=True, slots=True)
class NotCertified:
    """`missing`: so many more random documents are needed, as far as this sample shows; None: more would not help."""

    size: int
    missing: int | None


def certify(
    confidences: Sequence[float], is_right: Sequence[bool], *, target: float, delta: float
) -> Certified | NotCertified:
    """The loosest threshold whose precision is at least `target` with confidence 1 - `delta`.

    The sample must be drawn at random from the documents that the threshold is for, and the model must not have learned
    from it. `target` and `delta` between 0 and 1; the two lists in one order.
    """
    if not 0 < target < 1 or not 0 < delta < 1:
        raise ValueError("Target and delta lie between 0 and 1.")
    sure = np.asarray(confidences, dtype=float)
    order = np.argsort(-sure, kind="stable")
    sure, right = sure[order], np.asarray(is_right, dtype=bool)[order]
    rights = np.concatenate([[0], np.cumsum(right)])
    passed = 0
    for size in _sizes(len(sure), target, delta):
        # Documents that are exactly as sure stand or fall together.
        over = int(np.searchsorted(-sure, -sure[size - 1], side="right"))
        if chance_of_at_most(over - int(rights[over]), over, 1 - target) > delta:
            break
        passed = over
    if not passed:
        return NotCertified(len(sure), _missing(rights, target, delta))
    count = int(rights[passed])
    bound = lower_bound(count, passed, delta)
    return Certified(float(sure[passed - 1]), passed / len(sure), len(sure), passed, count, bound)


def fewest_documents(target: float, delta: float) -> int:
    """A sample smaller than this proves nothing, even if all of it is right: ceil(ln delta / ln target)."""
    return smallest_size(0, target, delta)


def _sizes(size: int, target: float, delta: float) -> Iterator[int]:
    """The sizes at which 0, 1, 2, ... errors just pass, then the whole sample. They do not depend on the answers."""
    errors, last = 0, 0
    while (allowed := smallest_size(errors, target, delta)) <= size:
        yield allowed
        last, errors = allowed, errors + 1
    if last and last < size:
        yield size


def _missing(rights: NDArray[np.int64], target: float, delta: float) -> int | None:
    """How much larger the sample must be, were the rest like what is there; for the threshold that needs least."""
    size = len(rights) - 1
    first = fewest_documents(target, delta)
    if size < first:
        return first - size
    needed = []
    for over in np.unique(np.linspace(min(size, _FEWEST_TO_GUESS), size, _GUESSES).astype(int)).tolist():
        # One pessimistic half of an error: what was never wrong so far may be next time.
        rate = (over - int(rights[over]) + 0.5) / (over + 1)
        proof = _size_for(rate, target, delta) if rate < 1 - target else None
        if proof is not None:
            needed.append(-(-proof * size // over) - size)
    return max(1, min(needed)) if needed else None


def _size_for(rate: float, target: float, delta: float) -> int | None:
    """The fewest documents that prove the target when this rate of them is wrong; None where it takes very many."""
    errors = 0
    while (size := smallest_size(errors, target, delta)) * rate > errors + 0.5:
        errors += max(1, round((size * rate - errors) / 2))
        if errors > _MOST_ERRORS:
            return None
    return size

"""How often one sample may be looked at as it grows. Pure.

Looking again and again until a test passes makes it pass by chance. So the looks share the risk that was asked for: the
first spends three quarters of it, each further one a quarter of what the one before spent. A look comes only when the
sample has doubled since the last, and none before the sample could prove anything at all.
The sum stays below delta (Bonferroni over looks; group sequential designs: Lan and DeMets 1983).
"""

from modelops.certificates.certify import fewest_documents

FIRST_SHARE = 0.75
FALL = 0.25
GROWTH = 2


def delta_of(look: int, delta: float) -> float:
    """What the look with this number, from 1, may spend."""
    return float(delta * FIRST_SHARE * FALL ** (look - 1))


def size_for_next(*, looks: int, last_size: int, target: float, delta: float) -> int:
    """How large the sample must be for the next look, after so many looks with the last one at `last_size`."""
    return max(GROWTH * last_size, fewest_documents(target, delta_of(looks + 1, delta)))

"""When audits break a certificate. Pure; it may be asked after every answer, however many there will be.

A bet against the promise: were the precision at least the target, the mixed likelihood ratio of higher error rates
over the promised one would be a supermartingale starting at 1, so it reaches 1 / alpha with probability alpha at most,
at any time (Ville 1939; A. Ramdas, P. Grünwald, V. Vovk, G. Shafer, Game-theoretic statistics, arXiv 2210.01948).
"""

import numpy as np

# How often audits may revoke a certificate that keeps its promise.
ALPHA = 0.05
# Error rates that are bet on: so many times the promised one.
TIMES = np.array([1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0])


def evidence(checked: int, wrong: int, target: float) -> float:
    """How much the audits speak against the promise: 1 is nothing, 1 / ALPHA breaks it."""
    promised = 1 - target
    rates = np.minimum(TIMES * promised, (1 + promised) / 2)
    logs = wrong * np.log(rates / promised) + (checked - wrong) * np.log((1 - rates) / target)
    top = float(logs.max())
    with np.errstate(over="ignore"):
        return float(min(1e9, np.exp(min(top, 700.0)) * np.exp(logs - top).mean()))


def is_broken(checked: int, wrong: int, target: float) -> bool:
    return evidence(checked, wrong, target) >= 1 / ALPHA

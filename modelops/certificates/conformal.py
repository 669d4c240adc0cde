"""The labels that are likely enough to name, instead of one answer with a number. Pure.

LAC: every label whose probability reaches a threshold that is calibrated on answered documents; the true label is among
them with the stated probability (M. Sadinle, J. Lei, L. Wasserman, Least ambiguous set-valued classifiers, 2019).
"""

from collections.abc import Mapping, Sequence
from math import floor


def lac_threshold(probabilities_of_truth: Sequence[float], *, level: float) -> float | None:
    """The threshold with which the true label is named in at least `level` of new documents; None: too few to say.

    `probabilities_of_truth`: what the model gave the true label, on documents that it did not learn from.
    """
    size = len(probabilities_of_truth)
    # The k-th smallest of n leaves k / (n + 1) of new ones below it.
    place = floor((size + 1) * (1 - level) + 1e-9)
    return sorted(probabilities_of_truth)[place - 1] if place >= 1 else None


def likely_labels(probabilities: Mapping[str, float], threshold: float) -> list[str]:
    """Labels to name, likeliest first; the likeliest is always among them, for an empty list would help nobody."""
    ranked = sorted(probabilities.items(), key=lambda pair: -pair[1])
    return [label for place, (label, value) in enumerate(ranked) if place == 0 or value >= threshold]

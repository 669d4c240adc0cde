"""Label sets whose labels are numbers, such as ratings from -4 to 4."""

import re

import numpy as np
from numpy.typing import NDArray

from annotation.projects.models import LabelSet

_NUMBER = re.compile(r"[+-]?\d{1,9}(\.\d{1,9})?", re.ASCII)
FEWEST_STEPS = 3


def numbers_of(label_set: LabelSet, values: NDArray[np.int64]) -> NDArray[np.float64] | None:
    """The number of each label (by id), None where one is no number or there are too few for a scale."""
    names = {label.pk: label.name for label in label_set.labels.all()}
    if len(names) < FEWEST_STEPS or not all(_NUMBER.fullmatch(name) for name in names.values()):
        return None
    if not set(values.tolist()) <= set(names):
        return None
    return np.array([float(names[pk]) for pk in values.tolist()])

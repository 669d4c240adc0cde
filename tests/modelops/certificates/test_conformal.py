"""Likely labels: the true one is among them as often as stated."""

import numpy as np
import pytest

from modelops.certificates.conformal import lac_threshold, likely_labels

LEVEL = 0.9


def test_too_few_documents_give_no_threshold() -> None:
    assert lac_threshold([0.9] * 8, level=LEVEL) is None
    assert lac_threshold([0.9] * 9, level=LEVEL) == 0.9


def test_the_threshold_is_the_k_th_smallest_probability_of_the_truth() -> None:
    found = lac_threshold([place / 100 for place in range(99, 0, -1)], level=LEVEL)

    assert found == 0.1


def test_the_likeliest_label_is_always_named() -> None:
    assert likely_labels({"a": 0.3, "b": 0.4, "c": 0.3}, 0.9) == ["b"]
    assert likely_labels({"a": 0.3, "b": 0.4, "c": 0.3}, 0.3) == ["b", "a", "c"]
    assert likely_labels({}, 0.5) == []


@pytest.mark.parametrize("size", [50, 300])
def test_the_true_label_is_named_in_the_stated_share_of_new_documents(size: int) -> None:
    random = np.random.default_rng(7)
    named = []
    for _ in range(40):
        probabilities = random.dirichlet([0.4] * 6, size=size + 50)
        truth = [random.choice(6, p=row) for row in probabilities]
        of_truth = [float(row[label]) for row, label in zip(probabilities, truth, strict=True)]
        threshold = lac_threshold(of_truth[:size], level=LEVEL)
        assert threshold is not None
        for row, label in zip(probabilities[size:], truth[size:], strict=True):
            named.append(str(label) in likely_labels({str(i): float(p) for i, p in enumerate(row)}, threshold))

    assert LEVEL - 0.01 <= np.mean(named) <= LEVEL + 0.04

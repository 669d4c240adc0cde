"""Who is right, and how good each person is."""

import numpy as np
import pytest

from annotation.quality.dawid_skene import consensus
from annotation.quality.units import Ratings, from_table

PEOPLE = 12
DOCUMENTS = 200


def planted(seed: int, *, bad: int, wrong_share: float) -> Ratings:
    """Good people are wrong in 5 of 100; the bad one answers this share at random."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, size=DOCUMENTS)
    rows = []
    for person in range(PEOPLE):
        share = wrong_share if person == bad else 0.05
        said = np.where(rng.random(DOCUMENTS) < share, rng.integers(0, 3, size=DOCUMENTS), truth)
        rows += [(place, person, label) for place, label in enumerate(said) if rng.random() < 0.6]
    documents, people, labels = np.array(rows).T
    return Ratings.of(documents, people, labels)


@pytest.mark.parametrize("seed", range(20))
def test_somebody_who_answers_a_fifth_at_random_comes_last(seed: int) -> None:
    bad = seed % PEOPLE

    found = consensus(planted(seed, bad=bad, wrong_share=0.2))

    assert int(found.accuracy.argmin()) == bad


def test_the_consensus_beats_the_majority_where_somebody_turns_labels_round() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, size=400)
    said = [np.where(rng.random(400) < 0.9, truth, 1 - truth) for _ in range(3)]
    said += [np.where(rng.random(400) < 0.75, 1 - truth, truth) for _ in range(2)]
    table = np.stack(said)
    majority = (table.sum(axis=0) >= 3).astype(int)

    found = consensus(from_table(table.tolist()))

    right = max((found.labels == truth).mean(), (found.labels != truth).mean())
    assert right > (majority == truth).mean()


def test_beliefs_and_skills_are_probabilities() -> None:
    found = consensus(planted(1, bad=3, wrong_share=0.5))

    assert found.belief.sum(axis=1) == pytest.approx(1)
    assert found.skill.sum(axis=2) == pytest.approx(1)
    assert found.prior.sum() == pytest.approx(1)


def test_people_who_always_agree_are_right() -> None:
    found = consensus(from_table([[0, 1, 1, 0]] * 3))

    assert found.labels.tolist() == [0, 1, 1, 0]
    assert found.accuracy.min() > 0.98

"""The words of labels guide the start only as far as gold bears them out."""

import numpy as np
import pytest

from modelops.selection.covering import covering
from modelops.selection.kinds import TRUSTS, kinds_of, shares_of, trust_in
from modelops.selection.pool import Floats, LabelWords, Pool, Rows

LABELS = 6


def texts(count: int, seed: int) -> tuple[Floats, Rows]:
    """Texts around the words of their labels, which are the first directions."""
    generator = np.random.default_rng(seed)
    labels: Rows = generator.integers(0, LABELS, count)
    vectors = np.eye(12)[labels] + generator.normal(0, 0.3, (count, 12))
    return vectors.astype(np.float32), labels


def words_for(gold: Rows, *, turned: int = 0) -> LabelWords:
    """`turned`: each label has the words of another one."""
    return LabelWords("Category", np.roll(np.eye(12, dtype=np.float32)[:LABELS], turned, axis=0), gold)


def test_words_that_tell_the_labels_apart_are_trusted_and_others_are_not() -> None:
    vectors, labels = texts(60, 0)
    held, gold = vectors[:25], labels[:25]

    assert kinds_of(vectors, held, (words_for(gold),)) is not None
    assert kinds_of(vectors, held, (words_for(gold, turned=2),)) is None
    assert kinds_of(vectors, held[:0], (words_for(gold[:0]),)) is None
    assert kinds_of(vectors, held, (words_for(np.full(25, -1)),)) is None
    assert kinds_of(vectors, held, ()) is None


def test_trust_is_the_one_that_explains_gold_best() -> None:
    cosines = np.random.default_rng(1).normal(0, 0.3, (4000, 5)).astype(np.float32)
    chances = shares_of(cosines, 8.0)
    gold = np.array([np.random.default_rng(row).choice(5, p=one / one.sum()) for row, one in enumerate(chances)])

    assert trust_in(cosines, gold) in (6.0, 8.0, 12.0)
    assert trust_in(cosines[:0], gold[:0]) == TRUSTS[0] == 0.0


def test_kinds_without_gold_count_for_more() -> None:
    vectors, labels = texts(300, 2)
    first = np.concatenate([np.flatnonzero(labels == label)[:6] for label in range(LABELS - 1)])

    kinds = kinds_of(vectors, vectors[first], (words_for(labels[first]),))

    assert kinds is not None
    assert kinds.needs.mean() == pytest.approx(1.0, rel=1e-4)
    assert kinds.needs[labels == LABELS - 1].mean() > 2 * kinds.needs[labels < LABELS - 1].mean()
    np.testing.assert_allclose((kinds.roots**2).sum(axis=1), 1.0, rtol=1e-4)


def test_several_choices_count_alike() -> None:
    vectors, labels = texts(60, 3)
    words = words_for(labels[:25])

    one, two = (kinds_of(vectors, vectors[:25], (words,) * count) for count in (1, 2))

    assert one is not None
    assert two is not None
    np.testing.assert_allclose(one.roots @ one.held.T, two.roots @ two.held.T, rtol=1e-4)
    np.testing.assert_allclose(one.needs, two.needs, rtol=1e-4)


def test_a_label_without_gold_is_met_before_a_larger_group_that_has_some() -> None:
    vectors, labels = texts(400, 4)
    is_rare = labels == 0
    kept = np.flatnonzero(~is_rare | (np.cumsum(is_rare) <= 12))
    vectors, labels = vectors[kept], labels[kept]
    first = np.concatenate([np.flatnonzero(labels == label)[:5] for label in range(1, LABELS)])
    rest = np.setdiff1d(np.arange(len(labels)), first)
    pool = Pool(len(rest), vectors=lambda rows: vectors[rest[rows]], labeled=vectors[first])
    told = Pool(pool.size, vectors=pool.vectors, labeled=pool.labeled, label_words=(words_for(labels[first]),))

    picks = covering(told, 1, 0)

    assert labels[rest[picks.rows[0]]] == 0
    assert picks.trusted == ("Category",)


@pytest.mark.parametrize("size", [30, 60])
def test_words_that_are_not_borne_out_change_nothing(size: int) -> None:
    vectors, labels = texts(size + 25, 5)
    pool = Pool(size, vectors=lambda rows: vectors[25 + rows], labeled=vectors[:25])
    told = Pool(size, vectors=pool.vectors, labeled=pool.labeled, label_words=(words_for(labels[:25], turned=2),))

    picks = covering(told, 10, 0)

    assert picks.rows.tolist() == covering(pool, 10, 0).rows.tolist()
    assert picks.trusted == ()

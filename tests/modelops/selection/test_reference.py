"""The same results as scikit-activeml, where both have a function (Kottke et al. 2021, version 1.0)."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from modelops.selection.clusters import typicality, unit
from modelops.selection.pool import Floats, Pool
from modelops.selection.spread import badge, core_set, distances_from, gradient
from modelops.selection.uncertainty import margins, most_doubtful

skactiveml = pytest.importorskip("skactiveml")
POOL, LABELED, HIDDEN, LABELS = 60, 12, 5, 3


def data() -> tuple[Floats, Floats, Floats]:
    """Vectors of the labeled documents and then the pool; labels, NaN in the pool; probabilities of the pool."""
    generator = np.random.default_rng(7)
    vectors = generator.normal(size=(LABELED + POOL, HIDDEN)).astype(np.float32)
    labels = np.full(LABELED + POOL, np.nan, dtype=np.float32)
    labels[:LABELED] = np.arange(LABELED) % LABELS
    head = LogisticRegression().fit(vectors[:LABELED], labels[:LABELED])
    return vectors, labels, head.predict_proba(vectors[LABELED:]).astype(np.float32)


def classifier() -> object:
    from skactiveml.classifier import SklearnClassifier

    return SklearnClassifier(LogisticRegression(), classes=list(range(LABELS)))


def pool_of(vectors: Floats, probabilities: Floats) -> Pool:
    own = vectors[LABELED:]
    return Pool(
        POOL,
        {"Category": margins(probabilities)},
        lambda rows: own[rows],
        vectors[:LABELED],
        lambda rows: {"Category": probabilities[rows]},
    )


def test_margin_sampling_ranks_the_same() -> None:
    from skactiveml.pool import UncertaintySampling

    vectors, labels, probabilities = data()
    theirs = UncertaintySampling(method="margin_sampling", random_state=0)

    chosen, utilities = theirs.query(vectors, labels, clf=classifier(), batch_size=10, return_utilities=True)

    np.testing.assert_allclose(utilities[0][LABELED:], margins(probabilities), atol=1e-5)
    ours = most_doubtful(pool_of(vectors, probabilities), 10, 0)
    assert (ours.rows + LABELED).tolist() == list(chosen)


def test_the_core_set_is_the_same() -> None:
    from skactiveml.pool import CoreSet

    vectors, labels, probabilities = data()
    units = unit(vectors)

    chosen = CoreSet(random_state=0).query(units, labels, batch_size=10)

    assert (core_set(pool_of(vectors, probabilities), 10, 0).rows + LABELED).tolist() == list(chosen)


def test_typicality_is_the_same() -> None:
    from skactiveml.pool._typi_clust import _typicality

    vectors, _, _ = data()

    theirs = _typicality(vectors, np.arange(len(vectors)), k=20)

    np.testing.assert_allclose(typicality(vectors), theirs, rtol=1e-3)


def test_badge_weighs_the_gradients_the_same() -> None:
    from skactiveml.pool import Badge

    vectors, labels, probabilities = data()
    errors, own = gradient(probabilities), vectors[LABELED:]

    chosen, utilities = Badge(random_state=0).query(
        vectors, labels, clf=classifier(), batch_size=2, return_utilities=True
    )

    first = int(chosen[0]) - LABELED
    assert badge(pool_of(vectors, probabilities), 5, 0).rows[0] == first
    # Theirs counts the origin as a center, too; the authors' code does not.
    from_origin = (errors**2).sum(axis=1) * (own**2).sum(axis=1)
    distances = np.minimum(distances_from(first, errors, own), from_origin)
    theirs = np.nan_to_num(utilities[1][LABELED:])
    np.testing.assert_allclose(distances / distances.sum(), theirs, atol=1e-5)

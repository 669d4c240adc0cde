"""The solver of the fast head against scikit-learn's, and its warm steps against the exact solution."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from modelops.engine.linear import Problem, probabilities, refit, solve


def rows(count: int, seed: int = 0) -> torch.Tensor:
    """Correlated features as embeddings are, with a column of ones."""
    draw = np.random.default_rng(seed)
    mixed = draw.normal(size=(count, 12)) @ draw.normal(size=(12, 12)) / 4
    return torch.tensor(np.hstack([mixed, np.ones((count, 1))]), dtype=torch.float32)


def labels_of(features: torch.Tensor, width: int) -> torch.Tensor:
    draw = torch.Generator().manual_seed(1)
    noise = torch.randn(len(features), width, generator=draw)
    return (features[:, :width] * 2 + noise).argmax(dim=1)


def a_choice(count: int, width: int = 5, c: float = 3.0) -> tuple[Problem, torch.Tensor]:
    features = rows(count)
    labels = labels_of(features, width)
    targets = torch.nn.functional.one_hot(labels, width).float()
    return Problem(features, targets, torch.ones(count), c, width), labels


def test_a_choice_is_solved_as_scikit_learn_solves_it() -> None:
    problem, labels = a_choice(400)

    found = solve(problem)

    theirs = LogisticRegression(C=3.0, tol=1e-8, max_iter=5000).fit(problem.features[:, :-1], labels)
    expected = theirs.predict_proba(problem.features[:, :-1])
    assert found.is_exact
    assert np.abs(probabilities(problem.features @ found.weights, 5).numpy() - expected).max() < 2e-3


def test_choices_are_one_regression_a_label() -> None:
    features = rows(300)
    targets = (features[:, :4] + 0.5 * rows(300, seed=7)[:, :4] > 0.2).float()

    found = solve(Problem(features, targets, torch.ones(300), 1.0, 1))

    chances = probabilities(features @ found.weights, 1).numpy()
    for label in range(4):
        theirs = LogisticRegression(C=1.0, tol=1e-8, max_iter=5000).fit(features[:, :-1], targets[:, label])
        assert np.abs(chances[:, label] - theirs.predict_proba(features[:, :-1])[:, 1]).max() < 2e-3


def test_groups_of_logits_are_regressions_side_by_side() -> None:
    first, second = a_choice(200, width=3)[0], a_choice(200, width=3)[0]
    turned = Problem(second.features, second.targets.roll(1, dims=1), second.known, second.c, 3)
    both = Problem(first.features, torch.cat([first.targets, turned.targets], dim=1), first.known, first.c, 3)

    together = solve(both).weights

    apart = torch.cat([solve(first).weights, solve(turned).weights], dim=1)
    assert torch.allclose(first.features @ together, first.features @ apart, atol=0.05)


def test_rows_that_are_not_known_teach_nothing() -> None:
    problem, _ = a_choice(300)
    known = torch.ones(300)
    known[200:] = 0
    part = Problem(problem.features[:200], problem.targets[:200], torch.ones(200), problem.c, 5)

    with_gaps = solve(Problem(problem.features, problem.targets, known, problem.c, 5))

    assert torch.allclose(problem.features @ with_gaps.weights, problem.features @ solve(part).weights, atol=0.05)


def test_two_warm_steps_after_one_more_label_are_nearly_exact() -> None:
    problem, _ = a_choice(600)
    before = solve(
        Problem(problem.features[:599], problem.targets[:599], torch.ones(599), problem.c, 5),
    )
    exact = solve(problem)

    warm = refit(problem, before, most_steps=2)

    moved = (problem.features @ exact.weights).softmax(1) - (problem.features @ before.weights).softmax(1)
    left = (problem.features @ exact.weights).softmax(1) - (problem.features @ warm.weights).softmax(1)
    assert float(moved.abs().max()) > 1e-4
    assert float(left.abs().max()) < max(2e-3, 0.2 * float(moved.abs().max()))


@pytest.mark.parametrize("width", [2, 5])
def test_a_label_that_nobody_used_keeps_the_problem_solvable(width: int) -> None:
    problem, _ = a_choice(100, width=width)
    targets = torch.zeros(100, width + 1)
    targets[:, :width] = problem.targets

    found = solve(Problem(problem.features, targets, problem.known, 10.0, width + 1))

    chances = probabilities(problem.features @ found.weights, width + 1)
    assert float(chances[:, -1].max()) < 0.1
    assert bool(found.weights.isfinite().all())

"""Where heads begin: held back as far as unseen documents ask for."""

import torch

from modelops.engine.examples import HeadSpec
from modelops.engine.head_start import CANDIDATES, Fit, Seen, choose_strength, start_head, three_folds
from modelops.engine.network import Head

TWO = HeadSpec("Intent", "choice", ("refund", "late"))
EVEN = torch.ones(2)


def seen(right: float, *, rows: int = 240, hidden: int = 20, copies: int = 1) -> Seen:
    """The first feature tells the label, in a share `right` of the documents; each is there `copies` times over."""
    draw = torch.Generator().manual_seed(3)
    features = torch.randn(rows, hidden, generator=draw)
    target = (features[:, 0] > 0).long()
    is_wrong = torch.rand(rows, generator=draw) > right
    target[is_wrong] = 1 - target[is_wrong]
    return Seen(features, target, torch.arange(rows))[torch.arange(rows).repeat_interleave(copies)]


def test_noise_asks_for_less_strength_than_a_clear_case() -> None:
    clear, noisy = (choose_strength(three_folds(Fit(TWO, EVEN), seen(right))) for right in (1.0, 0.6))

    assert clear == CANDIDATES[-1]
    assert noisy < clear


def test_a_document_is_not_tested_on_its_own_rows() -> None:
    strength = choose_strength(three_folds(Fit(TWO, EVEN), seen(0.5, copies=8)))

    assert strength == CANDIDATES[0]


def test_documents_that_the_encoder_never_saw_decide_where_there_are_some() -> None:
    learned_by_heart, unseen = seen(1.0), seen(0.5)

    chosen = [start_head(Head(20, 2), learned_by_heart, TWO, EVEN, other) for other in (None, unseen)]

    assert chosen == [CANDIDATES[-1], CANDIDATES[0]]


def test_a_head_is_fitted_anew_wherever_it_stood() -> None:
    fresh, used = Head(20, 2), Head(20, 2)
    start_head(used, seen(0.6, rows=100), TWO, EVEN)

    chosen = [start_head(head, seen(1.0), TWO, EVEN) for head in (fresh, used)]

    assert chosen[0] == chosen[1] is not None
    assert torch.equal(fresh.linear.weight, used.linear.weight)
    assert (fresh(seen(1.0).features).argmax(dim=1) == seen(1.0).target).float().mean() > 0.95


def test_without_gold_a_head_is_left_as_it_is() -> None:
    head, nothing = Head(20, 2), seen(1.0)

    chosen = start_head(head, Seen(nothing.features, torch.full_like(nothing.target, -100), nothing.owners), TWO, EVEN)

    assert chosen is None
    assert not head.linear.weight.any()


def test_two_lots_of_documents_are_told_apart() -> None:
    both = seen(1.0, rows=5) + seen(1.0, rows=3)

    assert both.owners.tolist() == [0, 1, 2, 3, 4, 5, 6, 7]

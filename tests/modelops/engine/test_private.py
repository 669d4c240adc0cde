"""Heads with differential privacy: the budget is kept, nothing leaks around the noise, and they still learn."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from modelops.engine.bio import IGNORED
from modelops.engine.checkpoints import ADAPTER, HEADS
from modelops.engine.examples import HeadSpec
from modelops.engine.private import epsilon_of, loss_by_document, noise_for
from modelops.engine.serving import Predictor
from modelops.engine.training import fit
from tests.modelops.engine.gold import HEADS as LABEL_SETS
from tests.modelops.engine.gold import INTENT, QUICK, gold

PRIVATE = replace(QUICK, epochs=None, privacy_epsilon=8.0)


def test_the_noise_keeps_the_budget_and_is_no_larger_than_it_must_be() -> None:
    noise = noise_for(8.0, 1e-4, 133)

    assert 7.9 < epsilon_of(noise, 1e-4, 133) <= 8.0
    assert noise_for(1.0, 1e-4, 133) > 3 * noise


def test_a_private_run_spends_what_it_was_given_and_leaves_the_adapter_alone(
    tiny_encoder: Path, tmp_path: Path
) -> None:
    checkpoint = fit(gold(60), LABEL_SETS, PRIVATE, encoder=tiny_encoder, folder=tmp_path)

    assert 7.5 < checkpoint.figures["privacy_epsilon"] <= 8.0
    assert checkpoint.figures["privacy_delta"] == pytest.approx(60**-1.1)
    adapter = load_file(tmp_path / ADAPTER)
    assert all(not bool(value.any()) for name, value in adapter.items() if "lora_B" in name)
    assert checkpoint.temperatures == (1.0, 1.0, 1.0)
    saved = checkpoint.arguments
    assert (saved.warm_start, saved.class_weights, saved.calibration_share) == (False, "none", 0.0)


def test_with_a_wide_budget_and_enough_documents_it_learns(tiny_encoder: Path, tmp_path: Path) -> None:
    arguments = replace(PRIVATE, privacy_epsilon=100.0, privacy_delta=1e-3)
    examples = gold(300)

    fit(examples, [INTENT], arguments, encoder=tiny_encoder, folder=tmp_path)

    answers = Predictor.load(tmp_path, tiny_encoder).predict([one.text for one in examples[:40]])
    assert sum(one.values["Intent"] == got.answer["Intent"] for one, got in zip(examples, answers, strict=False)) >= 38


def test_two_private_runs_are_never_alike(tiny_encoder: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        fit(gold(40), [INTENT], replace(PRIVATE, epochs=1), encoder=tiny_encoder, folder=tmp_path / name)

    one, other = (load_file(tmp_path / name / HEADS) for name in ("one", "other"))
    assert not torch.equal(one["0.weight"], other["0.weight"])


def test_the_loss_of_a_document_does_not_depend_on_the_others() -> None:
    choice, choices, spans = INTENT, HeadSpec("T", "choices", ("a", "b", "c")), HeadSpec("S", "span", ("X",))
    torch.manual_seed(0)
    logits, tags = torch.randn(3, 2), torch.randn(3, 5, 3)
    goals = torch.tensor([[0, 1, IGNORED, IGNORED, IGNORED], [2, 0, 0, 1, IGNORED], [IGNORED] * 5])

    one = loss_by_document(logits, torch.tensor([0, IGNORED, 1]), choice)
    each = loss_by_document(tags, goals, spans)

    assert one[1] == 0
    assert each[2] == 0
    assert torch.allclose(one[:1], loss_by_document(logits[:1], torch.tensor([0]), choice))
    assert torch.allclose(each[:1], loss_by_document(tags[:1], goals[:1], spans))
    known = loss_by_document(torch.zeros(2, 3), torch.tensor([[1.0, 0, 0], [-1, -1, -1]]), choices)
    assert known.tolist() == pytest.approx([0.6931, 0.0], abs=1e-3)

"""The adapter with differential privacy: one budget for all, documents clipped as a whole, noise on every weight."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from modelops.engine.checkpoints import ADAPTER, RESUME
from modelops.engine.encoders import EncoderFolder
from modelops.engine.examples import Example, HeadSpec
from modelops.engine.private import epsilon_of
from modelops.engine.private_adapter import PrivateAdapterRun
from modelops.engine.serving import Predictor
from modelops.engine.training import Progress, fit
from tests.modelops.engine.gold import HEADS, INTENT, PLACES, QUICK, gold, span
from tests.modelops.engine.test_training import Stopped

# One delta for all: the noise is then looked for once.
PRIVATE = replace(QUICK, epochs=2, privacy_epsilon=8.0, privacy_delta=1e-3, privacy_adapter=True)
BOTH_SPANS = (*HEADS, replace(PLACES, name="Overlapping", overlap=True))


def with_long_text() -> list[Example]:
    """The last document has several windows."""
    text = "late refund in berlin pays anna " * 12
    values: dict[str, object] = {"Intent": "refund", "Places": [span(text, "berlin", "PLACE")]}
    examples = [*gold(6), Example(text, values)]
    return [Example(one.text, dict(one.values) | {"Overlapping": one.values["Places"]}) for one in examples]


def opened(encoder: Path, examples: Sequence[Example], heads: Sequence[HeadSpec] = HEADS) -> PrivateAdapterRun:
    """A run at the step in which the adapter begins to learn, with weights that have all gradients."""
    run = PrivateAdapterRun(examples, heads, PRIVATE, EncoderFolder.read(encoder), torch.device("cpu"))
    run.step = run.turn
    run._open_adapter()
    with torch.no_grad():
        for name, value in run.trainable.items():
            value.add_(0.1 * torch.randn(value.shape) if "lora_A" not in name else 0.0)
    return run


def clipped(run: PrivateAdapterRun, part: Sequence[int]) -> torch.Tensor:
    """What this part adds to the step before the noise, all weights in one row."""
    run.private.zero_grad()
    run._sum_gradients(part)
    run.private.clip_and_accumulate()
    found = torch.cat([value.summed_grad.flatten() for value in run.trainable.values()])  # type: ignore[attr-defined]
    for value in run.trainable.values():
        value.summed_grad = None  # type: ignore[attr-defined]
    return found


def test_adapter_and_heads_learn_within_one_budget(tiny_encoder: Path, tmp_path: Path) -> None:
    checkpoint = fit(gold(60), HEADS, PRIVATE, encoder=tiny_encoder, folder=tmp_path)

    figures = checkpoint.figures
    assert 7.5 < figures["privacy_epsilon"] <= 8.0
    assert figures["privacy_epsilon"] == pytest.approx(
        epsilon_of(figures["privacy_noise"], figures["privacy_delta"], int(figures["steps"])), abs=0.01
    )
    assert figures["privacy_adapter"] == 1
    assert "loss" not in figures
    adapter = load_file(tmp_path / ADAPTER)
    assert all(bool(value.any()) for name, value in adapter.items() if "lora_B" in name)
    assert checkpoint.temperatures == (1.0, 1.0, 1.0)
    saved = checkpoint.arguments
    assert (saved.warm_start, saved.class_weights, saved.calibration_share) == (False, "none", 0.0)


def test_with_a_wide_budget_it_learns(tiny_encoder: Path, tmp_path: Path) -> None:
    arguments = replace(PRIVATE, epochs=10, privacy_epsilon=100.0, learning_rate=1e-3)
    examples = gold(200)

    fit(examples, [INTENT], arguments, encoder=tiny_encoder, folder=tmp_path)

    answers = Predictor.load(tmp_path, tiny_encoder).predict([one.text for one in examples[:40]])
    assert sum(one.values["Intent"] == got.answer["Intent"] for one, got in zip(examples, answers, strict=False)) >= 38


def test_the_noted_gradients_are_those_of_each_document_alone(tiny_encoder: Path) -> None:
    run = opened(tiny_encoder, with_long_text(), BOTH_SPANS)
    everyone = list(range(len(run.learned)))
    assert len(run.windows[-1]) > 1

    run._sum_gradients(everyone)
    noted = {name: value.grad_sample for name, value in run.trainable.items()}  # type: ignore[attr-defined]
    assert all(len(value) == len(everyone) for value in noted.values())

    for number in everyone:
        run.private.zero_grad(set_to_none=True)
        run._sum_gradients([number])
        for name, value in run.trainable.items():
            assert value.grad is not None
            assert torch.allclose(noted[name][number], value.grad, atol=1e-5), (number, name)


def test_one_outlier_moves_the_weights_no_further_than_the_bound(tiny_encoder: Path) -> None:
    run = opened(tiny_encoder, with_long_text())
    everyone = list(range(len(run.learned)))
    with torch.no_grad():
        for name, value in run.trainable.items():
            if name.startswith("heads."):
                value.mul_(300.0)
    run._sum_gradients([everyone[-1]])
    samples = [value.grad_sample.flatten() for value in run.trainable.values()]  # type: ignore[attr-defined]
    assert float(torch.cat(samples).norm()) > 20

    without, with_it = clipped(run, everyone[:-1]), clipped(run, everyone)

    assert 0.9 < float((with_it - without).norm()) <= 1.0 + 1e-4


def test_a_step_puts_noise_to_every_weight_even_without_documents(tiny_encoder: Path) -> None:
    run = opened(tiny_encoder, gold(40))

    run.private.zero_grad()
    run._no_gradients()
    run.private.pre_step()

    share = run.noise / run.private.expected_batch_size
    for name, value in run.trainable.items():
        assert value.grad is not None
        if value.numel() >= 100:
            assert float(value.grad.std()) == pytest.approx(share, rel=0.35), name


def test_a_part_that_does_not_fit_into_memory_leaves_nothing_behind(
    tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = opened(tiny_encoder, with_long_text())
    expected = clipped(run, [0, 1, 6])

    def short(_run: PrivateAdapterRun, _loss: torch.Tensor) -> float:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(PrivateAdapterRun, "_backward", short)
        assert run._try([2, 3, 4]) is None
        with pytest.raises(MemoryError):
            run._try([2])
    run._forget_gradients()

    assert run.pieces == 2
    assert max(map(len, run._parts(list(range(7))))) <= 4
    assert torch.allclose(clipped(run, [0, 1, 6]), expected, atol=1e-5)


def test_a_run_that_was_stopped_begins_anew(tiny_encoder: Path, tmp_path: Path) -> None:
    arguments = replace(PRIVATE, resume_seconds=1e-9)
    again: list[int] = []

    def stop(progress: Progress) -> None:
        if progress.step == progress.steps - 1:
            raise Stopped

    with pytest.raises(Stopped):
        fit(gold(20), [INTENT], arguments, encoder=tiny_encoder, folder=tmp_path, on_progress=stop)
    assert not (tmp_path / RESUME).exists()
    fit(
        gold(20), [INTENT], arguments, encoder=tiny_encoder, folder=tmp_path,
        on_progress=lambda one: again.append(one.step),
    )  # fmt: skip

    assert again == list(range(1, again[-1] + 1))

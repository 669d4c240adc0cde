"""How a run ends: a weaker adapter, heads fitted on its states, and no gold left out."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from modelops.engine.arguments import TrainingArguments
from modelops.engine.calibration import calibration_split
from modelops.engine.checkpoints import ADAPTER
from modelops.engine.examples import Example, HeadSpec
from modelops.engine.serving import Predictor
from modelops.engine.targets import prepare
from modelops.engine.tokens import TokenizedText
from modelops.engine.training import fit
from tests.modelops.engine.gold import INTENT, QUICK, gold


def test_a_share_of_the_adapter_is_kept(tiny_encoder: Path, tmp_path: Path) -> None:
    adapters = []
    for share in (1.0, 0.5):
        folder = tmp_path / str(share)
        fit(gold(40), [INTENT], replace(QUICK, adapter_share=share), encoder=tiny_encoder, folder=folder)
        adapters.append(load_file(folder / ADAPTER))
    whole, part = adapters

    for name, value in whole.items():
        assert torch.allclose(part[name], value * (0.5 if "lora_B" in name else 1.0))
    assert any(value.any() for name, value in whole.items() if "lora_B" in name)


def test_what_was_held_out_for_temperatures_teaches_after_all(tiny_encoder: Path, tmp_path: Path) -> None:
    arguments = replace(QUICK, epochs=1, calibration_share=0.1)
    head = HeadSpec("Intent", "choice", (*INTENT.labels, "berlin"))
    examples, held_out = gold(220), _held_out(220, arguments)
    for number in held_out:
        examples[number] = Example("berlin berlin", {"Intent": "berlin"})

    taught = next(number for number in range(220) if number not in held_out)
    checkpoint = fit(examples, [head], arguments, encoder=tiny_encoder, folder=tmp_path)

    found = Predictor.load(tmp_path, tiny_encoder).predict(["berlin berlin", examples[taught].text])
    assert checkpoint.figures["calibration_examples"] == len(held_out) == 22
    assert [one.answer["Intent"] for one in found] == ["berlin", examples[taught].values["Intent"]]


def test_heads_with_privacy_are_not_fitted_without_noise(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def close(*_: object) -> None:
        raise AssertionError("it would read gold without noise")

    monkeypatch.setattr("modelops.engine.running.close", close)
    private = replace(QUICK, epochs=1, privacy_epsilon=8.0)

    assert fit(gold(40), [INTENT], private, encoder=tiny_encoder, folder=tmp_path).temperatures == (1.0,)
    with pytest.raises(AssertionError, match="without noise"):
        fit(gold(40), [INTENT], replace(QUICK, epochs=1), encoder=tiny_encoder, folder=tmp_path / "plain")


def _held_out(count: int, arguments: TrainingArguments) -> list[int]:
    numbered = [prepare(Example(str(n), {}), TokenizedText([n], [(0, 1)]), []) for n in range(count)]
    return [one.tokens.ids[0] for one in calibration_split(numbered, arguments)[1]]

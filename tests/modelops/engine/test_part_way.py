from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from modelops.engine.part_way import SHARES, go_part_way
from modelops.engine.training import fit
from tests.modelops.engine.gold import INTENT, QUICK, TOPICS, gold


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lora_A, self.lora_B = (nn.ParameterDict({"default": torch.full((2, 2), 4.0)}) for _ in range(2))


@pytest.mark.parametrize("wanted", SHARES)
def test_the_share_with_the_least_loss_is_kept_and_the_rest_stays(wanted: float) -> None:
    layer = Layer()

    share = go_part_way(nn.Sequential(layer), lambda: abs(float(layer.lora_B["default"].detach()[0, 0]) - 4.0 * wanted))

    assert share == wanted
    assert torch.allclose(layer.lora_B["default"], torch.full((2, 2), 4.0 * wanted))
    assert torch.equal(layer.lora_A["default"], torch.full((2, 2), 4.0))


def test_among_equals_all_of_it_is_kept() -> None:
    assert go_part_way(nn.Sequential(Layer()), lambda: 1.0) == 1.0


@pytest.mark.parametrize(("share_held_out", "least"), [(0.2, min(SHARES)), (0.0, 1.0)])
def test_a_run_says_how_far_it_went(tiny_encoder: Path, tmp_path: Path, share_held_out: float, least: float) -> None:
    arguments = replace(QUICK, epochs=1, calibration_share=share_held_out)

    checkpoint = fit(gold(200), [INTENT, TOPICS], arguments, encoder=tiny_encoder, folder=tmp_path)

    assert least <= checkpoint.figures["adapter_share"] <= 1.0
    assert checkpoint.figures["adapter_share"] in SHARES

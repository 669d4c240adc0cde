from dataclasses import replace
from pathlib import Path

import pytest

from modelops.engine.checkpoints import DESCRIPTION
from modelops.engine.losses import LossDiverged
from modelops.engine.training import Progress, fit
from tests.modelops.engine.gold import INTENT, QUICK, gold


def test_a_loss_that_is_no_number_ends_training_at_once_and_leaves_no_checkpoint(
    tiny_encoder: Path, tmp_path: Path
) -> None:
    seen: list[Progress] = []
    mad = replace(QUICK, learning_rate=1e30, head_learning_rate=1e30, epochs=50)

    with pytest.raises(LossDiverged) as raised:
        fit(gold(), [INTENT], mad, encoder=tiny_encoder, folder=tmp_path, on_progress=seen.append)

    assert raised.value.step <= 5
    assert len(seen) == raised.value.step - 1
    assert not (tmp_path / DESCRIPTION).exists()


def test_weights_that_broke_in_the_very_last_step_are_not_written(tiny_encoder: Path, tmp_path: Path) -> None:
    one_step = replace(QUICK, learning_rate=1e35, weight_decay=1e5, epochs=1, batch_size=64)

    with pytest.raises(LossDiverged):
        fit(gold(), [INTENT], one_step, encoder=tiny_encoder, folder=tmp_path, device="cpu")

    assert not (tmp_path / DESCRIPTION).exists()

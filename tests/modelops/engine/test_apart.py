"""A run in two processes: each takes half of every step, and what comes out is one checkpoint."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from modelops.engine.apart import fit_apart
from modelops.engine.running import Progress
from modelops.engine.training import fit
from tests.modelops.engine.gold import HEADS, INTENT, QUICK, gold
from tests.modelops.engine.test_options import right
from tests.modelops.engine.test_training import Stopped, weights

pytestmark = pytest.mark.slow
TWO = replace(QUICK, epochs=3, processes=2, bf16=False)


def test_two_processes_learn_what_one_learns(tiny_encoder: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []
    examples = gold()

    two = tmp_path / "two" / "work"
    fit_apart(examples, [INTENT], TWO, encoder=tiny_encoder, folder=two, on_progress=seen.append)
    fit(examples, [INTENT], replace(TWO, processes=1), encoder=tiny_encoder, folder=tmp_path / "one")

    assert [one.step for one in seen] == list(range(1, 10))
    ours, alone = weights(two), weights(tmp_path / "one")
    assert ours.keys() == alone.keys()
    assert all(torch.allclose(ours[name], alone[name], atol=0.05) for name in ours)
    assert right(two, tiny_encoder) == 1.0


def test_a_stop_ends_both_processes_and_an_error_is_told(tiny_encoder: Path, tmp_path: Path) -> None:
    def stop(_progress: Progress) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        fit_apart(gold(), HEADS, TWO, encoder=tiny_encoder, folder=tmp_path / "work", on_progress=stop)

    assert not (tmp_path / "work.json").exists()
    assert not (tmp_path / "work" / "checkpoint.json").exists()

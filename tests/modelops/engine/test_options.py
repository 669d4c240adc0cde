"""Options of training: little memory, blanked tokens, ensembles, several processes' parts."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from modelops.engine import running
from modelops.engine.arguments import TrainingArguments
from modelops.engine.augmentation import blanked
from modelops.engine.batches import Batch
from modelops.engine.checkpoints import read_checkpoint
from modelops.engine.ensemble import Member, averaged, best_of
from modelops.engine.losses import network_loss
from modelops.engine.memory import is_out_of_memory, split
from modelops.engine.peers import Peers
from modelops.engine.running import Tensors
from modelops.engine.serving import Predictor
from modelops.engine.tokens import TextTokenizer, Window
from modelops.engine.training import Progress, fit
from tests.modelops.engine.gold import HEADS, QUICK, gold
from tests.modelops.engine.test_training import Stopped, assert_same_weights


def right(folder: Path, encoder: Path) -> float:
    examples = gold(12)
    answers = Predictor.load(folder, encoder).predict([one.text for one in examples])
    return sum(one.values["Intent"] == got.answer["Intent"] for one, got in zip(examples, answers, strict=True)) / 12


def short_of_memory(monkeypatch: pytest.MonkeyPatch, most: int, error: type[Exception] = RuntimeError) -> list[int]:
    """More than so many examples at once do not fit; the sizes of what did."""
    sizes: list[int] = []
    whole = network_loss

    def loss(network: Any, batch: Batch, *rest: Any) -> torch.Tensor:
        if batch.count > most:
            raise error("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8589934592 bytes.")
        sizes.append(batch.count)
        return whole(network, batch, *rest)

    monkeypatch.setattr(running, "network_loss", loss)
    return sizes


def test_a_step_that_does_not_fit_is_taken_in_halves(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = short_of_memory(monkeypatch, most=3)

    checkpoint = fit(gold(), HEADS, QUICK, encoder=tiny_encoder, folder=tmp_path)

    assert checkpoint.figures["pieces"] == 4
    assert max(sizes) == 2
    assert sum(sizes) == 24 * 6
    assert right(tmp_path, tiny_encoder) == 1.0


def test_memory_that_does_not_suffice_for_one_example_ends_the_run(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short_of_memory(monkeypatch, most=0)

    with pytest.raises(RuntimeError, match="allocate memory"):
        fit(gold(8), HEADS, QUICK, encoder=tiny_encoder, folder=tmp_path)


def test_another_error_is_not_taken_for_a_lack_of_memory() -> None:
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory."))
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert not is_out_of_memory(ValueError("out of memory"))


def test_parts_are_about_equal_and_never_empty() -> None:
    assert [len(part) for part in split(range(10), 4)] == [2, 3, 2, 3]
    assert [len(part) for part in split(range(2), 8)] == [1, 1]


def test_blanking_spares_prefix_markers_and_padding(tokenizer: TextTokenizer) -> None:
    texts = [tokenizer.tokenize("lost card refund anna paris berlin"), tokenizer.tokenize("late")]
    windows = [Window(number, 0, len(text.ids)) for number, text in enumerate(texts)]
    ids, mask = tokenizer.collate(texts, windows)
    batch = Batch(ids, mask, torch.arange(2), 2, ())

    changed = blanked(batch, 0.999, tokenizer, seed=1).ids

    first = len(tokenizer.opening)
    assert torch.equal(changed[:, :first], ids[:, :first])
    assert bool((changed[0, first : first + len(texts[0].ids)] == tokenizer.blank_id).all())
    assert torch.equal(changed[1, first + len(texts[1].ids) :], ids[1, first + len(texts[1].ids) :])
    assert blanked(batch, 0.0, tokenizer, seed=1) is batch
    assert torch.equal(blanked(batch, 0.4, tokenizer, 7).ids, blanked(batch, 0.4, tokenizer, 7).ids)


def test_training_with_blanked_tokens_still_learns(tiny_encoder: Path, tmp_path: Path) -> None:
    fit(gold(), HEADS, replace(QUICK, blanked_share=0.15), encoder=tiny_encoder, folder=tmp_path)

    assert right(tmp_path, tiny_encoder) == 1.0


def test_the_mean_of_adapters_changes_every_layer_by_the_mean_of_their_changes() -> None:
    torch.manual_seed(0)
    members = [
        Member(
            Tensors({"x.lora_A.w": torch.randn(4, 8), "x.lora_B.w": torch.randn(6, 4)}, {"0.bias": torch.ones(2) * n}),
            n,
        )
        for n in (3.0, 1.0)
    ]

    mean = averaged(members)

    changes = [one.tensors.adapter["x.lora_B.w"] @ one.tensors.adapter["x.lora_A.w"] for one in members]
    assert torch.allclose(
        mean.adapter["x.lora_B.w"] @ mean.adapter["x.lora_A.w"], (changes[0] + changes[1]) / 2, atol=1e-5
    )
    assert mean.heads["0.bias"].tolist() == [2.0, 2.0]
    assert best_of(members) == 1


def test_an_ensemble_is_one_checkpoint_of_the_same_cost(tiny_encoder: Path, tmp_path: Path) -> None:
    arguments = replace(QUICK, epochs=4, ensemble=2)
    seen: list[Progress] = []

    checkpoint = fit(gold(), HEADS, arguments, encoder=tiny_encoder, folder=tmp_path, on_progress=seen.append)

    assert checkpoint.figures["ensemble_members"] == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "adapter.safetensors", "checkpoint.json", "heads.safetensors",
    ]  # fmt: skip
    assert [one.step for one in seen] == list(range(1, seen[-1].steps + 1))
    assert read_checkpoint(tmp_path).arguments.lora_rank == 2 * QUICK.lora_rank
    assert right(tmp_path, tiny_encoder) == 1.0


def test_an_ensemble_that_is_no_better_than_its_best_member_is_not_kept(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = iter([0.5, 0.2, 0.3])
    monkeypatch.setattr(running.TrainingRun, "held_out_loss", lambda _run: next(losses))

    checkpoint = fit(gold(), HEADS, replace(QUICK, epochs=2, ensemble=2), encoder=tiny_encoder, folder=tmp_path / "two")
    fit(gold(), HEADS, replace(QUICK, epochs=2, seed=QUICK.seed + 1), encoder=tiny_encoder, folder=tmp_path / "one")

    assert checkpoint.figures["ensemble_kept"] == 0
    assert checkpoint.figures["best_member_loss"] == 0.2
    assert_same_weights(tmp_path / "two", tmp_path / "one")


def test_a_stopped_ensemble_does_not_train_finished_members_again(tiny_encoder: Path, tmp_path: Path) -> None:
    arguments = replace(QUICK, epochs=2, ensemble=2, resume_seconds=1e-9)
    again: list[int] = []

    def stop(progress: Progress) -> None:
        if progress.step == progress.steps - 1:
            raise Stopped

    with pytest.raises(Stopped):
        fit(gold(), HEADS, arguments, encoder=tiny_encoder, folder=tmp_path / "cut", on_progress=stop)
    fit(
        gold(), HEADS, arguments, encoder=tiny_encoder, folder=tmp_path / "cut",
        on_progress=lambda one: again.append(one.step),
    )  # fmt: skip
    fit(gold(), HEADS, arguments, encoder=tiny_encoder, folder=tmp_path / "whole")

    assert len(again) == 1
    assert_same_weights(tmp_path / "cut", tmp_path / "whole")


def test_peers_share_a_step_among_them() -> None:
    entries = list(range(7))

    parts = [Peers(rank, 3).own(entries) for rank in range(3)]

    assert sorted(number for part in parts for number in part) == entries
    assert Peers.here() == Peers(0, 1)


@pytest.mark.parametrize(
    "bad",
    [{"ensemble": 9}, {"blanked_share": 1.0}, {"privacy_epsilon": 0.0}, {"privacy_delta": 0.5}, {"processes": 0},
     {"privacy_epsilon": 8.0, "ensemble": 2}, {"privacy_adapter": True},
     {"privacy_adapter": True, "privacy_epsilon": 8.0, "blanked_share": 0.1},
     {"privacy_epsilon": 8.0, "privacy_adapter": True, "ensemble": 2}],
)  # fmt: skip
def test_options_that_cannot_work_are_refused_by_name(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(bad))):
        TrainingArguments(**bad)

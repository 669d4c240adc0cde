import itertools
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from modelops.engine.arguments import TrainingArguments
from modelops.engine.checkpoints import ADAPTER, HEADS
from modelops.engine.examples import Example, HeadSpec
from modelops.engine.serving import Predictor
from modelops.engine.training import Progress, fit
from tests.modelops.engine.gold import HEADS as LABEL_SETS
from tests.modelops.engine.gold import INTENT, PLACES, QUICK, TOPICS, gold, span


class Stopped(Exception):
    """Raised by a test from on_progress."""


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / ADAPTER) | load_file(folder / HEADS)


def assert_same_weights(left: Path, right: Path) -> None:
    ours, theirs = weights(left), weights(right)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_one_seed_gives_one_result_and_another_seed_another(tiny_encoder: Path, tmp_path: Path) -> None:
    arguments = replace(QUICK, epochs=2, lora_dropout=0.1)

    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        fit(gold(), LABEL_SETS, replace(arguments, seed=seed), encoder=tiny_encoder, folder=tmp_path / name)

    assert_same_weights(tmp_path / "one", tmp_path / "same")
    with pytest.raises(AssertionError):
        assert_same_weights(tmp_path / "one", tmp_path / "other")


def test_training_leaves_the_random_state_of_the_process_alone(tiny_encoder: Path, tmp_path: Path) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)

    fit(gold(8), [INTENT], replace(QUICK, epochs=1), encoder=tiny_encoder, folder=tmp_path)

    assert torch.equal(torch.rand(3), expected)


def test_a_stopped_run_continues_to_the_same_result(tiny_encoder: Path, tmp_path: Path) -> None:
    arguments = replace(QUICK, epochs=3, lora_dropout=0.1, resume_seconds=1e-9)
    seen: list[int] = []

    def stop(progress: Progress) -> None:
        if progress.step == 4:
            raise Stopped

    fit(gold(), LABEL_SETS, arguments, encoder=tiny_encoder, folder=tmp_path / "whole")
    with pytest.raises(Stopped):
        fit(gold(), LABEL_SETS, arguments, encoder=tiny_encoder, folder=tmp_path / "cut", on_progress=stop)
    assert not (tmp_path / "cut" / "checkpoint.json").exists()
    assert (tmp_path / "cut" / "resume" / "state.safetensors").exists()
    fit(
        gold(),
        LABEL_SETS,
        arguments,
        encoder=tiny_encoder,
        folder=tmp_path / "cut",
        on_progress=lambda progress: seen.append(progress.step),
    )

    assert seen == list(range(5, seen[-1] + 1))
    assert not (tmp_path / "cut" / "resume").exists()
    assert_same_weights(tmp_path / "whole", tmp_path / "cut")


def test_a_saved_state_of_other_data_is_not_continued(tiny_encoder: Path, tmp_path: Path) -> None:
    arguments = replace(QUICK, epochs=1, resume_seconds=1e-9)
    seen: list[int] = []

    def stop(progress: Progress) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        fit(gold(24), [INTENT], arguments, encoder=tiny_encoder, folder=tmp_path, on_progress=stop)
    fit(
        gold(16),
        [INTENT],
        arguments,
        encoder=tiny_encoder,
        folder=tmp_path,
        on_progress=lambda progress: seen.append(progress.step),
    )

    assert seen == [1, 2]


def test_progress_counts_every_step_to_the_end(tiny_encoder: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []

    fit(gold(16), [INTENT], replace(QUICK, epochs=2), encoder=tiny_encoder, folder=tmp_path, on_progress=seen.append)

    assert [(one.step, one.steps, one.epoch) for one in seen] == [(1, 4, 0), (2, 4, 0), (3, 4, 1), (4, 4, 1)]
    assert all(left.seconds <= right.seconds for left, right in itertools.pairwise(seen))


def test_all_kinds_of_heads_learn_together(tiny_encoder: Path, tmp_path: Path) -> None:
    examples = gold(32)

    fit(examples, LABEL_SETS, replace(QUICK, epochs=10), encoder=tiny_encoder, folder=tmp_path)
    predicted = Predictor.load(tmp_path, tiny_encoder).predict([example.text for example in examples])

    answers = [one.answer for one in predicted]
    for name, least in (("Intent", 32), ("Topics", 32), ("Places", 28)):
        right = sum(
            answer[name] == example.values[name] or _same_spans(answer[name], example.values[name])
            for answer, example in zip(answers, examples, strict=True)
        )
        assert right >= least, name


def _same_spans(left: object, right: object) -> bool:
    def key(value: object) -> str:
        return repr(sorted(map(repr, value))) if isinstance(value, list) else repr(value)

    return key(left) == key(right)


def test_a_head_without_a_value_teaches_nothing(tiny_encoder: Path, tmp_path: Path) -> None:
    whole = gold(16)
    partly = [
        Example(one.text, {"Intent": one.values["Intent"]} if number % 2 else {"Topics": one.values["Topics"]})
        for number, one in enumerate(whole)
    ]
    marked = [*partly, Example("anna pay", {"Intent": None}), Example("late", {})]
    # Without weight decay, a head that gets no gradient keeps its starting zeros.
    arguments = replace(QUICK, epochs=2, weight_decay=0.0)

    fit(marked, [*LABEL_SETS], arguments, encoder=tiny_encoder, folder=tmp_path)
    heads = load_file(tmp_path / HEADS)

    assert heads["0.weight"].abs().sum() > 0
    assert heads["1.weight"].abs().sum() > 0
    assert heads["2.weight"].abs().sum() == 0


def test_overlapping_spans_are_learned(tiny_encoder: Path, tmp_path: Path) -> None:
    head = HeadSpec("Phrases", "span", ("OUTER", "INNER"), overlap=True)
    examples = [
        Example(text, {"Phrases": [span(text, "lost card", "OUTER"), span(text, "card", "INNER")]})
        for number in range(20)
        for text in [f"anna lost card {number}"]
    ]

    fit(examples, [head], replace(QUICK, epochs=10), encoder=tiny_encoder, folder=tmp_path)
    predicted = Predictor.load(tmp_path, tiny_encoder).predict([examples[0].text])[0]

    assert predicted.answer["Phrases"] == [
        {"start": 5, "end": 14, "label": "OUTER"},
        {"start": 10, "end": 14, "label": "INNER"},
    ]


@pytest.mark.parametrize("start", ["warm", "zero"])
@pytest.mark.parametrize("count", [1, 2, 20])
def test_small_and_one_sided_gold_does_not_crash(count: int, start: str, tiny_encoder: Path, tmp_path: Path) -> None:
    examples = [Example("", {"Intent": "refund", "Topics": [], "Places": []})] * count

    fit(
        examples,
        LABEL_SETS,
        replace(QUICK, epochs=1, warm_start=start == "warm"),
        encoder=tiny_encoder,
        folder=tmp_path,
    )
    predicted = Predictor.load(tmp_path, tiny_encoder).predict(["anna", ""])

    assert len(predicted) == 2


@pytest.mark.parametrize("half", [False, True])
def test_temperatures_are_fitted_on_examples_that_were_held_out(
    half: bool,  # noqa: FBT001
    tiny_encoder: Path,
    tmp_path: Path,
) -> None:
    arguments = replace(QUICK, epochs=1, calibration_share=0.2, bf16=half)

    checkpoint = fit(gold(200), [INTENT, TOPICS], arguments, encoder=tiny_encoder, folder=tmp_path)

    assert checkpoint.figures["examples"] == 160
    assert checkpoint.figures["calibration_examples"] == 40
    assert all(0.25 <= temperature <= 4 for temperature in checkpoint.temperatures)
    assert checkpoint.temperatures != (1.0, 1.0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"Intent": "unheard"}, "Intent"),
        ({"Topics": ["unheard"]}, "Topics"),
        ({"Topics": "card"}, "Topics"),
        ({"Places": [{"start": 0, "end": 99, "label": "PLACE"}]}, "Places"),
        ({"Places": [{"start": 2, "end": 2, "label": "PLACE"}]}, "Places"),
        ({"Places": [{"start": 0, "end": 2, "label": "unheard"}]}, "Places"),
        ({}, "no gold"),
    ],
)
def test_gold_that_does_not_fit_is_refused(
    values: dict[str, object], message: str, tiny_encoder: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        fit([Example("anna", values)], LABEL_SETS, QUICK, encoder=tiny_encoder, folder=tmp_path)

    assert not list(tmp_path.iterdir())


def test_two_label_sets_of_one_name_are_refused(tiny_encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="same name"):
        fit(gold(4), [PLACES, PLACES], TrainingArguments(), encoder=tiny_encoder, folder=tmp_path)


def test_training_in_bfloat16_learns_too(tiny_encoder: Path, tmp_path: Path) -> None:
    examples = gold(16)

    checkpoint = fit(examples, [INTENT, PLACES], replace(QUICK, bf16=True), encoder=tiny_encoder, folder=tmp_path)
    predicted = Predictor.load(tmp_path, tiny_encoder).predict([example.text for example in examples])

    assert checkpoint.arguments.bf16 is True
    assert [one.answer["Intent"] for one in predicted] == [example.values["Intent"] for example in examples]

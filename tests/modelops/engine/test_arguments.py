import math
from typing import Any

import pytest

from modelops.engine.arguments import TrainingArguments, epochs_for
from modelops.engine.examples import HeadSpec


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"epochs": 0}, "epochs"),
        ({"batch_size": 0}, "batch_size"),
        ({"batch_size": True}, "batch_size"),
        ({"learning_rate": -1.0}, "learning_rate"),
        ({"learning_rate": math.nan}, "learning_rate"),
        ({"head_learning_rate": 0}, "head_learning_rate"),
        ({"lora_rank": 1.5}, "lora_rank"),
        ({"lora_dropout": 1.0}, "lora_dropout"),
        ({"max_length": 513}, "max_length"),
        ({"max_length": 32, "window_overlap": 17}, "window_overlap"),
        ({"class_weights": "much"}, "class_weights"),
        ({"seed": -1}, "seed"),
        ({"lora_targets": []}, "lora_targets"),
        ({"speed": 3}, "speed"),
    ],
)
def test_a_bad_value_is_refused_by_name(values: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        TrainingArguments.from_dict(values)


def test_arguments_come_back_from_their_dict() -> None:
    arguments = TrainingArguments(seed=3, epochs=2, lora_targets=("query",), class_weights="none")

    assert TrainingArguments.from_dict(arguments.as_dict()) == arguments


def test_more_examples_get_fewer_epochs_within_bounds() -> None:
    counts = [epochs_for(count) for count in (1, 1_000, 2_000, 4_000, 1_000_000)]

    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[1] > counts[-1] >= 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "text", "labels": ("a",)},
        {"kind": "choice", "labels": ()},
        {"kind": "choice", "labels": ("a", "a")},
        {"kind": "span", "labels": ("a",), "max_spans": 0},
    ],
)
def test_a_head_that_cannot_be_learned_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Topic"):
        HeadSpec(name="Topic", **wrong)

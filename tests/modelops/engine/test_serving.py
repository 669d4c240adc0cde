import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from modelops.engine.checkpoints import CheckpointError
from modelops.engine.examples import Example
from modelops.engine.serving import Predictor
from modelops.engine.training import fit
from tests.modelops.engine.gold import HEADS, PLACES, QUICK, gold, span


@pytest.fixture(scope="module")
def checkpoint(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoint")
    strange = "😀𝒳 anna lost card in berlin"
    places = [span(strange, "berlin", "PLACE"), span(strange, "anna", "PERSON")]
    examples = [*gold(32), Example(strange, {"Places": places})]
    fit(examples, HEADS, replace(QUICK, epochs=10), encoder=tiny_encoder, folder=folder)
    return folder


@pytest.fixture(scope="module")
def predictor(checkpoint: Path, tiny_encoder: Path) -> Predictor:
    return Predictor.load(checkpoint, tiny_encoder)


def test_two_loads_of_one_checkpoint_predict_the_same(
    predictor: Predictor, checkpoint: Path, tiny_encoder: Path
) -> None:
    texts = [example.text for example in gold(20)]

    again = Predictor.load(checkpoint, tiny_encoder).predict(texts)

    assert again == predictor.predict(texts)


def test_order_and_company_do_not_change_an_answer(predictor: Predictor) -> None:
    texts = ["anna lost card in paris", "refund", "", "late " * 40 + "berlin", "  \n ", "anna lost card in paris"]

    together = predictor.predict(texts)
    alone = [predictor.predict([text])[0] for text in texts]

    assert [one.answer for one in together] == [one.answer for one in alone]
    assert together[0] == together[5]


def test_bfloat16_weights_give_the_same_choices(
    checkpoint: Path, tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [example.text for example in gold(20)]
    predictor = Predictor.load(checkpoint, tiny_encoder, "cpu")
    monkeypatch.setattr("modelops.engine.states.prefers_bfloat16", lambda device: True)

    halved = Predictor.load(checkpoint, tiny_encoder, "cpu")

    assert np.abs(halved.embed(texts) - predictor.embed(texts)).max() > 0
    assert [one.answer["Intent"] for one in halved.predict(texts)] == [
        one.answer["Intent"] for one in predictor.predict(texts)
    ]


def test_no_texts_give_no_answers(predictor: Predictor) -> None:
    assert predictor.predict([]) == []
    assert predictor.embed([]).shape == (0, 32)


@pytest.mark.parametrize("text", ["", " ", "\r\n\t", "\u200b", "😀", "\x07"])
def test_a_text_without_words_gets_a_whole_answer(text: str, predictor: Predictor) -> None:
    answer = predictor.predict([text])[0].answer

    assert answer.keys() == {"Intent", "Topics", "Places"}
    assert answer["Intent"] in ("lost_card", "refund")


def test_confidence_mirrors_the_answer(predictor: Predictor) -> None:
    predicted = predictor.predict(["anna lost card 3 in paris"])[0]
    intent: Any = predicted.confidence["Intent"]  # Any: three shapes by kind
    topics: Any = predicted.confidence["Topics"]
    places: Any = predicted.answer["Places"]
    sure: Any = predicted.confidence["Places"]

    assert next(iter(intent)) == predicted.answer["Intent"]
    assert sum(intent.values()) == pytest.approx(1, abs=1e-4)
    assert [label for label, probability in topics.items() if probability >= 0.5] == predicted.answer["Topics"]
    assert len(sure) == len(places) > 0
    assert all(0 <= one <= 1 for one in sure)


@pytest.mark.parametrize("opening", ["", "   ", "😀𝒳 ", "\r\n"])
def test_offsets_count_code_points_of_the_untouched_text(opening: str, predictor: Predictor) -> None:
    text = f"{opening}anna lost card 2 in paris"

    places: Any = predictor.predict([text])[0].answer["Places"]  # Any: wire form

    assert "paris" in [text[one["start"] : one["end"]] for one in places]


def test_spans_are_found_all_through_a_long_text(tiny_encoder: Path, tmp_path: Path) -> None:
    sentence = "anna lost card in paris "
    examples = [
        Example(
            sentence * count, {"Places": [_paris(first) for first in range(0, count * len(sentence), len(sentence))]}
        )
        for count in range(4, 40)
    ]
    arguments = replace(QUICK, epochs=20, batch_size=4)
    fit(examples, [PLACES], arguments, encoder=tiny_encoder, folder=tmp_path, device="cpu")
    text = sentence * (3_000 // len(sentence))

    places: Any = Predictor.load(tmp_path, tiny_encoder, "cpu").predict([text])[0].answer["Places"]  # Any: wire form

    assert places == [_paris(first) for first in range(0, len(text), len(sentence))]


def _paris(first: int) -> dict[str, object]:
    return {"start": first + 18, "end": first + 23, "label": "PLACE"}


def test_no_span_crosses_a_part(tiny_encoder: Path, tmp_path: Path) -> None:
    joined = "lost card"
    examples = [Example(f"{joined} {number}", {"Places": [span(joined, joined, "PLACE")]}) for number in range(16)]
    fit(examples, [PLACES], replace(QUICK, epochs=10), encoder=tiny_encoder, folder=tmp_path)
    predictor = Predictor.load(tmp_path, tiny_encoder)
    text = "lost\ncard 3"

    whole: Any = predictor.predict([text])[0].answer["Places"]  # Any: wire form
    parted: Any = predictor.predict([text], parts=[((0, 4), (5, 11))])[0].answer["Places"]

    assert {"start": 0, "end": 9, "label": "PLACE"} in whole
    assert all(one["end"] <= 4 or one["start"] >= 5 for one in parted)


def test_embeddings_are_one_row_a_text(predictor: Predictor) -> None:
    embedded = predictor.embed(["anna", "", "late " * 100])

    assert embedded.shape == (3, 32)
    assert np.isfinite(embedded).all()
    assert embedded.dtype == np.float32


def _edit(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:  # Any: decoded JSON
    def broken(folder: Path) -> None:
        path = folder / "checkpoint.json"
        described = json.loads(path.read_text(encoding="utf-8"))
        change(described)
        path.write_text(json.dumps(described), encoding="utf-8")

    return broken


def _drop_head(folder: Path) -> None:
    tensors = load_file(folder / "heads.safetensors")
    del tensors["1.weight"]
    save_file(tensors, folder / "heads.safetensors")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_edit(lambda described: described["heads"][0]["labels"].pop()), "Intent"),
        (_edit(lambda described: described.pop("heads")), "broken"),
        (_edit(lambda described: described.update(heads=[])), "no heads"),
        (_edit(lambda described: described.update(format=99)), "format"),
        (_edit(lambda described: described.update(temperatures=[1.0])), "temperature"),
        (_edit(lambda described: described["encoder"].update(name="other")), "trained on other"),
        (_edit(lambda described: described["arguments"].update(lora_rank=0)), "lora_rank"),
        (_drop_head, "Topics"),
        (lambda folder: (folder / "adapter.safetensors").unlink(), "adapter"),
        (lambda folder: (folder / "adapter.safetensors").write_bytes(b"junk"), "adapter"),
        (lambda folder: save_file({}, folder / "adapter.safetensors"), "adapter"),
    ],
)
def test_a_broken_checkpoint_is_refused(
    spoil: Callable[[Path], None], message: str, checkpoint: Path, tiny_encoder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(checkpoint, folder)
    spoil(folder)

    with pytest.raises(CheckpointError, match=message):
        Predictor.load(folder, tiny_encoder)


def test_a_whole_value_is_at_most_as_likely_as_its_surest_part(predictor: Predictor) -> None:
    for one in predictor.predict([example.text for example in gold(12)]):
        intent = one.confidence["Intent"]

        assert set(one.whole) == set(one.answer)
        assert isinstance(intent, dict)
        assert one.whole["Intent"] == pytest.approx(max(intent.values()), abs=1e-5)
        assert all(0.0 < value <= 1.0 for value in one.whole.values())

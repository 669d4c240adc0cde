from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from modelops.engine import int8_encoder
from modelops.engine.explaining import explain
from modelops.engine.int8 import Int8Linear, _processor_prefers_int8, prefers_int8, supports_int8
from modelops.engine.int8_encoder import Int8Encoder
from modelops.engine.serving import Predictor
from modelops.engine.training import fit
from tests.modelops.engine.gold import HEADS, QUICK, gold

needs_int8 = pytest.mark.skipif(not supports_int8(torch.device("cpu")), reason="this processor has no VNNI")
pytestmark = needs_int8


@pytest.fixture(scope="module")
def predictor(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    folder = tmp_path_factory.mktemp("checkpoint")
    fit(gold(32), HEADS, replace(QUICK, epochs=10), encoder=tiny_encoder, folder=folder)
    return Predictor.load(folder, tiny_encoder, "cpu")


@pytest.mark.parametrize("rows", [2, 3, 70])
@pytest.mark.parametrize("bias", ["with a bias", ""])
def test_a_layer_comes_close_whatever_an_outlier_in_another_token(rows: int, bias: str) -> None:
    torch.manual_seed(0)
    plain = nn.Linear(384, 96, bias=bool(bias))
    states = torch.randn(rows, 384)
    states[0, 0] = 1e4

    with torch.inference_mode():
        wanted, rounded = plain(states[1:]), Int8Linear(plain)(states)[1:]

    assert rounded.shape == wanted.shape
    assert (rounded - wanted).norm() <= 0.02 * wanted.norm()


@pytest.mark.parametrize("may_overwrite", [False, True])
def test_a_layer_answers_exactly_as_its_formula(may_overwrite: bool) -> None:  # noqa: FBT001
    torch.manual_seed(0)
    plain, states = nn.Linear(16, 8), torch.randn(10, 16)
    given = states.clone()
    by_token = states.abs().amax(dim=1, keepdim=True) / 127
    by_channel = plain.weight.abs().amax(dim=1) / 127
    products = (states / by_token).round() @ (plain.weight / by_channel[:, None]).round().T

    with torch.inference_mode():
        rounded = Int8Linear(plain)(given, may_overwrite=may_overwrite)

    assert torch.allclose(rounded, products * by_token * by_channel + plain.bias, atol=1e-5)
    assert torch.equal(given, states) is not may_overwrite


def test_answers_in_int8_stay_near_and_do_not_depend_on_company(predictor: Predictor) -> None:
    texts = ["anna lost card in paris", "refund", "", "late " * 40 + "berlin", *(one.text for one in gold(20))]
    rounded = predictor.in_int8()

    together, full = rounded.predict(texts), predictor.predict(texts)

    assert (rounded.is_int8, predictor.is_int8) == (True, False)
    assert np.abs(rounded.embed(texts) - predictor.embed(texts)).max() > 0
    assert sum(one.answer["Intent"] == other.answer["Intent"] for one, other in zip(together, full, strict=True)) >= 22
    assert [one.answer for one in together] == [rounded.predict([text])[0].answer for text in texts]
    assert full == predictor.predict(texts)


def test_explanations_keep_the_weights_as_they_were_learned(predictor: Predictor) -> None:
    text, wanted = "anna lost card 3 in paris", {"Intent": ["lost_card"]}

    assert explain(predictor.in_int8(), [text], [wanted]) == explain(predictor, [text], [wanted])


@pytest.mark.parametrize(("tokens", "masked"), [(7, 3), (7, 0), (16, 0), (16, 5), (33, 1)])
def test_an_encoder_whose_layers_lose_nothing_gives_what_the_plain_one_gives(
    predictor: Predictor, tokens: int, masked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plain(linear: nn.Linear) -> Callable[..., torch.Tensor]:
        def layer(
            states: torch.Tensor,
            *,
            may_overwrite: bool = False,
            into: torch.Tensor | None = None,
            lowest: float | None = None,
        ) -> torch.Tensor:
            product: torch.Tensor = linear(states)
            return product if into is None else into.copy_(product.view(into.shape))

        return layer

    monkeypatch.setattr(int8_encoder, "Int8Linear", plain)
    encoder = predictor.reader.encoder
    ids, mask = torch.randint(5, 60, (3, tokens)), torch.ones(3, tokens, dtype=torch.long)
    mask[1, tokens - masked :] = 0

    with torch.inference_mode():
        wanted = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        states = Int8Encoder(encoder)(ids, mask if masked else None)

    assert torch.allclose(states[mask.bool()], wanted[mask.bool()], atol=1e-5)


def test_int8_leaves_its_source_and_shares_the_embeddings(predictor: Predictor) -> None:
    encoder = predictor.reader.encoder
    before = {name: tensor.clone() for name, tensor in encoder.state_dict().items()}

    rounded = Int8Encoder(encoder)
    rounded(torch.randint(5, 60, (2, 4)), None)

    assert rounded.embeddings is encoder.embeddings
    assert all(torch.equal(tensor, before[name]) for name, tensor in encoder.state_dict().items())


@pytest.mark.parametrize(("plain_seconds", "taken"), [(1.1, "plain"), (1.3, "int8")])
def test_it_is_preferred_by_measurement_and_never_on_a_card(
    plain_seconds: float, taken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def seconds(layers: nn.Module, states: torch.Tensor) -> float:
        layers(states)
        return 1.0 if any(isinstance(layer, Int8Linear) for layer in layers.modules()) else plain_seconds

    monkeypatch.setattr("modelops.engine.int8._seconds", seconds)
    monkeypatch.setattr("modelops.engine.int8._processor_prefers_int8", _processor_prefers_int8.__wrapped__)

    assert prefers_int8(torch.device("cpu")) is (taken == "int8")
    assert not prefers_int8(torch.device("cuda"))

"""What an answer loses when words are unseen, against attention computed anew without them; the way back."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertModel
from transformers.models.bert.modeling_bert import BertLayer

from modelops.engine.embedding import MAX_LENGTH, WINDOW_OVERLAP
from modelops.engine.encoders import EncoderFolder
from modelops.engine.network import load_encoder
from modelops.engine.states import StateBatch, StateReader
from modelops.engine.tokens import TextTokenizer
from modelops.engine.unseen import LAST_LAYERS, Asked, LastLayers, lost_unseen


def test_for_an_answer_that_is_linear_it_is_what_attention_without_the_word_would_give() -> None:
    torch.manual_seed(3)
    fits, values, counts = torch.randn(4, 5, 5), torch.randn(4, 5, 8), torch.randn(2, 4, 5, 8)
    words = torch.tensor([[0.0, 1, 1, 0, 0], [0, 0, 0, 1, 0]])
    shares = fits.softmax(dim=-1)
    answers = (shares @ values * counts).sum(dim=(1, 3))

    lost = lost_unseen(shares, values, counts, words)

    for place, word in enumerate(words):
        without = fits.masked_fill(word == 1, -torch.inf).softmax(dim=-1) @ values
        falls = answers - (without * counts).sum(dim=(1, 3))
        torch.testing.assert_close(lost[:, place], falls[:, word == 0].sum(dim=1), atol=1e-4, rtol=1e-4)


@pytest.fixture(scope="module")
def reader(tiny_encoder: Path) -> StateReader:
    folder = EncoderFolder.read(tiny_encoder)
    return StateReader(
        load_encoder(folder), TextTokenizer(folder), max_length=MAX_LENGTH, overlap=WINDOW_OVERLAP, threads=1
    )


def test_the_last_layers_give_what_the_whole_encoder_gives(reader: StateReader) -> None:
    tokenized = reader.tokenize(["anna lost card", "late"])
    whole, last = list[StateBatch](), LastLayers(reader.encoder)

    def compare(batch: StateBatch) -> None:
        with torch.no_grad():
            states, _ = last.read(batch.states.clone(), batch.mask)
        torch.testing.assert_close(states[batch.mask == 1], whole[0].states[batch.mask == 1], atol=1e-5, rtol=1e-4)

    reader.read(tokenized, whole.append)
    reader.below(LAST_LAYERS).read(tokenized, compare)
    assert len(whole) == 1


def test_the_way_back_through_the_layers_is_exact_where_tokens_are_alike(reader: StateReader) -> None:
    torch.manual_seed(4)
    hidden = reader.hidden
    layers = [layer for layer in reader.encoder.encoder.layer[-LAST_LAYERS:] if isinstance(layer, BertLayer)]
    # Two rows, one of them padded, with answers of their own; alike, for shares and slopes then are the same anyway.
    states = torch.randn(2, 1, hidden).expand(2, 4, hidden)
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]])
    asked = [Asked(torch.randn(2, hidden), torch.zeros(1, 4)), Asked(torch.randn(1, hidden), torch.zeros(1, 2))]
    last = LastLayers(reader.encoder)

    _, passed = last.read(states, mask)
    found = list(last.gradients(passed, asked))[::-1]

    for row, one in enumerate(asked):
        final, means = passed_by(layers, states[row : row + 1, : one.words.shape[1]])
        for answer, pull in enumerate(one.pulls):
            wanted = torch.autograd.grad((final[0] @ pull).sum(), means, retain_graph=True)
            for (_, gradients), gradient in zip(found, wanted, strict=True):
                own = gradients[row][answer].transpose(0, 1).flatten(1)
                torch.testing.assert_close(own, gradient[0], atol=1e-5, rtol=1e-3)


def passed_by(layers: Sequence[BertLayer], states: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Final states by the layers' own forward, and each layer's means of attention [1, tokens, hidden]."""
    means: list[torch.Tensor] = []
    hooks = [
        layer.attention.output.register_forward_pre_hook(lambda _, inputs: means.append(inputs[0])) for layer in layers
    ]
    states = states.detach().requires_grad_()
    for layer in layers:
        states = layer(states)
    for hook in hooks:
        hook.remove()
    return states, means


def test_an_encoder_of_another_activation_is_refused() -> None:
    config = BertConfig(hidden_act="relu", num_hidden_layers=0, vocab_size=8, hidden_size=4, num_attention_heads=2)

    with pytest.raises(ValueError, match="relu"):
        LastLayers(BertModel(config, add_pooling_layer=False))

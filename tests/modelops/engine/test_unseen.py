"""What an answer loses when words are unseen, against attention computed anew without them."""

from pathlib import Path

import pytest
import torch

from modelops.engine.embedding import MAX_LENGTH, WINDOW_OVERLAP
from modelops.engine.encoders import EncoderFolder
from modelops.engine.network import load_encoder
from modelops.engine.states import StateBatch, StateReader
from modelops.engine.tokens import TextTokenizer
from modelops.engine.unseen import LAST_LAYERS, Attention, LastLayers, lost_unseen

WORDS = torch.tensor([[[0.0, 1, 1, 0, 0], [0, 0, 0, 1, 0]], [[0, 1, 0, 0, 0], [0, 0, 0, 0, 0]]])


def test_for_an_answer_that_is_linear_it_is_what_attention_without_the_word_would_give() -> None:
    torch.manual_seed(3)
    fits, values, counts = torch.randn(2, 4, 5, 5), torch.randn(2, 4, 5, 8), torch.randn(2, 4, 5, 8)
    shares = fits.softmax(dim=-1)
    means = (shares @ values).requires_grad_()
    answer = (means * counts).sum(dim=(1, 3))

    lost = lost_unseen(answer.sum(), [Attention(shares, values, means)], WORDS)

    for row, words in enumerate(WORDS):
        for place, word in enumerate(words):
            without = fits[row].masked_fill(word == 1, -torch.inf).softmax(dim=-1) @ values[row]
            fall = answer[row] - (without * counts[row]).sum(dim=(0, 2))
            assert float(lost[row, place]) == pytest.approx(float(fall[word == 0].sum()), abs=1e-4)


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

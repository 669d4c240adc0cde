"""Token states of many texts from one encoder, windows of like length together."""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import BertModel

from modelops.engine.int8_encoder import Int8Encoder
from modelops.engine.network import prefers_bfloat16, thread_limit
from modelops.engine.tokens import TextTokenizer, TokenizedText, Window, windows_of

Floats = NDArray[np.float32]

# Of one forward, padding included. A processor is fastest while a layer's states stay in its own cache, a card when it
# has much to do at once.
_ROWS = 32
_PROCESSOR_TOKENS, _CARD_TOKENS = 512, 8192


@dataclass(frozen=True)
class StateBatch:
    """One forward. `states` [rows, tokens, hidden] float32 and `mask` [rows, tokens] cover frame and padding too.

    `sums` [rows, hidden] and `counts` [rows] take in every token that is not padding: they add up to a text's mean.
    """

    windows: list[Window]
    states: torch.Tensor
    mask: torch.Tensor

    @property
    def sums(self) -> Floats:
        total: Floats = (self.states * self.mask.unsqueeze(-1)).sum(dim=1).cpu().numpy()
        return total

    @property
    def counts(self) -> list[int]:
        return [int(count) for count in self.mask.sum(dim=1).tolist()]


class Deepest:
    """Windows of one text overlap: a token is read from the one in which it stands farthest from an edge."""

    def __init__(self, token_count: int) -> None:
        self._depth = np.full(token_count, -1, dtype=np.int64)

    def take(self, window: Window) -> NDArray[np.bool_]:
        """Which tokens of this window stand deeper in it than in those taken before: [tokens of the window]."""
        depth = np.minimum(np.arange(len(window)), np.arange(len(window))[::-1])
        before = self._depth[window.first : window.last]
        deeper: NDArray[np.bool_] = depth > before
        before[deeper] = depth[deeper]
        return deeper


class StateReader:
    """An encoder ready to serve. One reader serves one thread at a time."""

    def __init__(
        self, encoder: BertModel, tokenizer: TextTokenizer, *, max_length: int, overlap: int, threads: int
    ) -> None:
        self.encoder, self._tokenizer, self._threads = encoder, tokenizer, threads
        self._room, self._overlap = max_length - tokenizer.frame, overlap
        self.hidden: int = encoder.config.hidden_size
        self.device = encoder.device
        self._rounded: Int8Encoder | None = None
        self.first_content = len(tokenizer.opening)

    def below(self, layers: int) -> "StateReader":
        """A reader of the states that the last `layers` of the encoder are given, never in int8; weights are shared."""
        config = copy(self.encoder.config)
        config.num_hidden_layers = 0
        with torch.device("meta"):
            lower = BertModel(config, add_pooling_layer=False)
        lower.embeddings, lower.encoder.layer = self.encoder.embeddings, self.encoder.encoder.layer[:-layers]
        reader = copy(self)
        reader.encoder, reader._rounded = lower.train(False), None
        return reader

    def in_int8(self) -> "StateReader":
        """A reader that calculates in int8; `encoder` stays what it was, and embeddings are shared."""
        reader = copy(self)
        reader._rounded = Int8Encoder(self.encoder)
        return reader

    def tokenize(self, texts: Sequence[str]) -> list[TokenizedText]:
        return [self._tokenizer.tokenize(text) for text in texts]

    def read(self, tokenized: Sequence[TokenizedText], visit: Callable[[StateBatch], None]) -> None:
        """Call `visit` with every batch; a window's `owner` is its text's place in `tokenized`."""
        windows = [
            window
            for owner, tokens in enumerate(tokenized)
            for window in windows_of(owner, len(tokens.ids), self._room, self._overlap)
        ]
        most_tokens = _PROCESSOR_TOKENS if self.device.type == "cpu" else _CARD_TOKENS
        with thread_limit(self._threads), torch.inference_mode():
            for batch in _bucketed(windows, self._tokenizer.frame, most_tokens):
                visit(self._forward(batch, tokenized))

    def _forward(self, windows: list[Window], tokenized: Sequence[TokenizedText]) -> StateBatch:
        ids, mask = self._tokenizer.collate(tokenized, windows)
        ids, mask = ids.to(self.device), mask.to(self.device)
        return StateBatch(windows, self._encode(ids, None if bool(mask.all()) else mask), mask)

    def _encode(self, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        if self._rounded is not None:
            return self._rounded(ids, mask)
        states: torch.Tensor = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        return states.float()


def to_serving_type(encoder: nn.Module, device: torch.device) -> None:
    """Move the encoder there, as bfloat16 where the hardware computes in it."""
    encoder.to(device)
    if prefers_bfloat16(device):
        encoder.to(torch.bfloat16)


def _bucketed(windows: Sequence[Window], frame: int, most_tokens: int) -> Iterator[list[Window]]:
    """Windows of like length together; one alone may be longer than `most_tokens`."""
    batch: list[Window] = []
    for window in sorted(windows, key=len, reverse=True):
        longest = len(batch[0]) + frame if batch else 0
        if batch and (len(batch) == _ROWS or (len(batch) + 1) * longest > most_tokens):
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch

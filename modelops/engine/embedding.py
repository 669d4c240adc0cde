"""Mean token states of the frozen encoder, as it comes: the same whatever a project has learned."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from modelops.engine.encoders import EncoderFolder
from modelops.engine.network import device_for, load_encoder
from modelops.engine.states import Deepest, Floats, StateBatch, StateReader, to_serving_type
from modelops.engine.tokens import TextTokenizer

MAX_LENGTH = 256
WINDOW_OVERLAP = 32


@dataclass(frozen=True)
class TextStates:
    """Every token of one text: `places` (start, end) in code points, (0, 0) for one that shows nothing; `states`
    [tokens, hidden] in half precision, 768 bytes a token of the default encoder.
    """

    places: list[tuple[int, int]]
    states: NDArray[np.float16]

    def __len__(self) -> int:
        return len(self.places)


class Embedder:
    """A loaded encoder without adapter or heads. Make it with `load`; one embedder serves one thread at a time.

    `key` is "name@version": numbers under one key can be compared with each other, and with no others.
    """

    def __init__(self, key: str, reader: StateReader) -> None:
        self.key, self._reader = key, reader

    @classmethod
    def load(cls, encoder: Path, device: str | None = None, threads: int = 1) -> "Embedder":
        """`encoder` is a folder of `prepare_encoder`. Raises FileNotFoundError when it is not."""
        folder = EncoderFolder.read(encoder)
        model = load_encoder(folder)
        to_serving_type(model, device_for(device))
        reader = StateReader(
            model, TextTokenizer(folder), max_length=MAX_LENGTH, overlap=WINDOW_OVERLAP, threads=threads
        )
        return cls(f"{folder.name}@{folder.version}", reader)

    def embed(self, texts: Sequence[str]) -> Floats:
        """Mean over all tokens of all windows of each text (arXiv 1908.10084): [texts, hidden], not normalized."""
        total = np.zeros((len(texts), self._reader.hidden), dtype=np.float32)
        count = np.zeros((len(texts), 1), dtype=np.float32)

        def gather(batch: StateBatch) -> None:
            owners = [window.owner for window in batch.windows]
            np.add.at(total, owners, batch.sums)
            np.add.at(count, owners, np.array(batch.counts, dtype=np.float32)[:, None])

        self._reader.read(self._reader.tokenize(texts), gather)
        total /= np.maximum(count, 1.0)
        return total

    def token_states(self, texts: Sequence[str]) -> list[TextStates]:
        """The state of every content token, without prefix and markers."""
        tokenized = self._reader.tokenize(texts)
        found = [
            TextStates(one.places, np.zeros((len(one.ids), self._reader.hidden), dtype=np.float16)) for one in tokenized
        ]
        deepest = [Deepest(len(one.ids)) for one in tokenized]
        first = self._reader.first_content

        def gather(batch: StateBatch) -> None:
            states = batch.states.cpu().numpy()
            for row, window in enumerate(batch.windows):
                deeper = deepest[window.owner].take(window)
                content = states[row, first : first + len(window)]
                found[window.owner].states[window.first : window.last][deeper] = content[deeper]

        self._reader.read(tokenized, gather)
        return found

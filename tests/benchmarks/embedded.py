"""Sets of ../shared/data as the frozen encoder sees them, computed once and kept under var/bench/."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelops.engine.embedding import MAX_LENGTH, WINDOW_OVERLAP, Embedder
from modelops.engine.encoders import EncoderFolder, prepare_encoder
from modelops.engine.network import device_for, load_encoder
from modelops.engine.states import StateBatch, StateReader, to_serving_type
from modelops.engine.tokens import TextTokenizer
from modelops.live.label_words import label_words

ENCODER = "multilingual-e5-small"
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
KEPT = Path(__file__).resolve().parents[2] / "var" / "bench"
ENCODERS_AT = Path(os.environ.get("COLLABWEB_HOME", "var")) / "encoders"
BLOCK = 512

Row = dict[str, Any]  # Any: decoded JSON
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class TokenStates:
    """The content tokens of all texts one after the other: row i's are `starts[i]` to `starts[i + 1]`.

    `states` [tokens, hidden] float16; `places` [tokens, 2] in code points, (0, 0) for a token that shows nothing.
    """

    states: NDArray[np.float16]
    places: NDArray[np.int32]
    starts: NDArray[np.int64]


def rows_of(set_name: str, most: int | None = None) -> list[Row]:
    """The set's first `most` rows; FileNotFoundError where ../shared/data is absent."""
    with (DATA / f"{set_name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for _, line in zip(range(most or 10**9), lines, strict=False)]


def embeddings(set_name: str, encoder: str = ENCODER) -> tuple[Floats, list[Row]]:
    """Mean token states [rows, hidden], not normalized, as the embedding cache keeps them; and the rows."""
    rows = rows_of(set_name)
    kept = KEPT / f"{set_name}.{encoder}.npz"
    if not kept.exists():
        embedder = Embedder.load(prepare_encoder(encoder, ENCODERS_AT))
        blocks = [embedder.embed([row["text"] for row in block]) for block in _blocks(rows)]
        _keep(kept, vectors=np.concatenate(blocks).astype(np.float16))
    return np.load(kept)["vectors"].astype(np.float32), rows


def word_vectors(set_name: str, labels: Sequence[str], encoder: str = ENCODER) -> Floats:
    """Embeddings of the words of a set's labels [labels, hidden]."""
    kept = KEPT / f"{set_name}.{encoder}.words.npz"
    if not kept.exists():
        found = Embedder.load(prepare_encoder(encoder, ENCODERS_AT)).embed([label_words(label) for label in labels])
        _keep(kept, vectors=found)
    vectors: Floats = np.load(kept)["vectors"]
    return vectors


def token_states(set_name: str, encoder: str = ENCODER, most: int | None = None) -> tuple[TokenStates, list[Row]]:
    rows = rows_of(set_name, most)
    kept = KEPT / f"{set_name}.{encoder}.tokens{most or ''}.npz"
    if not kept.exists():
        _keep(kept, **_read_tokens([row["text"] for row in rows], prepare_encoder(encoder, ENCODERS_AT)))
    found = np.load(kept)
    return TokenStates(found["states"], found["places"], found["starts"]), rows


def _read_tokens(texts: Sequence[str], encoder: Path) -> dict[str, NDArray[Any]]:  # Any: of several number types
    folder = EncoderFolder.read(encoder)
    model = load_encoder(folder)
    to_serving_type(model, device_for(None))
    reader = StateReader(model, TextTokenizer(folder), max_length=MAX_LENGTH, overlap=WINDOW_OVERLAP, threads=1)
    tokenized = reader.tokenize(texts)
    starts = np.concatenate([[0], np.cumsum([len(one.ids) for one in tokenized])])
    states = np.zeros((int(starts[-1]), reader.hidden), dtype=np.float16)

    def gather(batch: StateBatch) -> None:
        found = batch.states.cpu().numpy()
        for row, window in enumerate(batch.windows):
            content = found[row, reader.first_content : reader.first_content + len(window)]
            first = int(starts[window.owner]) + window.first
            states[first : first + len(window)] = content

    reader.read(tokenized, gather)
    places = np.array([place for one in tokenized for place in one.places], dtype=np.int32)
    return {"states": states, "places": places, "starts": starts}


def _blocks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), BLOCK):
        yield rows[start : start + BLOCK]


def _keep(path: Path, **arrays: NDArray[Any]) -> None:  # Any: of several number types
    """Whole or not at all: another benchmark may look at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_name(f".{os.getpid()}.{path.name}")
    np.savez(making, allow_pickle=False, **arrays)
    making.rename(path)

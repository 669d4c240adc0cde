"""Nearest vectors by cosine, block by block, so that memory stays flat however large the pool is. Pure."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

STORED = np.dtype("<f2")

Block = tuple[Sequence[int], Sequence[bytes]]
Vectors = NDArray[np.float32]


def to_bytes(vector: Vectors) -> bytes:
    """As an Embedding keeps it: little-endian float16."""
    return vector.astype(STORED).tobytes()


def nearest(wanted: bytes, blocks: Iterable[Block], count: int) -> list[tuple[int, float]]:
    """The `count` ids whose stored vectors lie nearest to `wanted`, nearest first, with their cosine.

    A block is ids with their vectors. Equal similarities keep the order in which they came.
    """
    aim = _unit(wanted, 1)[0]
    ids: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
    near: Vectors = np.zeros(0, dtype=np.float32)
    for block_ids, vectors in blocks:
        cosines = _unit(b"".join(vectors), len(vectors)) @ aim
        ids = np.concatenate([ids, np.asarray(block_ids, dtype=np.int64)])
        near = np.concatenate([near, cosines])
        best = np.argsort(-near, kind="stable")[:count]
        ids, near = ids[best], near[best]
    return [(int(pk), round(float(cosine), 4)) for pk, cosine in zip(ids, near, strict=True)]


def _unit(raw: bytes, rows: int) -> Vectors:
    """Stored vectors as rows of length 1: [rows, hidden]."""
    vectors: Vectors = np.frombuffer(raw, dtype=STORED).astype(np.float32).reshape(rows, -1)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.where(lengths > 0, lengths, 1.0)
    return vectors

"""Which texts are nearly the same: MinHash over character shingles, candidates by banding. Pure.

A text becomes the set of its shingles: every stretch of 5 characters, or of 3 where it starts with a Chinese, Japanese
or Korean one (a character there is about a word). Case, width and white space do not count. Two texts are
near-duplicates when the Jaccard similarity |A and B| / |A or B| of their sets is at least 0.8.

MinHash: A. Broder, On the resemblance and containment of documents, 1997. Banding: J. Leskovec, A. Rajaraman,
J. Ullman, Mining of Massive Datasets, chapter 3.4. With 16 bands of 8 rows a pair of similarity s shares a key with
probability 1 - (1 - s^8)^16: 0.95 at s = 0.8, 0.99 at 0.85, 1.00 at 0.9, 0.001 at 0.3.
"""

import unicodedata

import numpy as np
from numpy.typing import NDArray

THRESHOLD = 0.8
BANDS = 16
ROWS = 8
LATIN_CHARS = 5
HAN_CHARS = 3
_SEED = 20_240_601
# Shingles hashed at once: bounds the memory that a long text takes.
_BLOCK = 4_096

Shingles = NDArray[np.uint64]

_RANDOM = np.random.default_rng(_SEED)
_FACTORS = _RANDOM.integers(1, 2**63, BANDS * ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_SHIFTS = _RANDOM.integers(0, 2**63, BANDS * ROWS, dtype=np.uint64)
_BAND_FACTORS = _RANDOM.integers(1, 2**63, (BANDS, ROWS), dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_BASE = np.uint64(0x9E3779B97F4A7C15)
# Scripts in which a character is about a word: kana, Han with its extensions, Hangul.
_WORDLIKE = ((0x3040, 0x30FF), (0x3400, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))


def shingles(text: str) -> Shingles:
    """Sorted distinct hashes (64 bit) of the text's shingles; a text shorter than one shingle is one itself."""
    normalized = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    points = np.frombuffer(normalized.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    if points.size <= HAN_CHARS:
        return np.unique(_mixed(_hashed(points, max(points.size, 1))))
    short = _hashed(points, HAN_CHARS)
    is_wordlike = _wordlike(points)[: short.size]
    if points.size < LATIN_CHARS:
        return np.unique(_mixed(short))
    long = _hashed(points, LATIN_CHARS)
    chosen = np.concatenate([short[is_wordlike], long[~is_wordlike[: long.size]]])
    return np.unique(_mixed(chosen if chosen.size else long))


def _hashed(points: NDArray[np.uint64], length: int) -> NDArray[np.uint64]:
    """A polynomial hash of every stretch of `length` code points."""
    if points.size < length:
        return np.zeros(1, dtype=np.uint64)
    total = np.zeros(points.size - length + 1, dtype=np.uint64)
    for offset in range(length):
        total = total * _BASE + points[offset : offset + total.size] + np.uint64(1)
    return total


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finalizer of SplitMix64: neighboring inputs come out far apart."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _wordlike(points: NDArray[np.uint64]) -> NDArray[np.bool_]:
    found = np.zeros(points.size, dtype=bool)
    for first, last in _WORDLIKE:
        found |= (points >= first) & (points <= last)
    return found


def band_keys(found: Shingles) -> list[int]:
    """The text's BANDS keys, as signed 64-bit numbers; texts that share one are worth comparing."""
    smallest = np.full(BANDS * ROWS, np.iinfo(np.uint64).max, dtype=np.uint64)
    for start in range(0, found.size, _BLOCK):
        block = found[start : start + _BLOCK, None] * _FACTORS[None, :] + _SHIFTS[None, :]
        np.minimum(smallest, block.min(axis=0), out=smallest)
    keys = (_mixed(smallest.reshape(BANDS, ROWS)) * _BAND_FACTORS).sum(axis=1, dtype=np.uint64)
    keys = _mixed(keys + np.arange(BANDS, dtype=np.uint64))
    return [int(key) for key in keys.view(np.int64)]


def similarity(one: Shingles, other: Shingles) -> float:
    """Jaccard similarity of two sets of shingles, 0 to 1."""
    shared = np.intersect1d(one, other, assume_unique=True).size
    return shared / (one.size + other.size - shared)

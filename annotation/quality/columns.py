"""What reports read, as columns: one row a document, a voice, a value, an item, a change. Pure.

A voice is one whole answer: a person's, gold, or a model version's. Its values, items and changes point at it by place.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from enum import IntEnum, IntFlag
from typing import Any

import numpy as np
from numpy.typing import NDArray

Table = NDArray[Any]  # Any: rows of one of the types below
Mask = NDArray[np.bool_]

LANGUAGE_BYTES = 12

DOCUMENT = np.dtype([("document", "<i8"), ("minute", "<i4"), ("length", "<i4"), ("language", f"S{LANGUAGE_BYTES}")])
VOICE = np.dtype(
    [
        ("document", "<i8"),
        ("kind", "u1"),
        ("user", "<i4"),
        ("version", "<i4"),
        ("minute", "<i4"),
        ("seconds", "<f4"),
        ("flags", "u1"),
        ("verdict", "u1"),
    ]
)
VALUE = np.dtype([("voice", "<i4"), ("label_set", "<i4"), ("value", "<i8"), ("confidence", "<f4")])
ITEM = np.dtype(
    [
        ("voice", "<i4"),
        ("label_set", "<i4"),
        ("label", "<i4"),
        ("start", "<i4"),
        ("end", "<i4"),
        ("confidence", "<f4"),
    ]
)
CHANGE = np.dtype([("voice", "<i4"), ("label_set", "<i4"), ("label", "<i4"), ("change", "u1")])

TYPES = {"documents": DOCUMENT, "voices": VOICE, "values": VALUE, "items": ITEM, "changes": CHANGE}


class VoiceKind(IntEnum):
    PERSON = 0
    GOLD = 1
    MODEL = 2


class Flag(IntFlag):
    """BLIND, BULK, SHOWN (came with a prediction): of a person's voice. TESTED: the document's gold is not this
    person's own word alone. FRESH: the version answered before the gold was there, so it can't have learned from it.
    """

    BLIND = 1
    BULK = 2
    SHOWN = 4
    TESTED = 8
    FRESH = 16


@dataclass(frozen=True, slots=True)
class Columns:
    """The tables of one project or of a part of it. Documents are in the order of their ids."""

    documents: Table = field(default_factory=lambda: np.zeros(0, DOCUMENT))
    voices: Table = field(default_factory=lambda: np.zeros(0, VOICE))
    values: Table = field(default_factory=lambda: np.zeros(0, VALUE))
    items: Table = field(default_factory=lambda: np.zeros(0, ITEM))
    changes: Table = field(default_factory=lambda: np.zeros(0, CHANGE))

    def only(self, kept: Mask) -> "Columns":
        """These voices alone, with what belongs to them; all documents stay."""
        places = np.cumsum(kept, dtype=np.int32) - 1
        parts = {}
        for name in ("values", "items", "changes"):
            table = getattr(self, name)
            rows = table[kept[table["voice"]]]
            rows["voice"] = places[rows["voice"]]
            parts[name] = rows
        return Columns(self.documents, self.voices[kept], **parts)

    def without_documents(self, ids: Sequence[int]) -> "Columns":
        gone = np.array(sorted(ids), dtype=np.int64)
        left = self.only(~np.isin(self.voices["document"], gone))
        return replace(left, documents=self.documents[~np.isin(self.documents["document"], gone)])

    def packed(self) -> dict[str, bytes]:
        return {one.name: pack(getattr(self, one.name)) for one in fields(self)}


def pack(table: Table) -> bytes:
    """Field after field, which packs far better than row after row."""
    names = table.dtype.names or ()
    return zlib.compress(b"".join(np.ascontiguousarray(table[name]).tobytes() for name in names), 1)


def unpack(packed: bytes, dtype: "np.dtype[Any]") -> Table:  # Any: as above
    raw = zlib.decompress(packed)
    count = len(raw) // dtype.itemsize
    table = np.empty(count, dtype)
    offset = 0
    for name in dtype.names or ():
        size = dtype[name].itemsize * count
        table[name] = np.frombuffer(raw, dtype[name], count, offset)
        offset += size
    return table


def joined(parts: Sequence[Columns]) -> Columns:
    """One after another; the places of voices move along."""
    if not parts:
        return Columns()
    moved: dict[str, list[Table]] = {name: [] for name in TYPES}
    before = 0
    for part in parts:
        for name in TYPES:
            table = getattr(part, name)
            if "voice" in (table.dtype.names or ()) and before:
                table = table.copy()
                table["voice"] += before
            moved[name].append(table)
        before += len(part.voices)
    return Columns(**{name: np.concatenate(tables) for name, tables in moved.items()})

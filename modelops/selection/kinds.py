"""What kind of document each may be, by the words of the labels and as far as gold bears them out. Pure.

The words alone are not trusted: gold says how sharply likeness to them tells the labels apart. Words that tell nothing
make all documents one kind, and then nothing here changes an order.
"""

from dataclasses import dataclass

import numpy as np

from modelops.selection.clusters import unit
from modelops.selection.pool import Floats, LabelWords, Rows

# How much the logarithm of a label's chance grows with the cosine to its words; 0 is no trust at all.
TRUSTS = (0.0, 1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 16.0, 20.0, 24.0, 32.0, 48.0)


@dataclass(frozen=True)
class Kinds:
    """`roots` [documents, labels]: two rows' product is how far the documents' kinds agree, 1 for the same.

    `held` [labeled, labels]: the same of the labeled ones. `needs` [documents]: 1 for a label without gold, 1/2 for
    one with one gold answer and so on, over what the document may be; 1 on the average. `trusted`: whose words tell it.
    """

    roots: Floats
    held: Floats
    needs: Floats
    trusted: tuple[str, ...]


def kinds_of(units: Floats, held: Floats, label_words: tuple[LabelWords, ...]) -> Kinds | None:
    """`units` [documents, hidden], `held` [labeled, hidden]: seen from the middle. None where no words are borne out.

    Several choices count alike.
    """
    found = [kinds for words in label_words if (kinds := _kinds_of(units, held, words)) is not None]
    if not found:
        return None
    scale = np.float32(len(found) ** -0.5)
    return Kinds(
        scale * np.concatenate([kinds.roots for kinds in found], axis=1),
        scale * np.concatenate([kinds.held for kinds in found], axis=1),
        np.mean([kinds.needs for kinds in found], axis=0, dtype=np.float32),
        tuple(name for kinds in found for name in kinds.trusted),
    )


def _kinds_of(units: Floats, held: Floats, words: LabelWords) -> Kinds | None:
    names = unit(words.vectors)
    names = unit(names - names.mean(axis=0))
    known = np.flatnonzero(words.gold >= 0)
    to_gold: Floats = held @ names.T
    trust = trust_in(to_gold[known], words.gold[known])
    if trust == 0.0:
        return None
    shares = shares_of(units @ names.T, trust)
    counts = np.bincount(words.gold[known], minlength=len(names))
    needs = shares @ (1.0 / (1.0 + counts)).astype(np.float32)
    even = (needs / needs.mean()).astype(np.float32)
    return Kinds(np.sqrt(shares), np.sqrt(shares_of(to_gold, trust)), even, (words.name,))


def trust_in(cosines: Floats, gold: Rows) -> float:
    """The trust under which the words would have told this gold best; 0 without any: [gold, labels], [gold]."""
    rows = np.arange(len(gold))
    fits = [np.log(np.maximum(shares_of(cosines, trust)[rows, gold], 1e-9)).sum() for trust in TRUSTS]
    return TRUSTS[int(np.argmax(fits))]


def shares_of(cosines: Floats, trust: float) -> Floats:
    """How likely each label is for each document: [documents, labels], rows adding up to 1."""
    grown = np.exp(np.float32(trust) * (cosines - cosines.max(axis=1, keepdims=True)))
    shares: Floats = grown / grown.sum(axis=1, keepdims=True)
    return shares

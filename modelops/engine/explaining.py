"""Which words drove an answer, read from the very forward that gave it and a gradient by its last layers.

With mean pooling and a linear head a label's logit is a sum of one term a token:

    z_l = b_l + (1 / n) * sum over tokens t of  w_l . h_t          (n tokens, frame included)

What a word means for the answer is how far the label's log-odds fall without it. For a word of k tokens, with m the
mean of all terms w_l . h_t, and with u_l what the terms of all other tokens owe to seeing the word, z_l falls by

    d_l = (sum over its tokens of w_l . h_t  -  k m  +  u_l) / (n - k)

All but u_l is exact for given states; u_l is what the last layers tell of it, to first order (see `unseen.py`).
A label of `choices` stands alone: its log-odds are z_l, its weight is d_l. A label of `choice` stands against its
rivals j, the strongest other labels: the log-odds are -log(sum over j of exp(z_j - z_l)), and its weight is what they
fall by when each lead z_l - z_j falls by d_l - d_j. That is no sum: a word may hold back a rival that is not the
strongest. Of a text of several windows, the rivals are those of the one that is read first.

Attention is no explanation (Jain and Wallace 2019, arXiv 1902.10186). Comprehensiveness, by which this is tested:
DeYoung et al. 2020, arXiv 1911.03429. Spans have no explanation here: a token's tag is not a sum over words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from modelops.engine.examples import HeadSpec
from modelops.engine.serving import Predictor
from modelops.engine.states import Floats, StateBatch
from modelops.engine.tokens import Window
from modelops.engine.unseen import LAST_LAYERS, Asked, LastLayers
from modelops.engine.words import Word, words_of

# A label's words: those that speak for it, and those against.
MOST_WORDS = 12
MOST_AGAINST = 4
# Each costs a gradient of its own; a third adds 0.01 to what is reached of leaving out.
_RIVALS = 2


@dataclass(frozen=True)
class WordWeight:
    """A word in code points, end excluded, and its share of all words' weights; below 0 it speaks against the label."""

    start: int
    end: int
    weight: float

    def as_wire(self) -> dict[str, object]:
        return {"start": self.start, "end": self.end, "weight": self.weight}


# By head and label, the strongest words first.
Explained = dict[str, dict[str, list[WordWeight]]]


def explain(
    predictor: Predictor, texts: Sequence[str], labels: Sequence[Mapping[str, Sequence[str]]]
) -> list[Explained]:
    """The words that drove these labels: for each text, labels by head name; heads of spans are left out.

    Costs one forward and, for each label of a text, a cheap gradient or two by the last layers. At most 12 words for a
    label and 4 against it; the shares count every word of the text. Raises ValueError for a label that the head does
    not have.
    """
    reader = predictor.reader
    tokenized = reader.tokenize(texts)
    read = [
        _Text(words_of(text, tokens.places), len(tokens.ids), _asked(predictor, wanted))
        for text, tokens, wanted in zip(texts, tokenized, labels, strict=True)
    ]
    explaining = _Explaining(predictor, read)
    reader.below(LAST_LAYERS).read(tokenized, explaining.gather)
    return [explaining.answer(text) for text in read]


@dataclass(frozen=True)
class _Question:
    """One label to be explained: its head, and the head's first column among the labels of all heads."""

    head: HeadSpec
    label: str
    first: int

    def leads(self, logits: Floats) -> Floats:
        """What this label's log-odds are made of, each a sum of logits: 1 for itself, -1 for a rival [labels, leads].

        From the logits of all heads [labels].
        """
        width, place = len(self.head.labels), self.first + self.head.labels.index(self.label)
        others = [column for column in range(self.first, self.first + width) if column != place]
        rivals = sorted(others, key=lambda column: -logits[column])[:_RIVALS] if self.head.kind == "choice" else []
        leads = np.zeros((len(logits), max(1, len(rivals))), dtype=np.float32)
        leads[rivals, range(len(rivals))] = -1.0
        leads[place] = 1.0
        return leads


class _Text:
    """One text: the terms w_l . h_t [tokens, labels of all heads], and what its labels' leads lose by words unseen."""

    def __init__(self, words: Sequence[Word], token_count: int, asked: Sequence[_Question]) -> None:
        self.words, self.asked = words, asked
        self._token_count = token_count
        self._leads: list[Floats] = []
        self._lost: Floats | None = None
        self._terms: Floats | None = None
        self._times: Floats = np.zeros(token_count, dtype=np.float32)
        self._total: Floats = np.zeros((), dtype=np.float32)
        self._count = 0

    def take(self, window: Window, terms: Floats, total: Floats, count: int) -> None:
        """The terms of a window's own tokens, and their sum over all `count` tokens of it, frame included."""
        if self._terms is None:
            self._terms = np.zeros((self._token_count, terms.shape[1]), dtype=np.float32)
        self._terms[window.first : window.last] += terms
        self._times[window.first : window.last] += 1.0
        self._total = self._total + total
        self._count += count

    def leads(self, logits: Floats) -> Floats:
        """The leads of all that is asked [labels, leads], by the logits of the window that is read first."""
        self._leads = self._leads or [asked.leads(logits) for asked in self.asked]
        return np.concatenate([np.zeros((len(logits), 0), dtype=np.float32), *self._leads], axis=1)

    def lose(self, lost: Floats) -> None:
        """What each lead loses by each word in one window: [leads, words]."""
        self._lost = lost if self._lost is None else self._lost + lost

    def weights(self, number: int, bias: Floats) -> Floats:
        """One weight a word, [words], for the label asked in this place."""
        if self._terms is None or self._lost is None or not self.words:
            return np.zeros(0, dtype=np.float32)
        before = sum(leads.shape[1] for leads in self._leads[:number])
        leads = self._leads[number]
        lost = self._lost[before : before + leads.shape[1]].T
        mean, terms = self._total / np.float32(self._count), self._terms @ leads
        sums = np.stack([terms[word.tokens].sum(axis=0) for word in self.words])
        times = np.array([[self._times[word.tokens].sum()] for word in self.words], dtype=np.float32)
        falls = ((sums - times * (mean @ leads) + lost) / np.maximum(self._count - times, 1.0)).astype(np.float32)
        standing = np.asarray((mean + bias) @ leads, dtype=np.float32)
        return _log_odds(standing) - _log_odds(standing - falls)

    def members(self, window: Window, first: int, length: int) -> Floats:
        """[words, tokens of the window's row]: 1 where a token belongs to a word."""
        found = np.zeros((len(self.words), length), dtype=np.float32)
        for place, word in enumerate(self.words):
            inside = [token - window.first + first for token in word.tokens if window.first <= token < window.last]
            found[place, inside] = 1.0
        return found


class _Explaining:
    def __init__(self, predictor: Predictor, texts: Sequence[_Text]) -> None:
        self._reader, self._texts = predictor.reader, texts
        self._last = LastLayers(self._reader.encoder)
        heads = predictor.text_heads
        nothing = np.zeros((0, self._reader.hidden), dtype=np.float32)
        self._weight = torch.from_numpy(np.concatenate([nothing, *(weight for _, weight, _ in heads)]))
        self._bias = np.concatenate([nothing[:, 0], *(bias for _, _, bias in heads)])

    def gather(self, batch: StateBatch) -> None:
        """From states below the last layers."""
        states, passed = self._last.read(batch.states, batch.mask)
        terms = ((states @ self._weight.to(states.device).T) * batch.mask.unsqueeze(-1)).cpu().numpy()
        asked = [
            self._take(window, own, count)
            for window, own, count in zip(batch.windows, terms, batch.counts, strict=True)
        ]
        for window, lost in zip(batch.windows, self._last.lost(passed, asked), strict=True):
            self._texts[window.owner].lose(lost.cpu().numpy())

    def answer(self, text: _Text) -> Explained:
        explained: Explained = {}
        for number, asked in enumerate(text.asked):
            weights = text.weights(number, self._bias)
            explained.setdefault(asked.head.name, {})[asked.label] = _strongest(text.words, weights)
        return explained

    def _take(self, window: Window, terms: Floats, count: int) -> Asked:
        text, first, total = self._texts[window.owner], self._reader.first_content, terms.sum(axis=0)
        text.take(window, terms[first : first + len(window)], total, count)
        leads = text.leads(total / np.float32(count) + self._bias)
        members = torch.from_numpy(text.members(window, first, count))
        return Asked(
            (torch.from_numpy(leads).T @ self._weight).to(self._reader.device), members.to(self._reader.device)
        )


def _asked(predictor: Predictor, wanted: Mapping[str, Sequence[str]]) -> list[_Question]:
    asked: list[_Question] = []
    first = 0
    for head, weight, _ in predictor.text_heads:
        for label in wanted.get(head.name, ()):
            if label not in head.labels:
                raise ValueError(f"Label set {head.name!r} has no label {label!r}.")
            asked.append(_Question(head, label, first))
        first += len(weight)
    return asked


def _log_odds(leads: Floats) -> Floats:
    """Of one label, from its leads over its rivals [..., leads]; alone, its lead over nothing is its logit."""
    odds: Floats = -np.logaddexp.reduce(-leads, axis=-1)
    return odds


def _strongest(words: Sequence[Word], weights: Floats) -> list[WordWeight]:
    total = float(np.abs(weights).sum())
    if not total:
        return []
    order = np.argsort(-np.abs(weights), kind="stable")
    kept = {*order[weights[order] > 0][:MOST_WORDS], *order[weights[order] < 0][:MOST_AGAINST]}
    chosen = [(words[place], round(float(weights[place]) / total, 4)) for place in order if place in kept]
    return [WordWeight(word.start, word.end, weight) for word, weight in chosen if weight]

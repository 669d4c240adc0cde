"""Which words drove an answer, read from the very forward that gave it and a backward through its last layers.

With mean pooling and a linear head a label's logit is a sum of one term a token:

    z_l = b_l + (1 / n) * sum over tokens t of  w_l . h_t          (n tokens, frame included)

What a word means for the answer is how far z_l falls without it. For a word of k tokens, with m the mean of all terms
w_l . h_t, and with u_l what the terms of all other tokens owe to seeing the word:

    d_l = (sum over its tokens of w_l . h_t  -  k m  +  u_l) / (n - k)

All but u_l is exact for given states; u_l is what the last layers tell of it, to first order (see `unseen.py`).
A label of `choices` stands alone: its weight is d_l. A label of `choice` stands against the others, each as probable as
it is without l: d_l - sum over j != l of p_j d_j / (1 - p_l), the change of log(p_l / (1 - p_l)) to first order. In u_l
the p_j are those of the window that the word stands in.

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
from modelops.engine.unseen import LAST_LAYERS, LastLayers, lost_unseen
from modelops.engine.words import Word, words_of

# A label's words: those that speak for it, and those against.
MOST_WORDS = 12
MOST_AGAINST = 4


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

    Costs one forward and, for each label of a text, a backward through the last layers. At most 12 words for a label
    and 4 against it; the shares count every word of the text. Raises ValueError for a label that the head does not
    have.
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
class _Asked:
    """One label to be explained: its head, and the head's first column among the labels of all heads."""

    head: HeadSpec
    label: str
    first: int

    def counts(self, logits: Floats) -> Floats:
        """By what each label's change counts in this one's weight, from the logits of all heads: [labels]."""
        counts = np.zeros_like(logits)
        width, place = len(self.head.labels), self.first + self.head.labels.index(self.label)
        if self.head.kind == "choice" and width > 1:
            others = [column for column in range(self.first, self.first + width) if column != place]
            shares = np.exp(logits[others] - logits[others].max())
            counts[others] = -shares / shares.sum()
        counts[place] = 1.0
        return counts


class _Text:
    """One text: the terms w_l . h_t [tokens, labels of all heads], and what its labels lose by words unseen."""

    def __init__(self, words: Sequence[Word], token_count: int, asked: Sequence[_Asked]) -> None:
        self.words, self.asked = words, asked
        self.lost: Floats = np.zeros((len(asked), len(words)), dtype=np.float32)
        self._token_count = token_count
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

    def weights(self, number: int, bias: Floats) -> Floats:
        """One weight a word, [words], for the label asked in this place."""
        if self._terms is None or not self.words:
            return np.zeros(0, dtype=np.float32)
        mean = self._total / np.float32(self._count)
        terms = self._terms @ (counts := self.asked[number].counts(mean + bias))
        sums = np.array([terms[word.tokens].sum() for word in self.words])
        times = np.array([self._times[word.tokens].sum() for word in self.words])
        weights: Floats = (sums - times * (mean @ counts) + self.lost[number]) / np.maximum(self._count - times, 1.0)
        return weights

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
        """From states below the last layers. Made by inference, they are copied, or no gradient could be had."""
        with torch.inference_mode(False), torch.enable_grad():
            mask = batch.mask.clone()
            states, seen = self._last.read(batch.states.clone(), mask)
            terms = (states @ self._weight.to(states.device).T) * mask.unsqueeze(-1)
            self._take(batch, terms.detach().cpu().numpy())
            rows = [self._texts[window.owner] for window in batch.windows]
            logits = terms.detach().sum(dim=1).cpu().numpy() / np.array(batch.counts)[:, None] + self._bias
            words = self._words_of(batch)
            for number in range(max(len(text.asked) for text in rows)):
                counts = np.stack(
                    [
                        text.asked[number].counts(own) if number < len(text.asked) else np.zeros_like(own)
                        for text, own in zip(rows, logits, strict=True)
                    ]
                )
                answer = (terms.sum(dim=1) * torch.from_numpy(counts).to(terms)).sum()
                for text, lost in zip(rows, lost_unseen(answer, seen, words).cpu().numpy(), strict=True):
                    text.lost[number : number + 1] += lost[: len(text.words)]

    def answer(self, text: _Text) -> Explained:
        explained: Explained = {}
        for number, asked in enumerate(text.asked):
            weights = text.weights(number, self._bias)
            explained.setdefault(asked.head.name, {})[asked.label] = _strongest(text.words, weights)
        return explained

    def _take(self, batch: StateBatch, terms: Floats) -> None:
        first = self._reader.first_content
        for window, own, count in zip(batch.windows, terms, batch.counts, strict=True):
            content = own[first : first + len(window)]
            self._texts[window.owner].take(window, content, own.sum(axis=0), count)

    def _words_of(self, batch: StateBatch) -> torch.Tensor:
        rows, length = batch.mask.shape
        most = max(len(self._texts[window.owner].words) for window in batch.windows)
        words = torch.zeros(rows, most, length, device=batch.mask.device)
        for row, window in enumerate(batch.windows):
            text = self._texts[window.owner]
            words[row, : len(text.words)] = torch.from_numpy(text.members(window, self._reader.first_content, length))
        return words


def _asked(predictor: Predictor, wanted: Mapping[str, Sequence[str]]) -> list[_Asked]:
    asked: list[_Asked] = []
    first = 0
    for head, weight, _ in predictor.text_heads:
        for label in wanted.get(head.name, ()):
            if label not in head.labels:
                raise ValueError(f"Label set {head.name!r} has no label {label!r}.")
            asked.append(_Asked(head, label, first))
        first += len(weight)
    return asked


def _strongest(words: Sequence[Word], weights: Floats) -> list[WordWeight]:
    total = float(np.abs(weights).sum())
    if not total:
        return []
    order = np.argsort(-np.abs(weights), kind="stable")
    kept = {*order[weights[order] > 0][:MOST_WORDS], *order[weights[order] < 0][:MOST_AGAINST]}
    chosen = [(words[place], round(float(weights[place]) / total, 4)) for place in order if place in kept]
    return [WordWeight(word.start, word.end, weight) for word, weight in chosen if weight]

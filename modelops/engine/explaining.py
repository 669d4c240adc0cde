"""Which words drove an answer, read from the very forward that gave it.

With mean pooling and a linear head a label's logit is a sum of one term a token:

    z_l = b_l + (1 / n) * sum over tokens t of  w_l . h_t          (n tokens, frame included)

The bare terms say little, for the states h_t share a large common part. What a word means for the answer is how the
sum changes when its terms are left out of the mean. For a word of k tokens, with m the mean of all terms w_l . h_t:

    d_l = (sum over its tokens of w_l . h_t  -  k m) / (n - k)

This is exact for given states; only that the other words would be read differently without it is not in it. A label of
`choices` stands alone: its weight is d_l. A label of `choice` stands against the others, each as probable as it is
without l: d_l - sum over j != l of p_j d_j / (1 - p_l), the change of log(p_l / (1 - p_l)) to first order.

Attention is no explanation (Jain and Wallace 2019, arXiv 1902.10186). Comprehensiveness, by which this is tested:
DeYoung et al. 2020, arXiv 1911.03429. Spans have no explanation here: a token's tag is not a sum over words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from modelops.engine.examples import HeadSpec
from modelops.engine.serving import Predictor
from modelops.engine.states import Floats, StateBatch
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

    Costs one forward. At most 12 words for a label and 4 against it; the shares count every word of the text. Raises
    ValueError for a label that the head does not have.
    """
    tokenized = predictor.reader.tokenize(texts)
    weights = np.concatenate([weight for _, weight, _ in predictor.text_heads] or [_no_labels(predictor)])
    terms = [_Terms(len(tokens.ids), len(weights)) for tokens in tokenized]
    predictor.reader.read(tokenized, lambda batch: _gather(batch, weights, predictor.reader.first_content, terms))
    found: list[Explained] = []
    for text, tokens, own, wanted in zip(texts, tokenized, terms, labels, strict=True):
        words = words_of(text, tokens.places)
        found.append(_explained(predictor, own, words, wanted))
    return found


class _Terms:
    """The terms w_l . h_t of one text, summed over the windows: [tokens, labels of all heads], and over all tokens."""

    def __init__(self, token_count: int, width: int) -> None:
        self.tokens: Floats = np.zeros((token_count, width), dtype=np.float32)
        self.times: Floats = np.zeros(token_count, dtype=np.float32)
        self.total: Floats = np.zeros(width, dtype=np.float32)
        self.count = 0

    def left_out(self, words: Sequence[Word]) -> Floats:
        """d_l of every word and label: [words, labels]."""
        sums = np.stack([self.tokens[word.tokens].sum(axis=0) for word in words])
        times = np.stack([self.times[word.tokens].sum(keepdims=True) for word in words])
        change: Floats = (sums - times * self.mean) / np.maximum(self.count - times, 1.0, dtype=np.float32)
        return change

    @property
    def mean(self) -> Floats:
        mean: Floats = self.total / np.float32(max(1, self.count))
        return mean


def _gather(batch: StateBatch, weights: Floats, first: int, terms: Sequence[_Terms]) -> None:
    sums, counts = batch.sums @ weights.T, batch.counts
    states = batch.states.cpu().numpy()
    for row, window in enumerate(batch.windows):
        own = terms[window.owner]
        own.tokens[window.first : window.last] += states[row, first : first + len(window)] @ weights.T
        own.times[window.first : window.last] += 1.0
        own.total += sums[row]
        own.count += counts[row]


def _explained(
    predictor: Predictor, terms: _Terms, words: Sequence[Word], wanted: Mapping[str, Sequence[str]]
) -> Explained:
    explained: Explained = {}
    change = terms.left_out(words) if words else np.zeros((0, len(terms.total)), dtype=np.float32)
    first = 0
    for head, weight, bias in predictor.text_heads:
        columns = slice(first, first + len(weight))
        first = columns.stop
        logits = terms.mean[columns] + bias
        explained[head.name] = {
            label: _strongest(words, _weights(change[:, columns], logits, _place_of(label, head), head.kind))
            for label in wanted.get(head.name, ())
        }
    return {name: labels for name, labels in explained.items() if labels}


def _place_of(label: str, head: HeadSpec) -> int:
    if label not in head.labels:
        raise ValueError(f"Label set {head.name!r} has no label {label!r}.")
    return head.labels.index(label)


def _weights(change: Floats, logits: Floats, label: int, kind: str) -> Floats:
    """One weight a word, [words], from the changes [words, labels] of one head."""
    own: Floats = change[:, label]
    if kind != "choice" or len(logits) == 1:
        return own
    others = np.delete(np.arange(len(logits)), label)
    shares = np.exp(logits[others] - logits[others].max())
    against: Floats = own - change[:, others] @ (shares / shares.sum())
    return against


def _strongest(words: Sequence[Word], weights: Floats) -> list[WordWeight]:
    total = float(np.abs(weights).sum())
    if not total:
        return []
    order = np.argsort(-np.abs(weights), kind="stable")
    kept = {*order[weights[order] > 0][:MOST_WORDS], *order[weights[order] < 0][:MOST_AGAINST]}
    chosen = [(words[place], round(float(weights[place]) / total, 4)) for place in order if place in kept]
    return [WordWeight(word.start, word.end, weight) for word, weight in chosen if weight]


def _no_labels(predictor: Predictor) -> Floats:
    return np.zeros((0, predictor.reader.hidden), dtype=np.float32)

"""How much an answer rests on the words that an explanation names: comprehensiveness (DeYoung et al. 2020, 1911.03429).

The strongest words of a text are deleted, and the predicted label's probability falls; by how much, on the mean over
the paper's five shares of words (at least one word, at most as many as an explanation names), is the figure. A sure
model's probability hardly moves before it tips over, so words are ranked by log-odds, and their fall is told too.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from modelops.engine.explaining import MOST_WORDS, explain
from modelops.engine.serving import Predictor
from modelops.engine.words import Word, words_of

SHARES = (0.01, 0.05, 0.1, 0.2, 0.5)
Ranking = list[Word]


@dataclass(frozen=True)
class Case:
    """One text with the label that a choice head gives it, and the label's log-odds."""

    text: str
    head: str
    label: str
    log_odds: float
    words: list[Word]


@dataclass(frozen=True)
class Fall:
    """Means over cases and shares: how far the label's probability and its log-odds fall."""

    probability: float
    log_odds: float


def cases_of(predictor: Predictor, texts: Sequence[str], head: str) -> list[Case]:
    tokenized = predictor.reader.tokenize(texts)
    labels = [str(one.answer[head]) for one in predictor.predict(texts)]
    sure = log_odds(predictor, texts, [(head, label) for label in labels])
    return [
        Case(text, head, label, odds, words_of(text, tokens.places))
        for text, tokens, label, odds in zip(texts, tokenized, labels, sure, strict=True)
    ]


def comprehensiveness(predictor: Predictor, cases: Sequence[Case], rankings: Sequence[Ranking]) -> Fall:
    """What falls when the first words of each ranking are deleted."""
    shorter = [
        (case, without(case.text, ranking[: _count(case, share)]))
        for case, ranking in zip(cases, rankings, strict=True)
        for share in SHARES
    ]
    before = [case.log_odds for case, _ in shorter]
    after = _left(predictor, shorter)
    probabilities = [probability(one) - probability(other) for one, other in zip(before, after, strict=True)]
    return Fall(float(np.mean(probabilities)), float(np.mean(before) - np.mean(after)))


def by_explanation(predictor: Predictor, cases: Sequence[Case]) -> list[Ranking]:
    explained = explain(predictor, [case.text for case in cases], [{case.head: [case.label]} for case in cases])
    return [
        [Word(one.start, one.end) for one in found.get(case.head, {}).get(case.label, []) if one.weight > 0]
        for case, found in zip(cases, explained, strict=True)
    ]


def by_leaving_out(predictor: Predictor, cases: Sequence[Case]) -> list[Ranking]:
    """One more forward a word: what is to be come near to."""
    shorter = [(case, without(case.text, [word])) for case in cases for word in case.words]
    left = iter(_left(predictor, shorter))
    rankings: list[Ranking] = []
    for case in cases:
        falls = [(case.log_odds - next(left), word) for word in case.words]
        rankings.append([word for fall, word in sorted(falls, key=lambda pair: -pair[0]) if fall > 0])
    return rankings


def by_chance(cases: Sequence[Case], seed: int) -> list[Ranking]:
    draw = random.Random(seed)
    return [draw.sample(case.words, len(case.words)) for case in cases]


def without(text: str, words: Sequence[Word]) -> str:
    for word in sorted(words, key=lambda word: -word.start):
        text = text[: word.start] + text[word.end :]
    return text


def _count(case: Case, share: float) -> int:
    return min(MOST_WORDS, max(1, math.ceil(share * len(case.words))))


def log_odds(predictor: Predictor, texts: Sequence[str], chosen: Sequence[tuple[str, str]]) -> list[float]:
    """Of one (choice head, label) a text, log(p / (1 - p)), straight from the logits: nothing is rounded."""
    heads = {head.name: (head, weight, bias) for head, weight, bias in predictor.text_heads}
    found: list[float] = []
    for mean, (name, label) in zip(predictor.embed(texts), chosen, strict=True):
        head, weight, bias = heads[name]
        logits = weight.astype(np.float64) @ mean + bias
        place = head.labels.index(label)
        found.append(float(logits[place] - np.logaddexp.reduce(np.delete(logits, place))))
    return found


def probability(odds: float) -> float:
    return float(np.exp(-np.logaddexp(0.0, -odds)))


def _left(predictor: Predictor, shorter: Sequence[tuple[Case, str]]) -> list[float]:
    """Each case's own label's log-odds for its shortened text."""
    return log_odds(predictor, [text for _, text in shorter], [(case.head, case.label) for case, _ in shorter])

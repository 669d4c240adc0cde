"""How much an answer rests on the words that an explanation names: comprehensiveness (DeYoung et al. 2020, 1911.03429).

The strongest words of a text are deleted, and the predicted label's probability falls; by how much, on the mean over
the paper's five shares of words (at least one word, at most as many as an explanation names), is the figure.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modelops.engine.explaining import MOST_WORDS, explain
from modelops.engine.serving import Predictor
from modelops.engine.words import Word, words_of

SHARES = (0.01, 0.05, 0.1, 0.2, 0.5)
Ranking = list[Word]


@dataclass(frozen=True)
class Case:
    """One text with the label that a choice head gives it."""

    text: str
    head: str
    label: str
    probability: float
    words: list[Word]


def cases_of(predictor: Predictor, texts: Sequence[str], head: str) -> list[Case]:
    tokenized = predictor.reader.tokenize(texts)
    return [
        Case(text, head, label, probability, words_of(text, tokens.places))
        for text, tokens, (label, probability) in zip(texts, tokenized, _surest(predictor, texts, head), strict=True)
    ]


def comprehensiveness(predictor: Predictor, cases: Sequence[Case], rankings: Sequence[Ranking]) -> float:
    """Mean fall of the predicted label's probability when the first words of each ranking are deleted."""
    shorter = [
        (case, without(case.text, ranking[: _count(case, share)]))
        for case, ranking in zip(cases, rankings, strict=True)
        for share in SHARES
    ]
    left = _probabilities(predictor, shorter)
    falls = [case.probability - probability for (case, _), probability in zip(shorter, left, strict=True)]
    return sum(falls) / len(falls)


def by_explanation(predictor: Predictor, cases: Sequence[Case]) -> list[Ranking]:
    explained = explain(predictor, [case.text for case in cases], [{case.head: [case.label]} for case in cases])
    return [
        [Word(one.start, one.end) for one in found.get(case.head, {}).get(case.label, []) if one.weight > 0]
        for case, found in zip(cases, explained, strict=True)
    ]


def by_leaving_out(predictor: Predictor, cases: Sequence[Case]) -> list[Ranking]:
    """One more forward a word: what is to be come near to."""
    shorter = [(case, without(case.text, [word])) for case in cases for word in case.words]
    left = iter(_probabilities(predictor, shorter))
    rankings: list[Ranking] = []
    for case in cases:
        falls = [(case.probability - next(left), word) for word in case.words]
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


def _surest(predictor: Predictor, texts: Sequence[str], head: str) -> list[tuple[str, float]]:
    confidences: list[Any] = [one.confidence[head] for one in predictor.predict(texts)]  # Any: by kind
    return [next(iter(confidence.items())) for confidence in confidences]


def _probabilities(predictor: Predictor, shorter: Sequence[tuple[Case, str]]) -> list[float]:
    """Of each case's own label for its shortened text; 0 where it is no longer among the surest ten."""
    confidences: list[Any] = [one.confidence for one in predictor.predict([text for _, text in shorter])]  # Any: JSON
    return [
        confidence[case.head].get(case.label, 0.0) for confidence, (case, _) in zip(confidences, shorter, strict=True)
    ]

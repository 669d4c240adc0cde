"""What is worth labeling next: confidences in, one number a document out. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Confidence = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Candidate:
    document_id: int
    answer: Mapping[str, object]
    confidence: Confidence


def margin(probabilities: Mapping[str, float]) -> float:
    """1 minus the lead of the likeliest label over the next one (Scheffer et al. 2001): 1 is least sure."""
    first, second = [*sorted(probabilities.values(), reverse=True), 0.0, 0.0][:2]
    return 1.0 - (first - second)


def nearest_to_even(probabilities: Mapping[str, float]) -> float:
    """Labels decided one by one: 1 where one of them stands at 0.5, 0 where all are sure."""
    return max((1.0 - abs(2 * value - 1.0) for value in probabilities.values()), default=0.0)


def doubtful_spans(confidences: Sequence[float]) -> float:
    """Mean doubt over the spans found. A document without spans says nothing: 0."""
    return float(np.mean([1.0 - value for value in confidences])) if confidences else 0.0


def doubt(kind: str, confidence: object) -> float | None:
    """One label set's doubt, 0 to 1, or None where the model says nothing about it."""
    if kind == "choice" and isinstance(confidence, Mapping):
        return margin(confidence)
    if kind == "choices" and isinstance(confidence, Mapping):
        return nearest_to_even(confidence)
    if kind == "span" and isinstance(confidence, Sequence):
        return doubtful_spans([float(value) for value in confidence])
    return None


def priorities(kinds: Mapping[str, str], pool: Sequence[Candidate], *, random_share: float, salt: str) -> list[float]:
    """A place from 0 to 1 for each document of the pool, 1 first: mean rank of doubt over the label sets.

    A stable random share of the documents gets a random place instead, so that what people label stays an honest
    sample too. `random_share` 1 gives a plain random order.
    """
    if not pool:
        return []
    ranks = [
        _ranks([doubt(kind, candidate.confidence.get(name)) or 0.0 for candidate in pool])
        for name, kind in kinds.items()
        if any(doubt(kind, candidate.confidence.get(name)) is not None for candidate in pool)
    ]
    mean = np.mean(ranks, axis=0) if ranks else np.full(len(pool), 0.5)
    return [
        stable_random(salt, "place", candidate.document_id)
        if stable_random(salt, "share", candidate.document_id) < random_share
        else round(float(place), 6)
        for candidate, place in zip(pool, mean, strict=True)
    ]


def stable_random(salt: str, purpose: str, document_id: int) -> float:
    """Uniform on [0, 1), the same at every call."""
    digest = hashlib.sha256(f"{salt}:{purpose}:{document_id}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _ranks(values: Sequence[float]) -> list[float]:
    """Ranks scaled to 0..1, equal values sharing the mean of their ranks."""
    _, inverse, sizes = np.unique(np.array(values), return_inverse=True, return_counts=True)
    ends = np.cumsum(sizes)
    middles = ends - (sizes + 1) / 2
    top = max(1, len(values) - 1)
    return [float(middles[place]) / top for place in inverse]

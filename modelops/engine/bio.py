"""Spans to BIO tags and back.

Tags of a head whose spans do not overlap: 0 = O, 1 + 2k = B of label k, 2 + 2k = I of label k (Ramshaw and Marcus,
1995). A head with overlap holds one such O, B, I row a label. Only usable tokens carry tags: those that show something
and lie in a part that the head reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelops.engine.examples import HeadSpec, SpanValue

IGNORED = -100
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Layout:
    """The usable tokens of one text: their positions among all tokens, their places, and which open a part."""

    positions: list[int]
    places: list[tuple[int, int]]
    opens: list[bool]


def layout_of(
    places: Sequence[tuple[int, int]],
    parts: Sequence[tuple[int, int]],
    roles: Sequence[str],
    head: HeadSpec,
) -> Layout:
    """Which tokens `head` reads. Without parts the whole text is one part."""
    positions: list[int] = []
    kept: list[tuple[int, int]] = []
    owners: list[int] = []
    part = 0
    for position, (start, end) in enumerate(places):
        if start == end:
            continue
        while part < len(parts) and start >= parts[part][1]:
            part += 1
        if parts and (part == len(parts) or start < parts[part][0]):
            continue
        if head.part_role is not None and roles and roles[part] != head.part_role:
            continue
        positions.append(position)
        kept.append((start, min(end, parts[part][1]) if parts else end))
        owners.append(part)
    opens = [index == 0 or owners[index] != owners[index - 1] for index in range(len(owners))]
    return Layout(positions, kept, opens)


def tags_of(spans: Sequence[SpanValue], layout: Layout, token_count: int, head: HeadSpec) -> NDArray[np.int64]:
    """Tags of shape [tokens], or [tokens, labels] for a head with overlap; IGNORED where a token is not usable.

    A token belongs to a span that covers at least half of it. Where spans compete for a token the longer one has it.
    """
    labels = head.labels
    shape = (token_count, len(labels)) if head.overlap else (token_count,)
    tags = np.full(shape, IGNORED, dtype=np.int64)
    tags[layout.positions] = 0
    for span in sorted(spans, key=lambda one: (one.start - one.end, one.start)):
        number = labels.index(span.label)
        covered = [layout.positions[index] for index in _covered(span, layout.places)]
        if head.overlap:
            free = [position for position in covered if tags[position, number] == 0]
            tags[free, number] = 2
            tags[free[:1], number] = 1
        else:
            free = [position for position in covered if tags[position] == 0]
            tags[free] = 2 + 2 * number
            tags[free[:1]] = 1 + 2 * number
    return tags


def _covered(span: SpanValue, places: Sequence[tuple[int, int]]) -> list[int]:
    shared = [min(span.end, end) - max(span.start, start) for start, end in places]
    inside = [i for i, (start, end) in enumerate(places) if 2 * shared[i] >= end - start]
    if inside or not shared:
        return inside
    best = int(np.argmax(shared))
    return [best] if shared[best] > 0 else []


def spans_of(log_probabilities: Floats, layout: Layout, head: HeadSpec) -> list[tuple[SpanValue, float]]:
    """Best spans with their confidence, in text order. `log_probabilities`: [tokens, tags] or [tokens, labels, 3].

    Confidence of a span: the least probability among its tags and of its ending where it ends.
    """
    usable = log_probabilities[layout.positions]
    if head.overlap:
        found = [
            pair for number, label in enumerate(head.labels) for pair in _decode(usable[:, number], layout, (label,))
        ]
    else:
        found = _decode(usable, layout, head.labels)
    if head.max_spans is not None:
        found = sorted(found, key=lambda pair: -pair[1])[: head.max_spans]
    return sorted(found, key=lambda pair: (pair[0].start, pair[0].end, pair[0].label))


def whole_confidence(log_probabilities: Floats, layout: Layout) -> float:
    """The probability that all spans are right and none is missing: that of the likeliest tag of every usable token.

    Shapes as in `spans_of`. 1.0 for a text without usable tokens: nothing can be marked there.
    """
    return float(np.exp(log_probabilities[layout.positions].max(axis=-1).sum(dtype=np.float64)))


def begin_doubts_of(log_probabilities: Floats, layout: Layout) -> list[float]:
    """How unsure it is whether a span begins at each usable token: the variances p (1 - p) of its labels, added up.

    Over a text they add up to the variance of the number of its spans, were tokens independent.
    `log_probabilities`: [tokens, tags] or [tokens, labels, 3].
    """
    usable = log_probabilities[layout.positions]
    begins = np.exp(usable[..., 1] if usable.ndim == 3 else usable[:, 1::2])
    return [float(found) for found in (begins * (1.0 - begins)).sum(axis=-1)]


def _decode(scores: Floats, layout: Layout, labels: Sequence[str]) -> list[tuple[SpanValue, float]]:
    if not len(scores):
        return []
    tags = scores.argmax(axis=1)
    if not tags.any():
        return []
    if not _is_legal(tags, layout.opens):
        tags = _best_path(scores, layout.opens)
    found: list[tuple[SpanValue, float]] = []
    index, last_end = 0, -1
    while index < len(tags):
        tag = int(tags[index])
        stop = index + 1
        if tag % 2 == 1:
            while stop < len(tags) and tags[stop] == tag + 1:
                stop += 1
            span = SpanValue(layout.places[index][0], layout.places[stop - 1][1], labels[tag // 2])
            if span.start >= last_end:
                found.append((span, _confidence(scores, tags, index, stop, layout.opens)))
                last_end = span.end
        index = stop
    return found


def _confidence(scores: Floats, tags: NDArray[np.int64], first: int, stop: int, opens: Sequence[bool]) -> float:
    least = min(float(scores[index, tags[index]]) for index in range(first, stop))
    probability = float(np.exp(least))
    if stop < len(tags) and not opens[stop]:
        probability = min(probability, 1.0 - float(np.exp(scores[stop, tags[first] + 1])))
    return round(min(1.0, max(0.0, probability)), 6)


def _is_legal(tags: NDArray[np.int64], opens: Sequence[bool]) -> bool:
    inside = (tags > 0) & (tags % 2 == 0)
    before = np.concatenate([[0], tags[:-1]])
    before[np.asarray(opens)] = 0
    return bool(np.all(~inside | (before == tags) | (before == tags - 1)))


def _best_path(scores: Floats, opens: Sequence[bool]) -> NDArray[np.int64]:
    """The most probable tags in which every I follows a B or I of its label within a part (Viterbi 1967)."""
    count, width = scores.shape
    insides = np.arange(2, width, 2)
    forbidden = np.zeros((width, width), dtype=np.float32)
    forbidden[:, insides] = -np.inf
    forbidden[insides, insides] = 0
    forbidden[insides - 1, insides] = 0
    total = scores[0].copy()
    total[insides] = -np.inf
    back = np.zeros((count, width), dtype=np.int64)
    for index in range(1, count):
        paths = total[:, None] + forbidden
        back[index] = paths.argmax(axis=0)
        total = paths.max(axis=0) + scores[index]
        if opens[index]:
            total[insides] = -np.inf
    tags = np.zeros(count, dtype=np.int64)
    tags[-1] = total.argmax()
    for index in range(count - 1, 0, -1):
        tags[index - 1] = back[index, tags[index]]
    return tags

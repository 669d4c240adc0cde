"""Gold values checked and turned into numbers, once for a whole run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelops.engine.arguments import ClassWeights
from modelops.engine.bio import layout_of, tags_of
from modelops.engine.examples import Example, HeadSpec, SpanValue
from modelops.engine.tokens import TokenizedText

Target = NDArray[np.int64]


@dataclass(frozen=True)
class PreparedExample:
    """Tokens of one example and one target a head, in the order of the heads; None where the head learns nothing.

    Target of a choice: shape [], of choices: [labels] of 0 and 1, of spans: tags of every token (see bio.py).
    """

    tokens: TokenizedText
    targets: tuple[Target | None, ...]


def prepare(example: Example, tokens: TokenizedText, heads: Sequence[HeadSpec]) -> PreparedExample:
    """Raises ValueError, naming the label set, for an unknown label or a span outside the text."""
    return PreparedExample(tokens, tuple(_target(example, tokens, head) for head in heads))


def _target(example: Example, tokens: TokenizedText, head: HeadSpec) -> Target | None:
    value = example.values.get(head.name)
    if value is None:
        return None
    if head.kind == "choice":
        return np.array(_number(value, head), dtype=np.int64)
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValueError(f"Label set {head.name!r} expects a list.")
    if head.kind == "choices":
        chosen = np.zeros(len(head.labels), dtype=np.int64)
        chosen[[_number(label, head) for label in value]] = 1
        return chosen
    spans = [_span(one, example.text, head) for one in value]
    layout = layout_of(tokens.places, example.parts, example.roles, head)
    return tags_of(spans, layout, len(tokens.ids), head)


def _number(label: object, head: HeadSpec) -> int:
    if label not in head.labels:
        raise ValueError(f"Label set {head.name!r} has no label {label!r}.")
    return head.labels.index(str(label))


def _span(value: object, text: str, head: HeadSpec) -> SpanValue:
    if not isinstance(value, Mapping):
        raise ValueError(f"Label set {head.name!r} expects spans with start, end and label.")
    start, end = value.get("start"), value.get("end")
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(text):
        raise ValueError(f"Label set {head.name!r}: the span {start}-{end} is outside a text of {len(text)}.")
    return SpanValue(start, end, head.labels[_number(value.get("label"), head)])


def loss_weights(prepared: Sequence[PreparedExample], index: int, head: HeadSpec, mode: ClassWeights) -> list[float]:
    """Weight of every label of head number `index` by its count, from 1/4 to 4; 1 for a label without examples.

    For choices it is the weight of a label's positives. Tags of spans always weigh 1: lifting the rare ones costs
    more precision than it brings recall.
    """
    if head.kind == "span":
        return [1.0] * (3 if head.overlap else head.width)
    known = [target for example in prepared if (target := example.targets[index]) is not None]
    if mode == "none" or not known:
        return [1.0] * len(head.labels)
    if head.kind == "choices":
        counts, even = np.sum(known, axis=0), len(known) / 2
    else:
        counts = np.bincount(np.array(known), minlength=len(head.labels))
        even = len(known) / np.count_nonzero(counts)
    ratio = np.where(counts > 0, even / np.maximum(counts, 1), 1.0)
    return [float(weight) for weight in np.clip(ratio ** (0.5 if mode == "sqrt" else 1.0), 0.25, 4.0)]

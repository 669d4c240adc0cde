"""How far a head's confidence can be believed: of the answers given at 80 %, are 80 % right? Pure.

Expected calibration error over bins of equal width (Guo et al. 2017, arXiv 1706.04599).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from annotation.quality.agreement import wilson
from modelops.evaluation.metrics import items

BINS = 10

Pair = tuple[float, bool]  # confidence, was it right


def reliability(
    kind: str, gold: Sequence[object], predicted: Sequence[object], confidence: Sequence[object]
) -> dict[str, Any] | None:  # Any: JSON
    """items, confidence (mean), right (share), error, bins; None where nothing was answered with a confidence.

    A choice is judged by its surest label, choices by every label's probability, spans one by one.
    """
    pairs = [
        pair
        for row in zip(gold, predicted, confidence, strict=True)
        for pair in pairs_of(kind, *row)
        if 0 <= pair[0] <= 1
    ]
    return _curve(pairs) if pairs else None


def pairs_of(kind: str, gold: object, predicted: object, confidence: object) -> Iterable[Pair]:
    wanted = items(kind, gold)
    if kind == "choice" and isinstance(confidence, Mapping) and predicted in confidence:
        yield float(confidence[predicted]), (predicted,) in wanted
    elif kind == "choices" and isinstance(confidence, Mapping):
        yield from ((float(sure), (label,) in wanted) for label, sure in confidence.items())
    elif kind == "span" and isinstance(confidence, list) and isinstance(predicted, list):
        for span, sure in zip(predicted, confidence, strict=False):
            yield float(sure), (span["start"], span["end"], span["label"]) in wanted


def _curve(pairs: Sequence[Pair]) -> dict[str, Any]:  # Any: JSON
    bins: list[list[Pair]] = [[] for _ in range(BINS)]
    for pair in pairs:
        bins[min(BINS - 1, int(pair[0] * BINS))].append(pair)
    rows = [_bin(number, inside) for number, inside in enumerate(bins)]
    filled = [row for row in rows if row["items"]]
    error = sum(row["items"] * abs(row["confidence"] - row["right"]) for row in filled) / len(pairs)
    return {
        "items": len(pairs),
        "confidence": _round(sum(sure for sure, _ in pairs) / len(pairs)),
        "right": _round(sum(is_right for _, is_right in pairs) / len(pairs)),
        "error": _round(error),
        "bins": rows,
    }


def _bin(number: int, inside: Sequence[Pair]) -> dict[str, Any]:  # Any: JSON
    bounds = {"from": number / BINS, "to": (number + 1) / BINS, "items": len(inside)}
    if not inside:
        return bounds
    right = sum(is_right for _, is_right in inside)
    low, high = wilson(right, len(inside))
    return {
        **bounds,
        "confidence": _round(sum(sure for sure, _ in inside) / len(inside)),
        "right": _round(right / len(inside)),
        "low": _round(low),
        "high": _round(high),
    }


def untempered(confidence: Mapping[str, float], temperature: float, labels: int) -> dict[str, float] | None:
    """A choice's probabilities as they were before the temperature; None where some labels' are not known."""
    if len(confidence) < labels or min(confidence.values()) <= 0:
        return None
    raw = {label: value**temperature for label, value in confidence.items()}
    total = sum(raw.values())
    return {label: value / total for label, value in raw.items()}


def _round(value: float) -> float:
    return round(value, 4)

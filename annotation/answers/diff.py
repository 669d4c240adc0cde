"""What counts as a correction: the differences between a prediction and the answer a person gave. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from annotation.answers.answer import Answer, Span

CorrectionKind = Literal["accepted", "relabeled", "moved", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Correction:
    """Of a span, `predicted_span` and `given_span` say where it stood before and after."""

    label_set: str
    kind: CorrectionKind
    predicted: str | None
    given: str | None
    predicted_span: Span | None = field(default=None, compare=False)
    given_span: Span | None = field(default=None, compare=False)


def corrections(prediction: Answer, gold: Answer) -> list[Correction]:
    """One correction per value of a choice and per span, over the label sets that `gold` answers."""
    found: list[Correction] = []
    for name, value in gold.values.items():
        before = prediction.values.get(name)
        if _is_spans(value) or _is_spans(before):
            found.extend(_span_corrections(name, prediction.spans(name), gold.spans(name)))
        elif isinstance(value, tuple):
            found.extend(_choices_corrections(name, before, value))
        else:
            found.append(_single(name, before if isinstance(before, str) else None, value))
    return found


def _is_spans(value: object) -> bool:
    return isinstance(value, tuple) and any(isinstance(item, Span) for item in value)


def _single(name: str, before: str | None, after: str | None) -> Correction:
    if before == after:
        return Correction(name, "accepted", before, after)
    if before is None:
        return Correction(name, "added", None, after)
    return Correction(name, "removed" if after is None else "relabeled", before, after)


def _choices_corrections(name: str, before: object, after: tuple[object, ...]) -> list[Correction]:
    old = {str(item) for item in before} if isinstance(before, tuple) else set()
    new = {str(item) for item in after}
    return (
        [Correction(name, "accepted", label, label) for label in sorted(old & new)]
        + [Correction(name, "removed", label, None) for label in sorted(old - new)]
        + [Correction(name, "added", None, label) for label in sorted(new - old)]
    )


def _span_corrections(name: str, before: Sequence[Span], after: Sequence[Span]) -> list[Correction]:
    """Equal spans are accepted; same place is relabeled; same label and touching is moved; the rest added, removed."""
    old, new = list(before), list(after)
    found: list[Correction] = []

    def pair(kind: CorrectionKind, same: Callable[[Span, Span], bool]) -> None:
        for span in list(new):
            match = next((other for other in old if same(other, span)), None)
            if match is not None:
                old.remove(match)
                new.remove(span)
                found.append(Correction(name, kind, match.label, span.label, match, span))

    pair("accepted", lambda a, b: a == b)
    pair("relabeled", lambda a, b: (a.start, a.end) == (b.start, b.end))
    pair("moved", lambda a, b: a.label == b.label and a.start < b.end and b.start < a.end)
    found.extend(Correction(name, "added", None, span.label, None, span) for span in new)
    found.extend(Correction(name, "removed", span.label, None, span) for span in old)
    return found

"""Give the answer of one text to a near-duplicate of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from annotation.answers.alignment import Stretch, aligned
from annotation.answers.answer import Answer, Span, Value


@dataclass(frozen=True, slots=True)
class Carried:
    """The answer for the other text; `lost` counts the spans whose words do not stand there at the aligned place."""

    answer: Answer
    lost: int


def carry_over(answer: Answer, text: str, other: str) -> Carried:
    """Choices and drafted texts as they are; a span only where the same words stand at the aligned place."""
    stretches = [Stretch("same", 0, len(text), 0, len(text))] if text == other else aligned(text, other)
    values: dict[str, Value] = {}
    lost = 0
    for name, value in answer.values.items():
        spans = answer.spans(name)
        if not spans:
            values[name] = value
            continue
        moved = [_moved(span, stretches, text, other) for span in spans]
        values[name] = tuple(sorted(span for span in moved if span is not None))
        lost += moved.count(None)
    return Carried(Answer(values), lost)


def _moved(span: Span, stretches: Sequence[Stretch], text: str, other: str) -> Span | None:
    """Both ends lie in what the texts share, as far apart as before, and the words between are the same."""
    start, last = _place(span.start, stretches), _place(span.end - 1, stretches)
    if start is None or last is None or last + 1 - start != span.end - span.start:
        return None
    if other[start : last + 1] != text[span.start : span.end]:
        return None
    return Span(start, last + 1, span.label)


def _place(offset: int, stretches: Sequence[Stretch]) -> int | None:
    for stretch in stretches:
        if stretch.kind == "same" and stretch.start <= offset < stretch.end:
            return stretch.other_start + offset - stretch.start
    return None

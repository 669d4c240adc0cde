"""The rules for spans. Offsets count Unicode code points from 0, end excluded. Pure: no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from annotation.answers.answer import Span
from annotation.answers.labels import label_problem
from annotation.answers.problems import Problem


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a document with a role; code points, end excluded."""

    role: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SpanRule:
    name: str
    labels: frozenset[str]
    overlap: bool
    max_spans: int
    part_role: str = ""


def check_spans(
    value: object, rule: SpanRule, text: str, parts: Sequence[Part]
) -> tuple[tuple[Span, ...], list[Problem]]:
    """The spans sorted by place, and every problem found. With a problem the spans are not to be used."""
    if value is None:
        return (), []
    if not isinstance(value, list):
        return (), [Problem(rule.name, "bad_span", _("Spans come as a list of objects."))]
    if len(value) > rule.max_spans:
        message = _("At most %(limit)d spans are allowed here, found %(count)d.")
        return (), [Problem(rule.name, "too_many_spans", message % {"limit": rule.max_spans, "count": len(value)})]
    spans: list[Span] = []
    problems: list[Problem] = []
    for raw in value:
        span, problem = _check_one(raw, rule, text)
        if span is not None and problem is None:
            problem = _part_problem(span, rule, parts)
        if problem is not None:
            problems.append(problem)
        elif span is not None:
            spans.append(span)
    spans.sort()
    return tuple(spans), problems or _together(spans, rule)


def _check_one(raw: object, rule: SpanRule, text: str) -> tuple[Span | None, Problem | None]:
    if not isinstance(raw, dict):
        return None, Problem(rule.name, "bad_span", _("A span is an object with start, end and label."))
    start, end = raw.get("start"), raw.get("end")
    for offset in (start, end):
        if type(offset) is not int:
            return None, Problem(rule.name, "bad_offset", _("start and end are whole numbers of code points."))
    assert isinstance(start, int)
    assert isinstance(end, int)
    problem = label_problem(raw.get("label"), rule.name, rule.labels) or _range_problem(start, end, rule, text)
    if problem is None and "text" in raw and raw["text"] != text[start:end]:
        message = _("The span's own text differs from the document's text at %(start)d to %(end)d.")
        problem = Problem(rule.name, "span_text_mismatch", message % {"start": start, "end": end})
    return (None, problem) if problem else (Span(start, end, str(raw["label"])), None)


def _range_problem(start: int, end: int, rule: SpanRule, text: str) -> Problem | None:
    where = {"start": str(start)[:24], "end": str(end)[:24], "length": len(text)}
    if start < 0 or end < 0 or start > len(text) or end > len(text):
        message = _("Span %(start)s to %(end)s lies outside the text of %(length)d code points.")
        return Problem(rule.name, "span_out_of_range", message % where)
    if start > end:
        return Problem(rule.name, "span_reversed", _("Span %(start)s to %(end)s ends before it starts.") % where)
    if start == end:
        return Problem(rule.name, "span_empty", _("Span %(start)s to %(end)s is empty.") % where)
    return None


def _part_problem(span: Span, rule: SpanRule, parts: Sequence[Part]) -> Problem | None:
    part = next((part for part in parts if part.start <= span.start and span.end <= part.end), None)
    where = {"start": span.start, "end": span.end, "role": rule.part_role}
    if part is None:
        return Problem(rule.name, "span_crosses_part", _("Span %(start)d to %(end)d crosses a part's border.") % where)
    if rule.part_role and part.role != rule.part_role:
        message = _("Span %(start)d to %(end)d must lie inside the part “%(role)s”.")
        return Problem(rule.name, "span_outside_part", message % where)
    return None


def _together(spans: Sequence[Span], rule: SpanRule) -> list[Problem]:
    problems = []
    for one, other in pairwise(spans):
        if one == other:
            message = _("Span %(start)d to %(end)d “%(label)s” stands twice.")
            where = {"start": one.start, "end": one.end, "label": one.label}
            problems.append(Problem(rule.name, "span_duplicate", message % where))
    return problems or ([] if rule.overlap else _overlaps(spans, rule))


def _overlaps(spans: Sequence[Span], rule: SpanRule) -> list[Problem]:
    problems = []
    reach = 0
    for span in spans:
        if span.start < reach:
            message = _("Span %(start)d to %(end)d overlaps another one; “%(name)s” allows no overlap.")
            where = {"start": span.start, "end": span.end, "name": rule.name}
            problems.append(Problem(rule.name, "span_overlap", message % where))
        reach = max(reach, span.end)
    return problems

"""What goes into training and what comes out of serving: plain values in the wire form of an answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

HeadKind = Literal["choice", "choices", "span"]
KINDS: tuple[str, ...] = ("choice", "choices", "span")


class Shape(Protocol):
    """A label set as a project describes it; `part_role` is empty where a head reads everything."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def overlap(self) -> bool: ...
    @property
    def part_role(self) -> str: ...
    @property
    def max_spans(self) -> int | None: ...


@dataclass(frozen=True)
class HeadSpec:
    """One label set as a head sees it.

    `overlap` lets spans of one head cover each other; `part_role` limits a span head to the parts with that role;
    `max_spans` keeps only the surest spans of a document. Raises ValueError for an empty or doubled label.
    """

    name: str
    kind: HeadKind
    labels: tuple[str, ...]
    overlap: bool = False
    part_role: str | None = None
    max_spans: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"Label set {self.name!r}: a head cannot learn the kind {self.kind!r}.")
        if not self.labels:
            raise ValueError(f"Label set {self.name!r} has no labels; a head needs at least one.")
        if len(set(self.labels)) != len(self.labels):
            raise ValueError(f"Label set {self.name!r} names a label twice.")
        if self.max_spans is not None and self.max_spans < 1:
            raise ValueError(f"Label set {self.name!r}: max_spans must be at least 1.")

    @classmethod
    def of(cls, shape: Shape) -> "HeadSpec":
        """Raises ValueError for a kind that no head can learn."""
        role = shape.part_role or None
        return cls(shape.name, shape.kind, shape.labels, shape.overlap, role, shape.max_spans)  # type: ignore[arg-type]  # checked above

    @property
    def width(self) -> int:
        """Number of logits: one a label, or BIO tags for spans (O, B, I for every label when spans may overlap)."""
        if self.kind != "span":
            return len(self.labels)
        return 3 * len(self.labels) if self.overlap else 1 + 2 * len(self.labels)


@dataclass(frozen=True)
class SpanValue:
    """A labeled stretch; offsets in code points, end excluded."""

    start: int
    end: int
    label: str

    def as_wire(self) -> dict[str, object]:
        return {"start": self.start, "end": self.end, "label": self.label}


@dataclass(frozen=True)
class Example:
    """One gold document.

    `values` maps a head's name to its wire value: choice `str | None`, choices `list[str]`, span a list of
    `{"start", "end", "label"}` in code points. A head that is missing (or a choice of None) teaches nothing.
    `parts` are `(start, end)` pairs; `roles`, where given, names them one by one.
    """

    text: str
    values: Mapping[str, object]
    parts: tuple[tuple[int, int], ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Predicted:
    """A whole answer for one text with its confidence, both keyed by head name.

    Confidence of a choice: label -> probability, surest first (at most 10); of choices: label -> probability, all
    labels; of spans: one number a span, in the answer's order. `whole`: the probability that a head's whole value is
    right, "nothing here" included. `begins`: of span heads, how unsure it is at each usable token
    whether a span begins there.
    """

    answer: dict[str, object] = field(default_factory=dict)
    confidence: dict[str, object] = field(default_factory=dict)
    whole: dict[str, float] = field(default_factory=dict)
    begins: dict[str, list[float]] = field(default_factory=dict)

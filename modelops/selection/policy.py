"""Which acquisition function a project uses now, and why. Pure.

The measurements behind the rules: docs/benchmarks.md. Entropy and least confidence are never used: on few noisy labels
they did worse than chance.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from modelops.selection.clusters import margin_clusters, typical, uncertain_clusters
from modelops.selection.covering import covering
from modelops.selection.pool import Acquisition
from modelops.selection.spread import badge, core_set
from modelops.selection.uncertainty import at_random, most_doubtful

FUNCTIONS: Mapping[str, Acquisition] = {
    "random": at_random,
    "covering": covering,
    "typical": typical,
    "margin": most_doubtful,
    "margin_clusters": margin_clusters,
    "uncertain_tokens": uncertain_clusters,
    "badge": badge,
    "core_set": core_set,
}
NEED_VECTORS = ("covering", "typical", "margin_clusters", "badge", "core_set")
NEED_DOUBTS = ("margin", "margin_clusters", "uncertain_tokens", "badge")

# Gold by which every kind of document has shown what it is.
COLD_START = 100
# The same where all label sets are met by chance: a text teaches a head for spans as many times as it has tokens.
CHANCE_START = 50
# A choice of so few labels is met whole by chance, and where its labels are noisy the doubtful documents are the noise.
FEW_LABELS = 5
FEW_LABELS_START = 300


@dataclass(frozen=True, slots=True)
class Question:
    """A label set as the policy sees it."""

    name: str
    kind: str
    labels: int

    @property
    def is_few(self) -> bool:
        return self.kind == "choice" and self.labels <= FEW_LABELS

    @property
    def is_met_by_chance(self) -> bool:
        """Any few texts show all of it: few labels, or spans, of which each text holds tokens of many kinds."""
        return self.is_few or self.kind == "span"


@dataclass(frozen=True, slots=True)
class Facts:
    """`gold`: documents with gold. `has_vectors`: nearly all open ones are embedded. `has_doubts`: a model answered."""

    questions: tuple[Question, ...]
    gold: int
    has_vectors: bool
    has_doubts: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` is a code; `modelops/selection/words.py` says it. `label_sets`: whose doubts count."""

    function: str
    reason: str
    label_sets: tuple[str, ...] = ()


def decide(setting: str, facts: Facts) -> Decision:
    """What the setting `selection` comes to today. A function that lacks what it reads gives way to chance."""
    learned = tuple(question for question in facts.questions if question.kind != "text")
    names = tuple(question.name for question in learned)
    if setting == "random":
        return Decision("random", "set")
    if not learned:
        return Decision("random", "nothing_to_learn")
    if setting != "auto":
        return _as_set(setting, facts, names)
    if facts.gold < start_of(learned) or not facts.has_doubts:
        return _start(learned, facts)
    return _with_model(learned, facts)


def _as_set(function: str, facts: Facts, names: tuple[str, ...]) -> Decision:
    if function in NEED_VECTORS and not facts.has_vectors:
        return Decision("random", "not_embedded")
    if function in NEED_DOUBTS and not facts.has_doubts:
        return Decision("random", "no_model")
    return Decision(function, "set", names)


def start_of(learned: tuple[Question, ...]) -> int:
    """With so much gold a model's doubt says enough."""
    return CHANCE_START if all(question.is_met_by_chance for question in learned) else COLD_START


def _start(learned: tuple[Question, ...], facts: Facts) -> Decision:
    if all(question.is_few for question in learned):
        return Decision("random", "few_labels")
    if all(question.is_met_by_chance for question in learned):
        return Decision("random", "spans_start")
    if not facts.has_vectors:
        return Decision("random", "not_embedded")
    return Decision("covering", "cold_start" if facts.gold < COLD_START else "no_model_yet")


def _with_model(learned: tuple[Question, ...], facts: Facts) -> Decision:
    counting = tuple(question for question in learned if not question.is_few or facts.gold >= FEW_LABELS_START)
    if not counting:
        return Decision("random", "few_labels")
    names = tuple(question.name for question in counting)
    are_spans = all(question.kind == "span" for question in counting)
    if are_spans:
        return Decision("uncertain_tokens", "spans_and_diverse" if facts.has_vectors else "spans", names)
    if not facts.has_vectors:
        return Decision("margin", "doubtful", names)
    return Decision("margin_clusters", "doubtful_and_diverse", names)

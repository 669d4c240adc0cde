"""Which acquisition function a project uses now, and why. Pure.

The measurements behind the rules: docs/benchmarks.md. Entropy and least confidence are never used: on few noisy labels
they did worse than chance.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from modelops.selection.clusters import margin_clusters, typical
from modelops.selection.pool import Acquisition
from modelops.selection.spread import badge, core_set
from modelops.selection.uncertainty import at_random, most_doubtful

FUNCTIONS: Mapping[str, Acquisition] = {
    "random": at_random,
    "typical": typical,
    "margin": most_doubtful,
    "margin_clusters": margin_clusters,
    "uncertain_tokens": most_doubtful,
    "badge": badge,
    "core_set": core_set,
}
NEED_VECTORS = ("typical", "margin_clusters", "badge", "core_set")
NEED_DOUBTS = ("margin", "margin_clusters", "uncertain_tokens", "badge")

# Gold by which the clusters have shown what there is.
COLD_START = 100
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
    if facts.gold < COLD_START or not facts.has_doubts:
        return _start(learned, facts)
    return _with_model(learned, facts)


def _as_set(function: str, facts: Facts, names: tuple[str, ...]) -> Decision:
    if function in NEED_VECTORS and not facts.has_vectors:
        return Decision("random", "not_embedded")
    if function in NEED_DOUBTS and not facts.has_doubts:
        return Decision("random", "no_model")
    return Decision(function, "set", names)


def _start(learned: tuple[Question, ...], facts: Facts) -> Decision:
    if all(question.is_few for question in learned):
        return Decision("random", "few_labels")
    if not facts.has_vectors:
        return Decision("random", "not_embedded")
    return Decision("typical", "cold_start" if facts.gold < COLD_START else "no_model_yet")


def _with_model(learned: tuple[Question, ...], facts: Facts) -> Decision:
    counting = tuple(question for question in learned if not question.is_few or facts.gold >= FEW_LABELS_START)
    if not counting:
        return Decision("random", "few_labels")
    names = tuple(question.name for question in counting)
    if all(question.kind == "span" for question in counting):
        return Decision("uncertain_tokens", "spans", names)
    if not facts.has_vectors:
        return Decision("margin", "doubtful", names)
    return Decision("margin_clusters", "doubtful_and_diverse", names)

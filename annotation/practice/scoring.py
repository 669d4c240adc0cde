"""How right an answer is beside gold. Pure: no database."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from annotation.answers.answer import Answer, Value
from annotation.answers.diff import Correction, corrections


@dataclass(frozen=True, slots=True)
class Score:
    """`by_label_set`: from 0 to 1. `differences`: from the given answer to gold, what is right included."""

    by_label_set: Mapping[str, float]
    differences: list[Correction]

    @property
    def total(self) -> float:
        """The mean over the label sets; 1 where gold says nothing that can be compared."""
        scores = list(self.by_label_set.values())
        return sum(scores) / len(scores) if scores else 1.0

    @property
    def is_right(self) -> bool:
        return all(score == 1.0 for score in self.by_label_set.values())


def score(given: Answer, gold: Answer, kinds: Mapping[str, str]) -> Score:
    """Compare over the label sets that gold answers; `kinds` maps label set to kind, in the order to tell.

    A choice is right or wrong. Choices and spans are scored by F1; a span counts when start, end and label are equal
    (exact match, as in the CoNLL-2003 shared task). Texts have many right forms and are not scored.
    """
    answered = {name: kind for name, kind in kinds.items() if name in gold.values}
    scored = {name: gold.values[name] for name, kind in answered.items() if kind in ("choice", "choices", "span")}
    by_label_set = {name: _of_value(kinds[name], given.values.get(name), value) for name, value in scored.items()}
    return Score(by_label_set, corrections(given, Answer(scored)))


def f1(given: Collection[object], gold: Collection[object]) -> float:
    """1 where both are empty: nothing was to be found, and nothing was."""
    if not given and not gold:
        return 1.0
    return 2 * len(set(given) & set(gold)) / (len(set(given)) + len(set(gold)))


def _of_value(kind: str, given: Value, gold: Value) -> float:
    if kind == "choice":
        return float((given or None) == (gold or None))
    return f1(_items(given), _items(gold))


def _items(value: Value) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()

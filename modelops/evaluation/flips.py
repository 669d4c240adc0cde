"""Which documents change their answer from one version to another, and for better or worse. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from modelops.evaluation.metrics import is_answered, items

# won: wrong before, right now. lost: right before, wrong now. changed: wrong both times, in another way.
Change = Literal["won", "lost", "changed"]
CHANGES: tuple[Change, ...] = ("lost", "won", "changed")
# Share of the documents whose answer changes between two runs that differ by their seed alone, as measured.
SEED_SHARE = 0.05
Answers = Sequence[Mapping[str, Any]]  # Any: JSON


@dataclass(frozen=True, slots=True)
class Flips:
    """Of `documents` in one label set; `places` by change, among the documents given."""

    documents: int
    places: Mapping[Change, list[int]]

    def count(self, change: Change) -> int:
        return len(self.places[change])

    @property
    def total(self) -> int:
        return sum(map(len, self.places.values()))

    @property
    def share(self) -> float:
        return self.total / self.documents if self.documents else 0.0


def flips_of(kinds: Mapping[str, str], gold: Answers, before: Answers, now: Answers) -> dict[str, Flips]:
    """By label set, over the documents whose gold answers it."""
    return {name: _flips(name, kind, gold, before, now) for name, kind in kinds.items()}


def _flips(name: str, kind: str, gold: Answers, before: Answers, now: Answers) -> Flips:
    places: dict[Change, list[int]] = {change: [] for change in CHANGES}
    documents = 0
    for place, (wanted, old, new) in enumerate(zip(gold, before, now, strict=True)):
        if not is_answered(kind, wanted.get(name)):
            continue
        documents += 1
        right, was, is_now = (items(kind, answer.get(name)) for answer in (wanted, old, new))
        if was != is_now:
            change: Change = "lost" if was == right else "won" if is_now == right else "changed"
            places[change].append(place)
    return Flips(documents, places)
